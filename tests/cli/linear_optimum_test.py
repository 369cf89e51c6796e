# SPDX-License-Identifier: BSD-3-Clause
"""The linear solution is the optimum of the objective as it stands, its ridge of the outputs and its
components included: L-BFGS from there gains nothing, and no more from anywhere else."""

import concurrent.futures
import json
import unittest

import numpy

import support
from definitions import Definition, settings_of
from linear_truth import LinearTest, cancor, mixed_views, weights

LBFGS = ["--optimizer", "lbfgs", "--batch", "0", "--precision", "double", "--tolerance", "1e-12"]

ROWS = 401


def arrays():
    """Views that share three directions, in columns of unlike units; labels; trajectories whose
    direction of time shows; and one view twice, with noise."""
    x, y = mixed_views(ROWS, seed=31)
    y /= y.std(axis=0)  # as targets, which are not normalised
    random = numpy.random.default_rng(32)
    frames = numpy.zeros((ROWS, 4))
    turn = 0.95 * numpy.linalg.qr(random.normal(size=(4, 4)))[0] @ numpy.diag([1, 0.9, 0.5, 0.2])
    for t in range(1, ROWS):
        frames[t] = frames[t - 1] @ turn + random.normal(size=4)
    return {"views": {"x": x, "y": y},
            "classes": {"x": x, "y": numpy.digitize(y[:, 0], numpy.quantile(y[:, 0], [0.3, 0.7]))},
            "lag": {"x": frames * [1, 10, 1e3, 1e-2], "lengths": numpy.array([150, 2, 249])},
            "alike": {"x": frames, "y": 0.7 * frames + random.normal(size=frames.shape)}}


PAIRS = {  # the data, and the options
    "two networks": ("views", ["--pair", "views", "--encoder", "dense:3"]),
    "unequal networks": ("views", ["--pair", "views", "--encoder", "dense:3", "--encoder-b",
                                   "dense:4"]),
    "values": ("views", ["--pair", "target", "--encoder", "dense:3"]),
    "classes": ("classes", ["--pair", "target", "--encoder", "dense:2"]),
    "input": ("views", ["--pair", "input", "--encoder", "dense:3"]),
    "lag": ("lag", ["--pair", "lag", "--lag", "1", "--encoder", "dense:2"]),
    "one network": ("alike", ["--pair", "views", "--share", "--encoder", "dense:2"]),
}

SPECTRAL = {
    "cca": ["--rho", "cca"], "dcca": ["--objective", "dcca"], "vamp1": ["--objective", "vamp1"],
    "vamp2": ["--objective", "vamp2"], "gaussian-mi": ["--objective", "gaussian-mi"],
}

RIDGES = {"default": [], "large": ["--ridge", "0.3"], "absolute": ["--ridge-absolute", "5"],
          "two components": ["--components", "2", "--ridge", "0.01"]}


class Optimum(LinearTest):
    def setUp(self):
        super().setUp()
        self.arrays = arrays()
        self.data = {name: self.write_data(f"{name}.h5", **every)
                     for name, every in self.arrays.items()}

    def check(self, name, pair, options, seeds=(1,)):
        """Values by NumPy's definition: of the start, of L-BFGS from there and from elsewhere."""
        source, pair_options = PAIRS[pair]
        arguments = [*pair_options, *options, *LBFGS]
        runs = [self.train(self.data[source], f"{name}-start", *arguments, "--init", "linear",
                           "--steps", "0", ranks=None),
                self.train(self.data[source], f"{name}-on", *arguments, "--init", "linear",
                           "--steps", "300", ranks=None)]
        runs += [self.train(self.data[source], f"{name}-{seed}", *arguments, "--steps", "3000",
                            "--seed", seed, ranks=None) for seed in seeds]
        models = [run / "model.h5" for run in runs]
        definition = Definition(models[0], **self.arrays[source])
        points = [definition.parameters(model) for model in models]
        start, *others = [definition.value(point) for point in points]
        for other in others:
            self.assertLess((other - start) / abs(start), 1e-9, f"{start} is not the optimum")
        self.assertGreater(others[1] / start, 0.5)
        # By differences along lines as long as the point, of which J may not depend on the length.
        scale = max(1.0, numpy.abs(points[0]).max())
        gradient = support.gradient(lambda z: definition.value(z * scale), points[0] / scale)
        self.assertLess(numpy.linalg.norm(gradient) / abs(start), 2e-7)

    def check_all(self, cells):
        def check(cell):
            with self.subTest(cell[0]):
                self.check(*cell)

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            self.assertGreater(len(list(pool.map(check, cells))), 0)

    def test_canonical_correlations(self):
        self.check_all([(f"{pair}-{objective}-{ridge}", pair, [*options, *RIDGES[ridge]])
                        for pair in ("two networks", "values", "lag")
                        for objective, options in SPECTRAL.items() for ridge in RIDGES])

    def test_other_pairs(self):
        self.check_all([(f"{pair}-{objective}-{ridge}", pair, [*options, *RIDGES[ridge]])
                        for pair in ("unequal networks", "classes", "input", "one network")
                        for objective, options in SPECTRAL.items() if objective in ("dcca", "vamp2")
                        for ridge in RIDGES])

    def test_rv(self):
        self.check_all([(pair, pair, ["--rho", "rv"]) for pair in ("values", "classes", "input")])

    def test_coding_rate_of_orthonormal_weights(self):
        run = self.train(self.data["views"], "run", "--encoder", "linear:3", "--objective",
                         "coding-rate", "--precision", "double")
        definition = Definition(run / "model.h5", **self.arrays["views"])
        point = definition.parameters(run / "model.h5")
        weight = point[:-3].reshape(-1, 3)
        self.assert_close(weight.T @ weight, numpy.eye(3), 1e-12)
        gradient = support.gradient(definition.value, point)[:-3].reshape(-1, 3)
        within = gradient - weight @ (weight.T @ gradient + gradient.T @ weight) / 2
        self.assertLess(numpy.abs(within).max(), 1e-8)


