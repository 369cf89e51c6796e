# SPDX-License-Identifier: BSD-3-Clause
"""Partial least squares and sparse CCA, `--objective pls`, beside scikit-learn and the paper's definition."""

import json
import unittest
import warnings

import h5py
import numpy
import sklearn.datasets
from sklearn import cross_decomposition

import support
from linear_truth import LinearTest, weights

MODES = {"svd": cross_decomposition.PLSSVD, "canonical": cross_decomposition.PLSCanonical,
         "regression": cross_decomposition.PLSRegression}


def correlated(rows=61, p=6, q=4, seed=1):
    random = numpy.random.default_rng(seed)
    shared = random.normal(size=(rows, 3)) * [2, 1, 0.5]
    return (shared @ random.normal(size=(3, p)) + random.normal(size=(rows, p)) + 2,
            shared @ random.normal(size=(3, q)) + random.normal(size=(rows, q)) * 2)


def known(mode, x, y, count, scale):
    """scikit-learn's, whose power iterations go on to the last bit and warn that they do."""
    until = {} if mode == "svd" else {"tol": 1e-30, "max_iter": 500}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return MODES[mode](n_components=count, scale=scale, **until).fit(x, y)


def up_to_signs(a, b, like_a, like_b):
    """Both sides with the signs that make their columns go with those of others; a pair has one sign."""
    signs = numpy.sign((b * like_b).sum(axis=0))
    return a * signs, b * signs


def soft(x, bound):
    """S(x, d) / |S(x, d)| with the least d that has a sum of magnitudes of at most `bound`."""
    def direction(d):
        cut = numpy.sign(x) * numpy.maximum(abs(x) - d, 0)
        return cut / max(numpy.linalg.norm(cut), 1e-300)

    if abs(direction(0)).sum() <= bound:
        return direction(0)
    low, high = 0.0, abs(x).max()
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if abs(direction(middle)).sum() > bound else (low, middle)
    return direction(high)


def penalised(z, count, c_a, c_b):
    """Pairs of weights by algorithms 2 and 3 of Witten, Tibshirani and Hastie (2009)."""
    bounds = [max(1.0, c * len(side) ** 0.5) if c else numpy.inf for c, side in ((c_a, z), (c_b, z.T))]
    pairs = []
    for _ in range(count):
        v = numpy.linalg.svd(z)[2][0]
        for _ in range(1000):
            u, before = soft(z @ v, bounds[0]), v
            v = soft(z.T @ u, bounds[1])
            if abs(v - before).max() < 1e-15:
                break
        pairs.append((u, v, u @ z @ v))
        z = z - pairs[-1][2] * numpy.outer(u, v)
    return [numpy.array(part).T for part in zip(*pairs)]


