# SPDX-License-Identifier: BSD-3-Clause
"""Random Fourier features before the linear solution, beside NumPy of the same features and exact kernel CCA."""

import unittest

import h5py
import numpy

import support
from linear_truth import LinearTest


def curved(rows=120, seed=3):
    """Two views of one hidden number that no linear map sees in both."""
    random = numpy.random.default_rng(seed)
    hidden = random.uniform(-1.5, 1.5, size=rows)
    return [numpy.column_stack([shape(hidden), random.normal(size=rows)]) + 0.1 * random.normal(size=(rows, 2))
            for shape in (lambda t: t, lambda t: t ** 2)]


def features(model, x, network):
    z = support.preprocessed(model, x, network)
    with h5py.File(model) as file:
        layer = file[f"networks/{network}/layers/0"]
        weight, phase = layer["weight"][()], layer["phase"][()]
    return (2 / len(phase)) ** 0.5 * numpy.cos(z @ weight + phase), weight, phase


def outputs_of(model, x, network):
    with h5py.File(model) as file:
        layer = file[f"networks/{network}/layers/1"]
        return features(model, x, network)[0] @ layer["weight"][()] + layer["bias"][()]


def regularised(a, b, ridge):
    def root(side):
        values, vectors = numpy.linalg.eigh(support.covariance(side, side) + ridge * numpy.eye(side.shape[1]))
        return vectors / values ** 0.5 @ vectors.T

    return numpy.linalg.svd(root(a) @ support.covariance(a, b) @ root(b), compute_uv=False)


def kernel_correlations(x, y, scale, ridge):
    """Of regularised kernel CCA with a Gaussian kernel: the singular values of R_x R_y, R^2 = K (K + N ridge)^-1
    for centred K."""
    def root(side):
        squares = ((side[:, None] - side[None]) ** 2).sum(axis=2)
        kernel = numpy.exp(-squares / (2 * scale ** 2))
        centre = numpy.eye(len(side)) - 1 / len(side)
        values, vectors = numpy.linalg.eigh(centre @ kernel @ centre)
        values = numpy.maximum(values, 0)
        return vectors * (values / (values + len(side) * ridge)) ** 0.5 @ vectors.T

    return numpy.linalg.svd(root(x) @ root(y), compute_uv=False)


class Fourier(LinearTest):
    RIDGES = ["--linear-ridge-a", "0.01", "--linear-ridge-b", "0.01"]

    def fitted(self, data, encoder, *arguments, ranks=1):
        run = self.train(data, f"run{len(list(self.scratch.iterdir()))}", "--pair", "views", "--objective", "dcca",
                         "--ridge", "0", "--encoder", encoder, "--precision", "double", *arguments, ranks=ranks)
        self.assertEqual(support.metrics(run), [])
        return run / "model.h5"

    def test_the_same_features_in_numpy_at_any_number_of_ranks(self):
        x, y = curved()
        data = self.write_data(x=x, y=y)
        for ranks in (1, 2, 3, 4):
            model = self.fitted(data, "fourier:25:scale=1.5,linear:3", *self.RIDGES, ranks=ranks)
            (a, weight, phase), (b, other, _) = features(model, x, "a"), features(model, y, "b")
            expected = regularised(a, b, 0.01)[:3]
            outputs = [outputs_of(model, side, name) for side, name in ((x, "a"), (y, "b"))]
            self.assert_close(support.covariance(*outputs), numpy.diag(expected), 1e-9)
            if ranks == 1:
                first = support.parameters(model)
                self.assertLess(abs(weight.std() * 1.5 - 1), 0.3)
                self.assertTrue(0 < phase.min() and phase.max() < 2 * numpy.pi)
                self.assertGreater(abs(weight - other).max(), 0.1)
                path = self.scratch / "codes.npy"
                self.succeed("encode", "--model", model, "--network", "a", "--data", data, "--output", path)
                self.assert_close(numpy.load(path), outputs[0], 1e-9)
            self.assert_close(support.parameters(model), first, 1e-9)

    def test_more_features_come_nearer_to_the_kernel(self):
        x, y = curved()
        data = self.write_data(x=x, y=y)
        z = [(side - side.mean(axis=0)) / side.std(axis=0) for side in (x, y)]
        exact = kernel_correlations(*z, 1.5, 0.01)[:2]
        distances = []
        for count in (10, 2000):
            model = self.fitted(data, f"fourier:{count}:scale=1.5,linear:2", *self.RIDGES)
            a, b = (outputs_of(model, side, name) for side, name in ((x, "a"), (y, "b")))
            distances.append(abs(numpy.diag(support.covariance(a, b)) - exact).max())
        self.assertLess(distances[1], 0.02)
        self.assertLess(distances[1], 0.5 * distances[0])
        # Linear maps see little of it.
        self.assertLess(support.canonical_correlations(x, y, 0.0)[0], 0.5)
        self.assertGreater(exact[0], 0.7)

    def test_they_are_never_trained(self):
        x, y = curved()
        data = self.write_data(x=x, y=y)
        arguments = ["--pair", "views", "--objective", "dcca", "--precision", "double", "--weight-decay", "0.1"]
        kept = []
        for steps in ("0", "5"):
            run = self.train(data, f"steps{steps}", *arguments, "--encoder", "dense:4,fourier:9:scale=2,dense:2",
                             "--steps", steps, "--batch", "0")
            with h5py.File(run / "model.h5") as file:
                layers = file["networks/a/layers"]
                kept.append([layers[name][()] for name in ("1/weight", "1/phase", "0/weight")])
        for before, after in zip(kept[0][:2], kept[1][:2]):
            numpy.testing.assert_array_equal(before, after)
        self.assertGreater(abs(kept[0][2] - kept[1][2]).max(), 0)

    def test_tests_and_permutations_know_the_features(self):
        x, y = curved(rows=90)
        data = self.write_data(x=x, y=y)
        model = self.fitted(data, "fourier:7:scale=1.5,linear:2")
        found = self.evaluate(model, data, "--tests", "--permutations", "19", ranks=2)
        self.assertEqual((found["tests"]["rank_a"], found["tests"]["rank_b"]), (7, 7))
        expected = support.canonical_correlations(features(model, x, "a")[0], features(model, y, "b")[0], 0.0)
        self.assert_close(found["tests"]["canonical_correlations"], expected, 1e-6)
        self.assert_close(found["canonical_correlations"], expected[:2], 1e-6)
        self.assertEqual(found["p_values"][0], 0.05)

    def test_what_is_no_layer_of_features(self):
        x, y = curved()
        data = self.write_data(x=x, y=y)
        for encoder, word in (("fourier:9,linear:2", "scale=S"), ("fourier:9:scale=0,linear:2", "scale=S"),
                              ("dense:9,linear:2", "after fourier"), ("fourier:9:scale=1,linear:2,tanh", "after fourier"),
                              ("linear:2,fourier:9:scale=1", "after fourier")):
            done = support.run("train", "--data", data, "--output", self.scratch / "refused", "--pair", "views",
                               "--objective", "dcca", "--encoder", encoder)
            self.assert_refused(done, 2, word)


if __name__ == "__main__":
    unittest.main()