class Inputs(LinearTest):
    """No ridge of the objective is one of the inputs."""

    def test_default_options_give_canonical_correlations(self):
        x, y = mixed_views(301, seed=41)
        data = self.write_data(x=x, y=y)
        expected = cancor(x, y)
        for normalize in ([], ["--normalize", "center"], ["--normalize", "none"]):
            with self.subTest(normalize):
                run = self.train(data, f"run{len(normalize)}{normalize[-1:]}", "--pair", "views",
                                 "--objective", "dcca", "--encoder", "linear:4", *normalize)
                found = self.evaluate(run / "model.h5", data)["canonical_correlations"]
                self.assert_close(found, expected, 1e-3)

    def test_inputs_that_depend_on_each_other(self):
        x, y = mixed_views(301, seed=42)
        singular = numpy.column_stack([x, x[:, 0] / 7 + 3 * x[:, 1], numpy.full(len(x), 2.5)])
        data = self.write_data(x=singular, y=y)
        expected = cancor(x, y)
        for ranks in (1, 3):
            done = self.succeed("train", "--data", data, "--output", self.scratch / f"run{ranks}",
                                "--pair", "views", "--objective", "dcca", "--ridge", "0",
                                "--encoder", "linear:4", "--precision", "double", ranks=ranks)
            self.assertEqual(done.err.count("warning: the 7 columns"), 1, done.err)
            self.assertIn("vary in 5 directions only", done.err)
            self.assertEqual(done.err.count("1 of 7 columns are constant and become 0: 6"), 1,
                             done.err)
            found = self.objective(self.scratch / f"run{ranks}", data)
            self.assertAlmostEqual(found / expected.sum(), 1.0, delta=1e-8)

    def test_each_warning_is_said_once_however_many_ranks_and_fits_there_are(self):
        random = numpy.random.default_rng(61)
        dependent, y = mixed_views(301, seed=60)
        dependent[:, 4] = dependent[:, 0] - dependent[:, 1]
        wide = random.normal(size=(40, 2_000))
        views = mixed_views(301, seed=62)
        few = ["--objective", "dcca", "--components", "2", "--encoder", "linear:4"]
        for name, x, y, options, words in (
                ("wide", wide, random.normal(size=(40, 3)), few[:2] + ["--encoder", "linear:2"],
                 "the 2000 columns that the linear layer of side a reads are more than the rows"),
                ("dependent", dependent, y, few[:2] + ["--encoder", "linear:3"],
                 "the 5 columns that the linear layer of side a reads vary in 4 directions only"),
                ("constant", *views, few,
                 "only 2 of the 4 linear outputs of side a vary")):
            with self.subTest(name):
                data = self.write_data(f"{name}.h5", x=x, y=y)
                run = self.scratch / name
                done = self.succeed("train", "--data", data, "--output", run, "--pair", "views",
                                    *options, ranks=3)
                self.assertEqual(done.err.count(words), 1, done.err)
                # Every random pairing is a fit of its own.
                done = self.succeed("evaluate", "--model", run, "--permutations", "3", ranks=3)
                self.assertEqual(done.err.count(words), 1, done.err)

    def test_outputs_of_no_use_are_named(self):
        data, _, _ = self.views()
        done = self.succeed("train", "--data", data, "--output", self.scratch / "run", "--pair",
                            "views", "--objective", "dcca", "--components", "2", "--encoder",
                            "linear:4")
        self.assertIn("only 2 of the 4 linear outputs of side a vary", done.err)
        done = self.succeed("train", "--data", data, "--output", self.scratch / "all", "--pair",
                            "views", "--objective", "dcca", "--encoder", "linear:4")
        self.assertNotIn("warning", done.err)


