# SPDX-License-Identifier: BSD-3-Clause
"""Sequences with lengths of their own, from files to networks: however they are stored and whatever the
number of ranks, a model is the same, and padding has no effect."""

import json
import unittest

import h5py
import numpy

import support

USAGE, DATA = 2, 3
FEATURES = 3
TRAIN = ("--pair", "target", "--rho", "rv", "--encoder", "dense:5,tanh,dense:2", "--precision",
         "double", "--optimizer", "sgd", "--batch", "20", "--blocks", "7", "--steps", "6", "--learning-rate",
         "0.05")


def sequences(count, longest, seed):
    """Sequences [steps,F], of which one has all steps and two none, and their classes."""
    random = numpy.random.default_rng(seed)
    lengths = random.integers(0, longest + 1, count)
    lengths[[0, 5, count - 1]] = 0, longest, 0
    rows = [random.normal(size=(n, FEATURES)) * (1.0, 10.0, 0.1) + (0.0, 50.0, -1.0) for n in lengths]
    return rows, numpy.arange(count) % 3


def offsets_of(rows):
    return numpy.concatenate([[0], numpy.cumsum([len(row) for row in rows])]).astype("i8")


def padded(rows, steps, filler):
    all_rows = numpy.full((len(rows), steps, FEATURES), filler)
    for i, row in enumerate(rows):
        all_rows[i, :len(row)] = row
    return all_rows


class SequenceTest(support.ProgramTest):
    def setUp(self):
        super().setUp()
        self.rows, self.y = sequences(61, 6, 1)
        self.flat = self.write_flat("flat.h5", self.rows, self.y)

    def write_flat(self, name, rows, y):
        return self.write_data(name, x=numpy.concatenate(rows), x_offsets=offsets_of(rows), y=y)

    def content(self, path):
        found = {}
        with h5py.File(path) as file:
            file["networks"].visititems(
                lambda name, item: found.update({name: item[()]})
                if isinstance(item, h5py.Dataset) else None)
        return found

    def assert_equal_models(self, one, other, tolerance=0.0):
        a, b = self.content(one / "model.h5"), self.content(other / "model.h5")
        self.assertEqual(a.keys(), b.keys())
        for name in a:
            if tolerance == 0.0:
                self.assertEqual(a[name].tobytes(), b[name].tobytes(), name)
            else:
                numpy.testing.assert_allclose(a[name], b[name], rtol=0, atol=tolerance, err_msg=name)


