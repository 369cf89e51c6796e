# SPDX-License-Identifier: BSD-3-Clause
"""--init linear and linear:K start at the known optimum of linear encoders, NumPy's."""

import unittest

import numpy

import support
from linear_truth import LinearTest, best_rv, principal_components, principal_sines, weights

USAGE, NUMERIC = 2, 4

START = ["--init", "linear", "--steps", "0", "--precision", "double"]


class LinearSolution(LinearTest):
    """linear:K, at once and on any number of ranks."""

    def check(self, data, expected, *arguments, outputs=3):
        """Runs at 1 and 3 ranks that have the value, centred outputs and the same weights."""
        models = []
        for ranks in (1, 3):
            run = self.train(data, f"run{ranks}-{len(list(self.scratch.iterdir()))}", "--encoder",
                             f"linear:{outputs}", "--precision", "double", *arguments, ranks=ranks)
            self.assertEqual(support.metrics(run), [])
            models.append(run / "model.h5")
        self.check_value(run, data, expected, 1e-9)
        self.assert_close(support.parameters(models[1]), support.parameters(models[0]), 1e-9)
        for column in weights(models[0], 0).T:
            self.assertGreater(column[numpy.abs(column).argmax()], 0.0)
        return models[0]

    def test_canonical_correlations(self):
        data, x, y = self.views()
        expected = support.canonical_correlations(x, y, 0.0)[:3]
        for objective, value in (("dcca", expected.sum()), ("vamp1", 1 + expected.sum()),
                                 ("vamp2", 1 + (expected ** 2).sum()),
                                 ("gaussian-mi", -0.5 * numpy.log(1 - expected ** 2).sum())):
            with self.subTest(objective):
                model = self.check(data, value, "--pair", "views", "--objective", objective,
                                   "--ridge", "0")
                a, b = support.encoded(model, x, "a"), support.encoded(model, y, "b")
                self.assert_close(support.covariance(a, a), numpy.eye(3), 1e-9)
                self.assert_close(support.covariance(a, b), numpy.diag(expected), 1e-9)
                self.assertLess(max(numpy.abs(a.mean(axis=0)).max(),
                                    numpy.abs(b.mean(axis=0)).max()), 1e-9)

    def test_unequal_networks(self):
        data, x, y = self.views()
        expected = support.canonical_correlations(x, y, 0.0)[:2].sum()
        self.check(data, expected, "--pair", "views", "--objective", "dcca", "--ridge", "0",
                   "--encoder-b", "linear:2", outputs=4)

    def test_values_as_targets(self):
        data, x, y = self.views()
        expected = support.canonical_correlations(y, x, 0.0)[:4].mean()
        self.check(data, expected, "--pair", "target", "--rho", "cca", "--ridge", "0", outputs=4)
        self.check(data, best_rv(y, x, 2), "--pair", "target", "--rho", "rv", outputs=2)

    def test_classes_as_targets(self):
        _, x, y = self.views()
        labels = numpy.digitize(y[:, 0], [-0.5, 0.5])
        data = self.write_data(x=x, y=labels)
        one_hot = support.one_hot(labels)
        # The classes' covariance is singular without its ridge. That of the outputs costs each of them
        # some of its correlation, depending on its share of their variance.
        ridge = 1e-4
        classes, turn = numpy.linalg.eigh(support.covariance(one_hot, one_hot))
        root_a = turn / numpy.sqrt(classes + ridge * classes.mean())
        values, vectors = numpy.linalg.eigh(support.covariance(x, x))
        first, second = numpy.linalg.svd(root_a.T @ support.covariance(one_hot, x) @ vectors
                                         / numpy.sqrt(values), compute_uv=False)[:2]
        shares = numpy.linspace(0.0, 1.0, 100_001)
        expected = ((first * numpy.sqrt(shares / (shares + ridge / 2))
                     + second * numpy.sqrt((1 - shares) / (1 - shares + ridge / 2))) / 2).max()
        self.check(data, expected, "--pair", "target", "--rho", "cca", outputs=2)

    def test_time_lagged_components(self):
        data, expected = self.reversible()
        self.check(data, 1 + (expected[:3] ** 2).sum(), "--pair", "lag", "--lag", "10",
                   "--objective", "vamp2", "--ridge", "0", "--normalize", "standardize")

    def test_all_directions_of_an_irreversible_process(self):
        random = numpy.random.default_rng(6)
        x = numpy.zeros((901, 4))
        turn = 0.9 * numpy.linalg.qr(random.normal(size=(4, 4)))[0]
        for t in range(900):
            x[t + 1] = x[t] @ turn + random.normal(size=4)
        data = self.write_data("turning.h5", x=x)
        expected = support.canonical_correlations(x[:-2], x[2:], 0.0)
        arguments = ["--pair", "lag", "--lag", "2", "--objective", "vamp1", "--ridge", "0"]
        self.check(data, 1 + expected.sum(), *arguments, outputs=4)
        # Of fewer, no more than the best for each side alone.
        run = self.train(data, "fewer", "--encoder", "linear:2", "--precision", "double",
                         *arguments)
        found = self.objective(run, data)
        self.assertLess(found, 1 + expected[:2].sum())
        self.assertGreater(found, 1 + 0.5 * expected[:2].sum())

    def test_one_network_for_both_views(self):
        x = numpy.random.default_rng(7).normal(size=(300, 4))
        y = x * [0.9, 0.1, 0.5, 0.3] + numpy.random.default_rng(8).normal(size=(300, 4))
        data = self.write_data("same.h5", x=numpy.concatenate([x, y]), y=numpy.concatenate([y, x]))
        expected = support.canonical_correlations(numpy.concatenate([x, y]),
                                                  numpy.concatenate([y, x]), 0.0)[:2].sum()
        self.check(data, expected, "--pair", "views", "--share", "--objective", "dcca", "--ridge",
                   "0", outputs=2)

    def test_principal_components(self):
        data, x = self.anisotropic()
        model = self.check(data, best_rv(x, x, 3), "--rho", "rv", "--normalize", "center")
        squares = numpy.linalg.eigvalsh(support.covariance(x, x))[::-1] ** 2
        self.assertAlmostEqual(best_rv(x, x, 3), (squares[:3].sum() / squares.sum()) ** 0.25)
        leading = principal_components(x, 3)
        self.assertLess(principal_sines(weights(model, 0), leading).max(), 1e-9)
        rate = 0.5 * numpy.log1p(3 / 0.5 * numpy.sqrt(squares[:3])).sum()
        model = self.check(data, rate, "--objective", "coding-rate", "--normalize", "center")
        self.assert_close(numpy.abs(weights(model, 0)), numpy.abs(leading), 1e-9)

    def test_float_comes_as_near_as_float_does(self):
        data, x, y = self.views()
        run = self.train(data, "run", "--pair", "views", "--objective", "dcca", "--ridge", "0",
                         "--encoder", "linear:3", ranks=2)
        self.check_value(run, data, support.canonical_correlations(x, y, 0.0)[:3].sum(), 1e-5)

    def test_steps_are_taken_where_they_are_asked_for(self):
        data, x, y = self.views()
        best = support.canonical_correlations(x, y, 0.0)[:3].sum()
        arguments = ["--pair", "views", "--objective", "dcca", "--ridge", "0", "--encoder",
                     "linear:3", "--precision", "double", "--batch", "0"]
        for length, steps in ((["--steps", "2"], 2), (["--epochs", "1"], 1)):
            with self.subTest(length):
                run = self.train(data, f"run{steps}", *arguments, *length)
                taken = support.metrics(run)
                self.assertEqual(len(taken), steps)
                self.assertLess(abs(taken[0]["objective"] / best - 1.0), 1e-9)

    def test_its_configuration_is_taken_back(self):
        data, _, _ = self.views()
        first = self.train(data, "first", "--pair", "views", "--objective", "dcca", "--encoder",
                           "linear:3")
        again = self.train(data, "again", "--config", first / "config.ini")
        self.assertEqual(support.metrics(again), [])
        numpy.testing.assert_array_equal(support.parameters(first / "model.h5"),
                                         support.parameters(again / "model.h5"))
        self.assertEqual((first / "config.ini").read_text().replace("first", "again"),
                         (again / "config.ini").read_text())