class Pls(LinearTest):
    def fitted(self, data, *arguments, ranks=1, outputs=3, pair="views"):
        run = self.scratch / f"run{len(list(self.scratch.iterdir()))}"
        done = self.succeed("train", "--data", data, "--output", run, "--pair", pair, "--objective",
                            "pls", "--encoder", f"linear:{outputs}", "--precision", "double",
                            "--progress", "none", *arguments, ranks=ranks)
        return run / "model.h5", done.err

    def test_modes_are_those_of_scikit_learn_at_any_number_of_ranks(self):
        x, y = correlated()
        data = self.write_data(x=x, y=y)
        for mode in MODES:
            for scale, ranks in ((False, 1), (True, 2), (False, 3), (True, 4))[:4 if mode == "svd" else 2]:
                expected = known(mode, x, y, 3, scale).transform(x, y)
                model, _ = self.fitted(data, "--pls-mode", mode, "--normalize",
                                       "standardize" if scale else "center", ranks=ranks)
                # scikit-learn divides by deviations over N - 1, `standardize` by those over N: columns
                # are larger by the same factor, which changes no weight.
                factor = (len(x) / (len(x) - 1)) ** 0.5 if scale else 1.0
                found = [support.encoded(model, side, name) for side, name in ((x, "a"), (y, "b"))]
                a, b = up_to_signs(*found, *expected)
                self.assert_close(a, expected[0] * factor, 1e-9, f"{mode} {scale} a")
                self.assert_close(b, expected[1] * factor, 1e-9, f"{mode} {scale} b")
                value = self.evaluate(model, data, ranks=5 - ranks)
                shared = numpy.linalg.svd(support.covariance(*found), compute_uv=False)
                self.assertAlmostEqual(value["objective"], shared.sum(), delta=1e-9)
                if mode == "svd":
                    self.assertAlmostEqual(value["objective"], value["paired_covariance"], delta=1e-9)

    def test_physiology_and_exercise_of_twenty_men(self):
        """The data of A. C. Linnerud, which scikit-learn has."""
        x, y = sklearn.datasets.load_linnerud(return_X_y=True)
        data = self.write_data(x=x, y=y)
        for mode in MODES:
            expected = known(mode, x, y, 2, True).transform(x, y)
            model, _ = self.fitted(data, "--pls-mode", mode, "--normalize", "standardize", outputs=2, ranks=2)
            found = [support.encoded(model, side, name) for side, name in ((x, "a"), (y, "b"))]
            for side, like in zip(up_to_signs(*found, *expected), expected):
                self.assert_close(side, like * (20 / 19) ** 0.5, 1e-9, mode)

    def test_one_side_that_is_data(self):
        x, y = correlated()
        data = self.write_data(x=x, y=y)
        covariance = support.covariance(y, x)
        model, _ = self.fitted(data, "--normalize", "center", pair="target", outputs=2)
        leading = numpy.linalg.svd(covariance)[2][:2].T
        self.assert_close(abs(weights(model, 0)), abs(leading), 1e-9)
        self.assertAlmostEqual(self.evaluate(model, data)["objective"],
                               numpy.linalg.svd(covariance, compute_uv=False)[:2].sum(), delta=1e-9)
        # Of a regression, x predicts.
        expected = known("regression", x, y, 2, False).transform(x)
        model, _ = self.fitted(data, "--normalize", "center", "--pls-mode", "regression", pair="target",
                               outputs=2)
        found = support.encoded(model, x)
        self.assert_close(abs(found), abs(expected), 1e-9)

    def test_more_outputs_than_targets(self):
        x, y = correlated()
        for targets, outputs in ((1, 3), (2, 5), (1, 6)):
            data = self.write_data(x=x, y=y[:, :targets])
            expected = known("regression", x, y[:, :targets], outputs, False).transform(x, y[:, :targets])
            for ranks in (1, 2, 3, 4) if outputs == 3 else (2,):
                model, said = self.fitted(data, "--normalize", "center", "--pls-mode", "regression", pair="target",
                                          outputs=outputs, ranks=ranks)
                self.assertNotIn("pairs of outputs", said)
                self.assert_close(abs(support.encoded(model, x)), abs(expected[0]), 1e-9)
                self.evaluate(model, data, ranks=5 - ranks)
            model, _ = self.fitted(data, "--normalize", "center", "--pls-mode", "regression", outputs=outputs)
            found = [support.encoded(model, side, name) for side, name in ((x, "a"), (y[:, :targets], "b"))]
            for side, like in zip(up_to_signs(*found, *expected), expected):
                self.assert_close(side, like, 1e-9)
        refused = support.run("train", "--data", data, "--output", self.scratch / "refused", "--pair", "target",
                              "--objective", "pls", "--pls-mode", "regression", "--encoder", "linear:7")
        self.assert_refused(refused, 2, "linear:6", "another --objective")
        self.assertNotIn("dense", refused.err)

    def test_many_more_columns_than_rows(self):
        x, y = correlated(rows=19, p=300, q=40)
        data = self.write_data(x=x, y=y)
        for mode, ranks in (("svd", 1), ("svd", 3), ("canonical", 2), ("regression", 4)):
            expected = known(mode, x, y, 2, False).transform(x)
            model, _ = self.fitted(data, "--normalize", "center", "--pls-mode", mode, ranks=ranks, outputs=2)
            self.assert_close(abs(support.encoded(model, x, "a")), abs(expected), 1e-6)

    def test_sparse_weights_are_those_of_the_penalised_decomposition(self):
        x, y = correlated(p=30, q=9)
        data = self.write_data(x=x, y=y)
        z = support.covariance((x - x.mean(axis=0)) / x.std(axis=0), (y - y.mean(axis=0)) / y.std(axis=0))
        for c_a, c_b, ranks in ((0.4, 0.5, 1), (0.4, 0.5, 2), (0.3, None, 3), (0.1, 0.9, 4)):
            u, v, d = penalised(z, 2, c_a, c_b)
            sparsity = [] if c_b is None else ["--sparsity-b", c_b]
            model, said = self.fitted(data, "--sparsity-a", c_a, *sparsity, ranks=ranks, outputs=2)
            a, b = up_to_signs(weights(model, 0, "a"), weights(model, 0, "b"), u, v)
            self.assert_close(a, u, 1e-9)
            self.assert_close(b, v, 1e-9)
            numpy.testing.assert_array_equal(a != 0, u != 0)
            with h5py.File(model) as file:
                told = file["settings"].attrs
                self.assertEqual(json.loads(told["linear_weights_a"]), list((u != 0).sum(axis=0)))
                self.assert_close(json.loads(told["linear_covariances"]), d, 1e-9)
            counts = (u != 0).sum(axis=0)
            self.assertLess(counts.max(), len(u))
            self.assertIn(f"of side a, {counts[0]}, {counts[1]} of 30 weights are not 0", said)
            # What is left of the first pair takes part in the covariance of the second.
            self.assertAlmostEqual(self.evaluate(model, data)["paired_covariance"],
                                   numpy.trace(u.T @ z @ v), delta=1e-9)

    def test_what_cannot_be_had(self):
        x, y = correlated()
        data = self.write_data(x=x, y=y)
        for words, arguments in (
                (["linear:K"], ["--encoder", "dense:2"]),
                (["--steps"], ["--encoder", "linear:2", "--steps", "3"]),
                (["--pls-mode"], ["--encoder", "linear:2", "--pls-mode", "canonical", "--sparsity-a", "0.5"]),
                (["--sparsity-a"], ["--encoder", "linear:2", "--sparsity-a", "1.5"]),
                (["--linear-ridge-a"], ["--encoder", "linear:2", "--linear-ridge-a", "0.5"]),
                (["linear:4"], ["--encoder", "linear:5"])):
            done = support.run("train", "--data", data, "--output", self.scratch / "refused", "--pair",
                               "views", "--objective", "pls", *arguments)
            self.assert_refused(done, 2, *words)
        few = self.write_data("few.h5", x=x, y=y[:, :1] @ numpy.ones((1, 3)))
        for mode in ("canonical", "svd"):
            model, said = self.fitted(few, "--pls-mode", mode)
            self.assertIn("only 1 of 3 pairs", said)
            for side in "ab":
                numpy.testing.assert_array_equal(weights(model, 0, side)[:, 1:], 0.0)
        # Wide sides, of fewer rows than outputs.
        x, y = correlated(rows=9, p=80, q=40)
        model, said = self.fitted(self.write_data("rows.h5", x=x, y=y), outputs=12, ranks=2)
        self.assertIn("only 8 of 12 pairs", said)
        numpy.testing.assert_array_equal(weights(model, 0, "b")[:, 8:], 0.0)


if __name__ == "__main__":
    unittest.main()