class Storage(SequenceTest):
    def test_models_are_the_same_however_sequences_are_stored(self):
        lengths = numpy.array([len(row) for row in self.rows])
        with_lengths = self.write_data("lengths.h5", x=padded(self.rows, 6, numpy.nan), y=self.y,
                                       x_lengths=lengths.astype("u2"))
        marked = self.write_data("marked.h5", x=padded(self.rows, 6, -99.0), y=self.y)
        runs = [self.train(self.flat, "flat", *TRAIN),
                self.train(with_lengths, "lengths", *TRAIN),
                self.train(marked, "marked", *TRAIN, "--padding-value", "-99")]
        for run in runs[1:]:
            self.assert_equal_models(runs[0], run)
        self.assert_equal_models(runs[0], self.train(self.flat, "three", *TRAIN, ranks=3), 1e-12)

        content = self.content(runs[0] / "model.h5")
        steps = numpy.concatenate(self.rows)
        self.assert_close(content["b/preprocess/shift"], steps.mean(axis=0), 1e-12)
        self.assert_close(content["b/preprocess/scale"], 1.0 / steps.std(axis=0), 1e-12)

        # The outputs are those of steps that were preprocessed, and of 0 after them.
        z = padded([(row - steps.mean(axis=0)) / steps.std(axis=0) for row in self.rows], 6, 0.0)
        flat = support.parameters(runs[0] / "model.h5")
        expected = support.encode("dense:5,tanh,dense:2", flat, z.reshape(len(z), -1))
        for data, run, ranks in ((self.flat, runs[0], 2), (marked, runs[2], 3)):
            out = self.scratch / "out.h5"
            self.succeed("encode", "--model", run, "--data", data, "--output", out, "--overwrite",
                         ranks=ranks)
            with h5py.File(out) as file:
                self.assert_close(file["x"], expected, 1e-10)
                self.assertEqual(file["y"][()].tolist(), self.y.tolist())
            classes = numpy.eye(3)[self.y]
            self.assertAlmostEqual(self.evaluate(run, data, ranks=ranks)["dependence"],
                                   support.rv(classes, expected), delta=1e-9)

    def test_bits_are_the_same_at_any_number_of_ranks(self):
        arguments = (*TRAIN, "--reproducible", "--validation", "0.2")
        one = self.train(self.flat, "one", *arguments)
        for ranks in (2, 3):
            self.assert_equal_models(one, self.train(self.flat, f"r{ranks}", *arguments, ranks=ranks))

    def test_a_run_goes_on_at_another_number_of_ranks(self):
        whole = self.train(self.flat, "whole", *TRAIN)
        half = self.train(self.flat, "half", *TRAIN[:-4], "--steps", "3", "--learning-rate", "0.05",
                          "--checkpoint-every", "1steps")
        self.train(self.flat, "half", *TRAIN, "--resume", "--checkpoint-every", "1steps", ranks=3)
        self.assert_equal_models(whole, half, 1e-12)

    def test_shorter_data_and_longer_validation(self):
        short_rows, short_y = sequences(40, 4, 2)
        short = self.write_flat("short.h5", short_rows, short_y)
        run = self.train(short, "run", *TRAIN, "--validation", self.flat, ranks=2)
        with h5py.File(run / "model.h5") as file:
            self.assertEqual(file["networks/b"].attrs["input_shape"], "[6,3]")
        found = self.evaluate(run, short, ranks=2)
        self.assertEqual(found["samples"], 40)
        long_rows, long_y = sequences(40, 9, 3)
        longer = self.write_flat("longer.h5", long_rows, long_y)
        done = support.run("evaluate", "--model", run, "--data", longer, ranks=2)
        self.assert_refused(done, DATA, "longer.h5", "sequences of 9 steps", "depends on their number")

    def test_pairs(self):
        for name, arguments in {
                "input": ("--pair", "input"),
                "views": ("--pair", "views", "--encoder-b", "dense:3", "--y", "/v"),
                "augment": ("--pair", "augment", "--objective", "vicreg", "--augment",
                            "timeshift:2,timemask:2,featuremask:1,tokenmask:0.1,noise:0.1")}.items():
            with self.subTest(name):
                views, _ = sequences(61, 8, 4)
                data = self.write_data("p.h5", x=numpy.concatenate(self.rows),
                                       x_offsets=offsets_of(self.rows), v=numpy.concatenate(views),
                                       v_offsets=offsets_of(views))
                common = ("--rho", "rv", "--encoder", "dense:5,tanh,dense:2", "--precision",
                          "double", "--batch", "20", "--blocks", "7", "--steps", "3")
                if name == "augment":
                    common = common[2:]
                runs = [self.train(data, f"{name}{ranks}", *common, *arguments, ranks=ranks)
                        for ranks in (1, 3)]
                self.assert_equal_models(*runs, 1e-10)

    def test_probe_and_report(self):
        run = self.train(self.flat, "run", *TRAIN, "--validation", "0.2")
        for model in ((), ("--model", run)):
            done = self.succeed("probe", *model, "--train", self.flat, "--test", self.flat, "--json",
                                ranks=2)
            self.assertIn("accuracy", json.loads(done.out))
        self.succeed("report", run, ranks=2)


