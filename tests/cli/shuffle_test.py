# SPDX-License-Identifier: BSD-3-Clause
"""`shuffle`: all rows once, together, in an order that looks random and depends on the seed alone."""

import unittest

import h5py
import numpy

import support

USAGE, DATA, SYSTEM = 2, 3, 5
ROWS = 3001


class Shuffle(support.ProgramTest):
    def setUp(self):
        super().setUp()
        chance = numpy.random.default_rng(5)
        self.x = chance.normal(size=(ROWS, 4, 3)).astype("f4")
        self.y = (numpy.arange(ROWS) // 100).astype("u1")
        self.weights = numpy.arange(ROWS) * 0.5
        self.data = self.write_data(x=self.x, y=self.y, **{"more/weights": self.weights},
                                    other=numpy.zeros(ROWS + 1))
        with h5py.File(self.data, "a") as file:
            file["y"].attrs["classes"] = [f"kind {k}" for k in range(31)]
            file["x"].attrs["fill_values"] = numpy.arange(12.0)
            file["linked"] = h5py.SoftLink("/more/weights")
            file["petal_lengths"] = self.weights + 7

    def shuffled(self, data, *arguments, ranks=1, name="out.h5"):
        output = self.scratch / name
        done = self.succeed("shuffle", "--data", data, "--output", output, "--overwrite", "--progress",
                            "none", *arguments, ranks=ranks)
        left = [path.name for path in self.scratch.iterdir() if ".part-" in path.name]
        self.assertEqual(left, [])
        with h5py.File(output) as file:
            found = {name: file[name][()] for name in ("x", "y", "more/weights", "x_lengths", "n")
                     if name in file}
            found["names"] = list(file)
            found["classes"] = list(file["y"].attrs.get("classes", [])) if "y" in file else []
        return found, done.err

    def test_rows_stay_together_and_each_is_there_once(self):
        found, _ = self.shuffled(self.data, "--x", "x")
        self.assertEqual(found["names"], ["linked", "more", "petal_lengths", "x", "y"])
        with h5py.File(self.scratch / "out.h5") as file:
            numpy.testing.assert_array_equal(file["linked"], found["more/weights"])
            numpy.testing.assert_array_equal(file["petal_lengths"], found["more/weights"] + 7)
            numpy.testing.assert_array_equal(file["x"].attrs["fill_values"], numpy.arange(12.0))
        order = (found["more/weights"] * 2).astype(int)
        self.assertEqual(sorted(order), list(range(ROWS)))
        numpy.testing.assert_array_equal(found["x"], self.x[order])
        numpy.testing.assert_array_equal(found["y"], self.y[order])
        self.assertEqual(found["x"].dtype, self.x.dtype)
        self.assertEqual(found["y"].dtype, self.y.dtype)
        self.assertEqual(found["classes"], [f"kind {k}" for k in range(31)])
        # As random orders are: rank correlation, rows that stay, neighbours that stay neighbours.
        self.assertLess(abs(numpy.corrcoef(order, numpy.arange(ROWS))[0, 1]), 4 / ROWS ** 0.5)
        self.assertLess((order == numpy.arange(ROWS)).sum(), 10)
        self.assertLess((numpy.diff(order) == 1).sum(), 10)

    def test_the_order_is_the_same_at_any_number_of_ranks_in_any_memory_and_of_several_files(self):
        expected, _ = self.shuffled(self.data)
        cuts = [0, 1, 700, 700, 2999, ROWS]
        for number, (begin, end) in enumerate(zip(cuts, cuts[1:])):
            self.write_data(f"part-{number}.h5", x=self.x[begin:end], y=self.y[begin:end],
                            **{"more/weights": self.weights[begin:end]})
        for data, ranks, memory in ((self.data, 2, "1G"), (self.data, 3, "64K"), (self.data, 4, "20K"),
                                    (self.scratch / "part-*.h5", 1, "8K"),
                                    (self.scratch / "part-*.h5", 3, "1M")):
            with self.subTest(ranks=ranks, memory=memory, data=data.name):
                found, _ = self.shuffled(data, "--memory", memory, ranks=ranks)
                for name in ("x", "y", "more/weights"):
                    numpy.testing.assert_array_equal(found[name], expected[name])
        other, _ = self.shuffled(self.data, "--seed", "2")
        self.assertGreater((other["more/weights"] != expected["more/weights"]).sum(), ROWS - 20)

    def test_labels_of_strings_become_numbers_and_other_strings_are_left_out(self):
        words = numpy.array([b"cat", b"ant", b"bee"])[numpy.arange(60) % 3]
        data = self.write_data("words.h5", x=numpy.arange(120.0).reshape(60, 2), y=words, ids=words)
        found, said = self.shuffled(data, ranks=2)
        self.assertEqual(found["names"], ["x", "y"])
        self.assertEqual(found["classes"], ["ant", "bee", "cat"])
        numpy.testing.assert_array_equal(found["y"], numpy.array([2, 0, 1])[(found["x"][:, 0] // 2 % 3).astype(int)])
        self.assertIn("left out, because they hold no numbers: /ids", said)

    def test_sequences_keep_their_lengths(self):
        lengths = numpy.arange(40) % 7
        offsets = numpy.concatenate([[0], numpy.cumsum(lengths)])
        flat = numpy.concatenate([numpy.full((n, 2), k, "i2") for k, n in enumerate(lengths)])
        padded = numpy.zeros((40, 6, 2), "i2")
        for k, n in enumerate(lengths):
            padded[k, :n] = k
        for name, sets in (("flat", {"x": flat, "x_offsets": offsets}),
                           ("padded", {"x": padded, "x_lengths": lengths})):
            with self.subTest(name):
                data = self.write_data(f"{name}.h5", n=numpy.arange(40), **sets)
                found, _ = self.shuffled(data, ranks=3)
                numpy.testing.assert_array_equal(found["x"], padded[found["n"]])
                numpy.testing.assert_array_equal(found["x_lengths"], lengths[found["n"]])

    def test_refusals(self):
        trajectories = self.write_data("t.h5", x=self.x, lengths=[ROWS])
        output = self.scratch / "new.h5"
        for ranks in (2, None):
            done = support.run("shuffle", "--data", trajectories, "--output", output, ranks=ranks)
            self.assert_refused(done, DATA, "/lengths", "order")
        self.assert_refused(support.run("shuffle", "--data", self.data, "--output", self.data, ranks=None),
                            USAGE, "--overwrite")
        self.assert_refused(support.run("shuffle", "--data", self.data, "--output", output, "--memory", "100",
                                        ranks=None), SYSTEM, "--memory")
        self.assert_refused(support.run("shuffle", "--data", self.scratch / "none.h5", "--output", output,
                                        ranks=2), DATA, "none.h5")
        self.assert_refused(support.run("shuffle", "--data", self.data, "--output",
                                        self.scratch / "nowhere" / "o.h5", ranks=3), SYSTEM, "nowhere")
        self.assertFalse(output.exists())


if __name__ == "__main__":
    unittest.main()
