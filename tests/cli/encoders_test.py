# SPDX-License-Identifier: BSD-3-Clause
"""Convolutional, residual and recurrent encoders have all that dense ones have: every pair, L-BFGS,
micro-batches, a resumption at another number of ranks, the outputs of named layers; the same on one
rank and on three whose shards are unequal."""

import unittest

import h5py
import numpy

import support

ROWS = 61
ENCODERS = {
    "images": "reshape:1:6:5,conv:3:3,batchnorm,relu,maxpool:2,residual(conv:4:3,batchnorm),globalpool,"
              "dense:3",
    "sequences": "reshape:6:5,gru:4,dropout:0.1:by=steps,bidirectional(lstm:2),last,dense:3",
}
# Plain gradient ascent: Adam makes steps of the rounding of gradients that are 0.
COMMON = ("--precision", "double", "--batch", "20", "--blocks", "7", "--optimizer", "sgd",
          "--learning-rate", "0.1")
PAIRS = {
    "input": ("--pair", "input"),
    "target": ("--pair", "target"),
    "views": ("--pair", "views", "--y", "/v", "--objective", "dcca"),
    "share": ("--pair", "views", "--y", "/v", "--share", "--objective", "infonce"),
    "augment": ("--pair", "augment", "--augment", "noise:0.2,mask:0.1", "--objective", "barlow"),
    "lag": ("--pair", "lag", "--lag", "2", "--objective", "vamp2"),
}


def contents(run):
    """All data sets of the networks of a run."""
    found = {}
    with h5py.File(run / "model.h5") as file:
        file["networks"].visititems(
            lambda name, item: found.update({name: item[()]})
            if isinstance(item, h5py.Dataset) else None)
    return found