class Recurrent(SequenceTest):
    GRU = (*TRAIN[:4], "--encoder", "gru:5,last,dense:2", *TRAIN[6:])

    def test_models_do_not_depend_on_storage_ranks_or_padding(self):
        lengths = numpy.array([len(row) for row in self.rows])
        wide = self.write_data("wide.h5", x=padded(self.rows, 9, numpy.nan), x_lengths=lengths, y=self.y)
        one = self.train(self.flat, "one", *self.GRU)
        for name, data, ranks in (("wide1", wide, 1), ("flat3", self.flat, 3), ("wide3", wide, 3)):
            self.assert_equal_models(one, self.train(data, name, *self.GRU, ranks=ranks), 1e-12)
        reproducible = [self.train(data, f"r{ranks}", *self.GRU, "--reproducible", ranks=ranks)
                        for data, ranks in ((self.flat, 1), (wide, 2), (self.flat, 3))]
        for run in reproducible[1:]:
            self.assert_equal_models(reproducible[0], run)

    def test_data_of_other_lengths(self):
        """A row means the same beside longer and shorter ones."""
        run = self.train(self.flat, "run", *self.GRU)
        longer = sequences(7, 12, 5)[0]
        rows = self.rows + longer
        expected = {}
        for name, part in (("all", rows), ("first", self.rows[:20]), ("last", longer)):
            data = self.write_flat(f"{name}.h5", part, numpy.arange(len(part)) % 3)
            out = self.scratch / f"{name}-out.h5"
            self.succeed("encode", "--model", run, "--data", data, "--output", out, ranks=2)
            with h5py.File(out) as file:
                expected[name] = file["x"][()]
            self.assertEqual(self.evaluate(run, data, ranks=2)["samples"], len(part))
        self.assert_close(expected["first"], expected["all"][:20], 1e-12)
        self.assert_close(expected["last"], expected["all"][-7:], 1e-12)
        train, test = (self.scratch / f"{name}.h5" for name in ("first", "all"))
        self.succeed("probe", "--model", run, "--train", train, "--test", test, ranks=2)
        self.succeed("train", "--data", train, "--validation", test, "--output", self.scratch / "v",
                     *self.GRU, ranks=2)

    def test_outputs_of_each_step_keep_their_lengths(self):
        run = self.train(self.flat, "run", "--pair", "target", "--rho", "rv", "--encoder", "gru:2,each",
                         "--steps", "1", "--batch", "0")
        out = self.scratch / "out.h5"
        self.succeed("encode", "--model", run, "--data", self.flat, "--output", out, ranks=3)
        lengths = [len(row) for row in self.rows]
        with h5py.File(out) as file:
            self.assertEqual(file["x"].shape, (61, 6, 2))
            self.assertEqual(file["x_lengths"][()].tolist(), lengths)
            zero = (file["x"][()] == 0.0).all(axis=2)
        numpy.testing.assert_array_equal(zero, numpy.arange(6) >= numpy.array(lengths)[:, None])

    def test_tokens_stay_integers(self):
        path = self.scratch / "tokens.h5"
        self.succeed("generate", "first-token", "--rows", "200", "--steps", "9", "--shortest", "2",
                     "--output", path, ranks=None)
        common = ("--pair", "target", "--rho", "rv", "--precision", "double", "--optimizer", "sgd",
                  "--batch", "50", "--steps", "4")
        spec = ("--encoder", "embedding:16:3,lstm:4,mean,dense:2")
        runs = [self.train(path, f"r{ranks}", *common, *spec, ranks=ranks) for ranks in (1, 3)]
        self.assert_equal_models(*runs, 1e-12)
        content = self.content(runs[0] / "model.h5")
        self.assertEqual((content["b/preprocess/shift"].tolist(), content["b/preprocess/scale"].tolist()),
                         ([0.0], [1.0]))
        start = ("train", "--data", path, "--output", self.scratch / "no", *common)
        self.assert_refused(support.run(*start, *spec, "--normalize", "scale", ranks=2), USAGE,
                            "--normalize scale", "token ids")
        self.assert_refused(support.run(*start, "--encoder", "embedding:15:3,mean,dense:2", ranks=3),
                            DATA, "has the token 15", "0 to 14")
        self.assert_refused(support.run("train", "--data", path, "--output", self.scratch / "no",
                                        "--pair", "augment", "--augment", "noise:0.1", "--objective",
                                        "vicreg", *spec, ranks=None), USAGE, "--augment", "token ids")
        self.train(path, "masked", "--pair", "augment", "--augment", "tokenmask:0.2,timeshift:1",
                   "--objective", "vicreg", *spec, "--steps", "2", ranks=2)


class Refusals(SequenceTest):
    def test_what_is_wrong_in_one_line(self):
        x = numpy.concatenate(self.rows)
        offsets = offsets_of(self.rows)
        late = offsets.copy()
        late[-1] += 1
        back = offsets.copy()
        back[3] = back[4] + 1
        short = padded(self.rows, 6, 0.0)
        for datasets, words in (
                ({"x": x, "x_offsets": late}, ("x_offsets", "at row 61")),
                ({"x": x, "x_offsets": back}, ("x_offsets", "before it")),
                ({"x": x, "x_offsets": offsets.astype(float)}, ("x_offsets", "one integer a row")),
                ({"x": short, "x_lengths": numpy.full(61, 7)}, ("x_lengths", "length 7 at row 0")),
                ({"x": short, "x_lengths": numpy.full(60, 1)}, ("x_lengths", "60 lengths")),
                ({"x": x, "x_offsets": offsets, "y": self.y[:-1]}, ("61 rows", "60"))):
            with self.subTest(words):
                data = self.write_data("wrong.h5", **{"y": self.y, **datasets})
                done = support.run("train", "--data", data, *TRAIN, "--output", self.scratch / "wrong",
                                   ranks=self.refusing_ranks(3))
                self.assert_refused(done, DATA, *words)

    def test_what_sequences_cannot_be(self):
        start = ("train", "--data", self.flat, "--encoder", "dense:2", "--output", self.scratch / "no")
        self.assert_refused(support.run(*start, "--pair", "lag", "--objective", "vamp2", ranks=2), DATA,
                            "trajectory")
        self.assert_refused(support.run(*start, "--pair", "views", "--objective", "dcca",
                                        "--split-columns", "3", ranks=2), DATA, "cannot be split")