class Start(LinearTest):
    """--init linear, the last layer of a deep network."""

    SPEC = "dense:5,tanh,dense:2"

    def hidden(self, model, x, network="b"):
        flat = support.parameters(model, network)
        return support.encode("dense:5,tanh", flat[:-(5 * 2 + 2)],
                              support.preprocessed(model, x, network))

    def check(self, data, expected_of, *arguments):
        """The value that `expected_of` says of a model, whose other layers are as without."""
        plain = self.train(data, "plain", "--encoder", self.SPEC, "--precision", "double",
                           "--steps", "0", *arguments) / "model.h5"
        models = []
        for ranks in (1, 3):
            run = self.train(data, f"run{ranks}", "--encoder", self.SPEC, *START, *arguments,
                             ranks=ranks)
            models.append(run / "model.h5")
            numpy.testing.assert_array_equal(weights(models[-1], 0), weights(plain, 0))
        self.check_value(run, data, expected_of(models[-1]), 1e-9)
        self.assert_close(support.parameters(models[1]), support.parameters(models[0]), 1e-9)

    def test_canonical_correlations_of_activations(self):
        data, x, y = self.views()

        def expected(model):
            return support.canonical_correlations(self.hidden(model, x, "a"),
                                                  self.hidden(model, y, "b"), 0.0)[:2].sum()

        self.check(data, expected, "--pair", "views", "--objective", "dcca", "--ridge", "0")

    def test_rv_of_activations(self):
        data, x = self.anisotropic()
        self.check(data, lambda model: best_rv(x, self.hidden(model, x), 2), "--rho", "rv",
                   "--normalize", "center")

    def test_coding_rate_of_activations(self):
        data, x = self.anisotropic()

        def expected(model):
            h = self.hidden(model, x)
            return 0.5 * numpy.log1p(
                4 * numpy.linalg.eigvalsh(support.covariance(h, h))[-2:]).sum()

        self.check(data, expected, "--objective", "coding-rate")

    def test_training_goes_on_from_there(self):
        data, _, _ = self.views()
        run = self.train(data, "run", "--pair", "views", "--objective", "dcca", "--encoder",
                         self.SPEC, "--init", "linear", "--precision", "double", "--batch", "0",
                         "--steps", "20", "--learning-rate", "0.001", ranks=2)
        values = [line["objective"] for line in support.metrics(run)]
        self.assertEqual(len(values), 20)
        self.assertGreater(values[-1], values[0])