class RegularisedCca(LinearTest):
    """--linear-ridge-a and --linear-ridge-b, by their definition, which R's CCA::rcc shares."""

    @staticmethod
    def expected(x, y, ridge_a, ridge_b):
        def inverse_root(z, ridge):
            values, vectors = numpy.linalg.eigh(support.covariance(z, z)
                                                + ridge * numpy.eye(z.shape[1]))
            return vectors / numpy.sqrt(values) @ vectors.T

        roots = inverse_root(x, ridge_a), inverse_root(y, ridge_b)
        u, s, vt = numpy.linalg.svd(roots[0] @ support.covariance(x, y) @ roots[1],
                                    full_matrices=False)
        return s, roots[0] @ u, roots[1] @ vt.T

    def check(self, x, y, ridges, outputs, *arguments, ranks=1, name="run"):
        data = self.write_data(f"{name}.h5", x=x, y=y)
        options = [option for side, ridge in zip("ab", ridges) if ridge is not None
                   for option in (f"--linear-ridge-{side}", repr(ridge))]
        run = self.train(data, name, "--objective", "dcca", "--encoder", f"linear:{outputs}",
                         "--precision", "double", *options, *arguments, ranks=ranks)
        return run / "model.h5", self.expected(x, y, *(ridge or 0.0 for ridge in ridges))

    def check_columns(self, found, expected):
        """Equal up to the sign of each column."""
        signs = numpy.sign((found * expected).sum(axis=0))
        self.assert_close(found, expected * signs, 1e-9)

    def found(self, model):
        return json.loads(settings_of(model)["linear_correlations"])

    def test_correlations_and_weights(self):
        x, y = mixed_views(201, seed=51)
        x, y = x / x.std(axis=0), 3 * y / y.std(axis=0)
        for number, ridges in enumerate([(0.5, 2.0), (0.01, None), (None, 1.0), (0.0, 0.0)]):
            with self.subTest(ridges):
                model, (s, u, v) = self.check(x, y, ridges, 4, "--pair", "views", "--normalize",
                                              "center", ranks=1 + 2 * (number == 0),
                                              name=f"run{number}")
                self.assert_close(self.found(model), s, 1e-9)
                self.check_columns(weights(model, 0, "a"), u)
                self.check_columns(weights(model, 0, "b"), v)

    def test_few_rows_of_many_columns(self):
        x, y = mixed_views(12, seed=52)
        x = numpy.column_stack([x / x.std(axis=0), numpy.random.default_rng(53).normal(
            size=(12, 20))])
        y = y / y.std(axis=0)
        model, (s, u, v) = self.check(x, y, (0.3, 0.1), 4, "--pair", "views", "--normalize", "center")
        self.assert_close(self.found(model), s, 1e-9)
        self.check_columns(weights(model, 0, "a"), u[:, :4])
        self.check_columns(weights(model, 0, "b"), v[:, :4])

    def test_targets(self):
        x, y = mixed_views(201, seed=54)
        x, y = x / x.std(axis=0), y / y.std(axis=0)
        model, _ = self.check(x, y, (0.2, 0.4), 3, "--pair", "target", "--normalize", "center")
        s, _, v = self.expected(y, x, 0.2, 0.4)
        self.assert_close(self.found(model), s[:3], 1e-9)
        self.check_columns(weights(model, 0), v[:, :3])

    def test_refusals(self):
        x, y = mixed_views(101, seed=55)
        data = self.write_data(x=x, y=y)
        for arguments, word in (
                (["--pair", "views", "--objective", "dcca", "--encoder", "dense:2"], "linear:N"),
                (["--pair", "lag", "--objective", "vamp2", "--encoder", "linear:2"], "two networks"),
                (["--pair", "target", "--rho", "rv", "--encoder", "linear:2"], "two networks"),
                (["--pair", "views", "--objective", "dcca", "--encoder", "linear:2",
                  "--linear-ridge-b", "-1"], "--linear-ridge-b")):
            with self.subTest(arguments):
                done = support.run("train", "--data", data, "--output", self.scratch / "refused",
                                   "--linear-ridge-a", "0.1", *arguments,
                                   ranks=self.refusing_ranks(2))
                self.assert_refused(done, 2, word)


if __name__ == "__main__":
    unittest.main()