class Inspection(SequenceTest):
    def test_steps_are_shown(self):
        lengths = sorted(len(row) for row in self.rows)
        done = self.succeed("inspect", self.flat, "--json", ranks=None)
        self.assertEqual(json.loads(done.out)["datasets"]["/x"]["steps"],
                         {"sequences": 61, "min": 0, "median": lengths[30], "max": 6})
        self.assertIn("61 of 0 to 6 steps", self.succeed("inspect", self.flat, ranks=None).out)


class FirstToken(support.ProgramTest):
    def test_the_first_token_is_the_class(self):
        path = self.scratch / "tokens.h5"
        self.succeed("generate", "first-token", "--rows", "300", "--classes", "5", "--output", path,
                     ranks=None)
        with h5py.File(path) as file:
            x, y = file["x"][()], file["y"][()]
            self.assertNotIn("x_lengths", file)
        self.assertEqual(x.shape, (300, 100))
        self.assertEqual((x.min(), x.max()), (1, 15))
        self.assertEqual(((x[:, 0].astype(int) - 1) % 5).tolist(), y.tolist())

        self.succeed("generate", "first-token", "--rows", "5000", "--steps", "20", "--shortest", "3",
                     "--output", path, "--overwrite", ranks=None)
        with h5py.File(path) as file:
            x, lengths = file["x"][()], file["x_lengths"][()]
        self.assertEqual((lengths.min(), lengths.max()), (3, 20))
        numpy.testing.assert_array_equal(x > 0, numpy.arange(20) < lengths[:, None])
        refused = support.run("generate", "first-token", "--classes", "16", "--output", path,
                              "--overwrite", ranks=None)
        self.assert_refused(refused, USAGE, "--classes")
        refused = support.run("generate", "random", "--steps", "16", "--output", path, "--overwrite",
                              ranks=None)
        self.assert_refused(refused, USAGE, "--steps", "first-token")


class Imports(support.ProgramTest):
    def test_texts_have_the_lengths_of_their_tokens(self):
        text = self.scratch / "t.txt"
        text.write_text("a b c\n\nb\na b c d e\n")
        out, test = self.scratch / "out.h5", self.scratch / "test.h5"
        self.succeed("import", "--x", text, "--tokens", "words", "--length", "4", "--output", out,
                     ranks=None)
        with h5py.File(out) as file:
            self.assertEqual(file["x_lengths"][()].tolist(), [3, 0, 1, 4])
        text.write_text("".join("a " * (k % 5 + 1) + "\n" for k in range(40)))
        self.succeed("import", "--x", text, "--tokens", "words", "--output", out, "--overwrite",
                     "--test-fraction", "0.3", "--test-output", test, ranks=None)
        for path in (out, test):
            with h5py.File(path) as file:
                x, lengths = file["x"][()], file["x_lengths"][()]
                self.assertEqual((x > 0).sum(axis=1).tolist(), lengths.tolist())
        text.write_text("a b\nb c\n")
        self.succeed("import", "--x", text, "--tokens", "words", "--output", out, "--overwrite",
                     ranks=None)
        with h5py.File(out) as file:
            self.assertNotIn("x_lengths", file)

    def test_files_are_sequences(self):
        random = numpy.random.default_rng(3)
        runs = {"up": [4, 1, 3], "down": [2, 5]}
        wanted = []
        for folder in sorted(runs):
            (self.scratch / "runs" / folder).mkdir(parents=True)
            for k, rows in enumerate(runs[folder]):
                run = random.normal(size=(rows, 2))
                numpy.save(self.scratch / "runs" / folder / f"r{k}.npy", run)
                wanted.append(run)
        out = self.scratch / "out.h5"
        self.succeed("import", "--x", self.scratch / "runs", "--sequences", "--output", out, ranks=None)
        with h5py.File(out) as file:
            self.assertNotIn("lengths", file)
            self.assertEqual(file["x_lengths"][()].tolist(), [len(run) for run in wanted])
            self.assertEqual(file["x"].shape, (5, 5, 2))
            for row, run in zip(file["x"][()], wanted):
                numpy.testing.assert_array_equal(row[:len(run)], run)
                self.assertTrue((row[len(run):] == 0.0).all())
            self.assertEqual(file["y"][()].tolist(), [0, 0, 1, 1, 1])


if __name__ == "__main__":
    unittest.main()