class Refusals(LinearTest):
    def refuse(self, data, word, *arguments, encoder="linear:2", code=USAGE):
        done = support.run("train", "--data", data, "--output", self.scratch / "refused",
                           "--encoder", encoder, *arguments,
                           ranks=self.refusing_ranks(3) if code == USAGE else 3)
        self.assert_refused(done, code, word)

    def test_what_has_no_closed_form(self):
        data, _, _ = self.views()
        for arguments in (["--objective", "barlow"], ["--rho", "pearson"], ["--objective", "mse"],
                          ["--rho", "rv", "--lambda", "0.1"], ["--pair", "views", "--rho", "rv"],
                          ["--pair", "lag", "--rho", "rv"],
                          ["--pair", "augment", "--augment", "noise:0.1", "--rho", "cca"],
                          ["--pair", "views", "--objective", "coding-rate"]):
            with self.subTest(arguments):
                self.refuse(data, "closed form", *arguments)
        self.refuse(data, "closed form", "--objective", "vicreg", "--init", "linear",
                    encoder="dense:6")

    def test_encoders_that_do_not_end_in_a_dense_layer(self):
        data, _, _ = self.views()
        self.refuse(data, "last layer", "--init", "linear", encoder="dense:3,tanh")
        self.refuse(data, "batchnorm", "--init", "linear", encoder="dense:3,batchnorm,relu,dense:2")
        self.refuse(data, "last layer", "--init", "linear", "--pair", "views", "--rho", "cca",
                    "--encoder-b", "dense:3,relu", encoder="dense:3")

    def test_what_contradicts_itself(self):
        data, _, _ = self.views()
        self.refuse(data, "glorot", "--init", "glorot")
        self.refuse(data, "glorot or linear", "--init", "zero", encoder="dense:2")
        self.refuse(data, "--encoder-b", "--pair", "views", "--rho", "cca", "--encoder-b",
                    "dense:2")
        self.refuse(data, "alone", encoder="dense:4,linear:2")
        self.refuse(data, "alone", encoder="linear:2,tanh")

    def test_more_outputs_than_directions(self):
        data, _, _ = self.views()
        self.refuse(data, "linear:6", "--pair", "views", "--rho", "cca", encoder="linear:7")
        self.refuse(data, "linear:7", "--objective", "coding-rate", encoder="linear:8")

    def test_data_without_variance(self):
        data = self.write_data("constant.h5", x=numpy.ones((50, 4)), y=numpy.ones((50, 3)))
        self.refuse(data, "do not vary", "--pair", "views", "--objective", "dcca", code=NUMERIC)
        self.refuse(data, "do not vary", "--rho", "rv", code=NUMERIC)


if __name__ == "__main__":
    unittest.main()