class Encoders(support.ProgramTest):
    def setUp(self):
        super().setUp()
        random = numpy.random.default_rng(8)
        x = random.normal(size=(ROWS, 6, 5))
        self.data = self.write_data(x=x, v=x + 0.5 * random.normal(size=x.shape),
                                    y=random.normal(size=(ROWS, 2)) + x[:, 0, :2])

    def assert_equal_runs(self, one, other, tolerance):
        a, b = contents(one), contents(other)
        self.assertEqual(a.keys(), b.keys())
        for name, values in a.items():
            numpy.testing.assert_allclose(b[name], values, rtol=tolerance, atol=tolerance,
                                          err_msg=name)

    def moves(self, start, run):
        """Whether training changed every block of weights."""
        before, after = contents(start), contents(run)
        return all(numpy.any(before[name] != after[name]) for name in after if "weight" in name)

    def check_pairs(self, kind):
        for name, pair in PAIRS.items():
            with self.subTest(pair=name):
                arguments = (*pair, "--encoder", ENCODERS[kind], *COMMON)
                one = self.train(self.data, f"{name}-1", *arguments, "--steps", "4")
                three = self.train(self.data, f"{name}-3", *arguments, "--steps", "4",
                                   "--micro-batch", "3", ranks=3)
                self.assert_equal_runs(one, three, 1e-9)
                if name == "target":
                    start = self.train(self.data, f"{name}-start", *arguments, "--steps", "0")
                    self.assertTrue(self.moves(start, one))
                    values = [self.evaluate(run, self.data, ranks=ranks)["objective"]
                              for run, ranks in ((one, 1), (three, 3))]
                    self.assertAlmostEqual(*values, 9)

    def test_pairs_of_images(self):
        self.check_pairs("images")

    def test_pairs_of_sequences(self):
        self.check_pairs("sequences")

    def test_lbfgs_climbs(self):
        for kind, encoder in ENCODERS.items():
            with self.subTest(kind):
                # L-BFGS wants one function: nothing that is drawn anew for each of its values.
                arguments = ("--pair", "target", "--encoder", encoder.replace(
                    "dropout:0.1:by=steps,", ""), "--precision", "double", "--batch", "0",
                             "--optimizer", "lbfgs")
                runs = [self.train(self.data, f"{kind}{ranks}", *arguments, "--steps", "5", ranks=ranks)
                        for ranks in (1, 3)]
                values = [[step["objective"] for step in support.metrics(run)] for run in runs]
                self.assertGreater(values[0][-1], values[0][0] + 0.01)
                numpy.testing.assert_allclose(*values, rtol=1e-6)

    def test_a_run_goes_on_at_another_number_of_ranks(self):
        for kind, encoder in ENCODERS.items():
            with self.subTest(kind):
                arguments = ("--pair", "target", "--encoder", encoder, *COMMON)
                whole = self.train(self.data, f"{kind}-whole", *arguments, "--steps", "6")
                self.train(self.data, f"{kind}-half", *arguments, "--steps", "3",
                           "--checkpoint-every", "1steps")
                half = self.train(self.data, f"{kind}-half", *arguments, "--steps", "6", "--resume",
                                  ranks=3)
                self.assert_equal_runs(whole, half, 1e-9)

    def test_layers_are_encoded_alike(self):
        for kind, encoder in ENCODERS.items():
            model = self.train(self.data, kind, "--pair", "target", "--encoder", encoder, *COMMON,
                               "--steps", "2")
            for layer in ((), ("--layer", "0"), ("--layer", "1")):
                written = []
                for ranks in (1, 3):
                    path = self.scratch / "codes.h5"
                    self.succeed("encode", "--model", model, "--data", self.data, "--output", path,
                                 "--overwrite", *layer, ranks=ranks)
                    with h5py.File(path) as file:
                        written.append(file["x"][()])
                with self.subTest(kind, layer=layer):
                    self.assertEqual(len(written[0]), ROWS)
                    self.assertGreater(numpy.ptp(written[0]), 0.0)
                    self.assert_close(written[1], written[0], 1e-12)

    def codes(self, model, *arguments, data=None, ranks=1):
        path = self.scratch / "pooled.h5"
        self.succeed("encode", "--model", model, "--data", data or self.data, "--output", path,
                     "--overwrite", *arguments, ranks=ranks)
        with h5py.File(path) as file:
            return file["x"][()]

    def test_pooled_feature_maps(self):
        model = self.train(self.data, "images", "--pair", "target", "--encoder", ENCODERS["images"],
                           *COMMON, "--steps", "2")
        places = self.codes(model, "--layer", "0").reshape(ROWS, 3, 30)
        for pool, expected in (("mean", places.mean(axis=2)), ("max", places.max(axis=2))):
            for ranks in (1, 3):
                found = self.codes(model, "--layer", "0", "--pool", pool, ranks=ranks)
                self.assert_close(found, expected, 1e-12, pool)
        self.succeed("probe", "--model", model, "--layer", "0", "--pool", "max", "--train", self.data,
                     "--test", self.data, "--target", "values", ranks=2)
        done = support.run("encode", "--model", model, "--data", self.data, "--output",
                           self.scratch / "no.h5", "--pool", "mean", ranks=None)
        self.assert_refused(done, 2, "--pool is for feature maps", "[3]")

    def test_pooled_steps_are_those_that_exist(self):
        random = numpy.random.default_rng(9)
        lengths = random.integers(0, 7, size=ROWS)
        lengths[:2] = 0, 6
        x = numpy.where(numpy.arange(6)[None, :, None] < lengths[:, None, None],
                        random.normal(size=(ROWS, 6, 5)), numpy.nan)
        data = self.write_data("lengths.h5", x=x, x_lengths=lengths, y=random.normal(size=(ROWS, 2)))
        model = self.train(data, "sequences", "--pair", "target", "--encoder", "gru:4,lstm:3,last",
                           *COMMON, "--steps", "2")
        steps = self.codes(model, "--layer", "0", data=data)
        self.assertEqual(steps.shape, (ROWS, 6, 4))
        for pool, of in (("mean", numpy.mean), ("max", numpy.max)):
            expected = [of(row[:n], axis=0) if n else numpy.zeros(4) for row, n in zip(steps, lengths)]
            self.assert_close(self.codes(model, "--layer", "0", "--pool", pool, data=data, ranks=3),
                              expected, 1e-12, pool)


if __name__ == "__main__":
    unittest.main()
