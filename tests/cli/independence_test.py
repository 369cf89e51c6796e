# SPDX-License-Identifier: BSD-3-Clause
"""Wilks' lambda and what `evaluate --tests` makes of it, beside SciPy and the definitions."""

import json
import unittest

import numpy
from scipy import stats

import support
from linear_truth import cancor


def tests_of(x, y, ranks):
    """By the definitions: Bartlett's chi-square and Rao's F of what is left of each correlation."""
    p, q = ranks
    r = cancor(x, y)[:min(ranks)]
    w = len(x) - (p + q + 3) / 2
    found = []
    for k in range(len(r)):
        wilks = numpy.prod(1 - r[k:] ** 2)
        left = (p - k) * (q - k)
        squares = (p - k) ** 2 + (q - k) ** 2 - 5
        s = ((left ** 2 - 4) / squares) ** 0.5 if squares > 0 else 1.0
        chi_square = -w * numpy.log(wilks)
        degrees = w * s - left / 2 + 1
        f = (1 - wilks ** (1 / s)) / wilks ** (1 / s) * degrees / left
        found.append([k, wilks, chi_square, left, stats.chi2.sf(chi_square, left), f, left, degrees,
                      stats.f.sf(f, left, degrees)])
    return numpy.array(found)


def told(tests):
    return numpy.array([[row["kept"], row["wilks_lambda"], row["chi_square"], row["chi_square_degrees"],
                         row["chi_square_p_value"], row["f"], *row["f_degrees"], row["f_p_value"]]
                        for row in tests["hypotheses"]])


class Independence(support.ProgramTest):
    def trained(self, data, *arguments, encoder="linear:2"):
        run = self.scratch / f"run{len(list(self.scratch.iterdir()))}"
        self.succeed("train", "--data", data, "--output", run, "--objective", "dcca", "--encoder",
                     encoder, "--precision", "double", "--progress", "none", *arguments)
        return run / "model.h5"

    def wilks(self, model, *arguments, ranks=1):
        return json.loads(self.succeed("evaluate", "--model", model, "--tests", "--json", *arguments,
                                       ranks=ranks).out)["tests"]

    def check(self, tests, x, y, ranks):
        self.assertEqual((tests["samples"], tests["rank_a"], tests["rank_b"]), (len(x), *ranks))
        expected = tests_of(x, y, ranks)
        self.assertEqual(told(tests).shape, expected.shape)
        numpy.testing.assert_allclose(told(tests), expected, rtol=1e-8)

    def test_the_definitions_at_any_number_of_ranks(self):
        random = numpy.random.default_rng(1)
        x, y = random.normal(size=(61, 5)), random.normal(size=(61, 4))
        y[:, :2] += 0.6 * x[:, :2]
        data = self.write_data(x=x * [1e3, 1, 1, 1, 1e-3] + 5, y=y)
        # What is fitted, and not what is kept of it, counts; the objective's own ridge does not.
        model = self.trained(data, "--pair", "views", "--components", "1")
        for ranks in (1, 2, 3, 4):
            self.check(self.wilks(model, ranks=ranks), x, y, (5, 4))
        table = self.succeed("evaluate", "--model", model, "--tests").out
        self.assertIn("5 and 4 directions, 61 rows", table)
        self.assertIn(f"{tests_of(x, y, (5, 4))[0, 2]:.3f}", table)

    def test_columns_that_depend_on_others_are_not_counted(self):
        random = numpy.random.default_rng(2)
        x, y = random.normal(size=(50, 3)), random.normal(size=(50, 3)) ** 3
        data = self.write_data(x=numpy.column_stack([x, x.sum(axis=1), numpy.ones(50)]), y=y)
        self.check(self.wilks(self.trained(data, "--pair", "views")), x, y, (3, 3))
        # Classes, whose columns add up to 1: a multivariate analysis of variance.
        classes = numpy.arange(50) % 4
        x[:, 0] += classes
        data = self.write_data("classes.h5", x=x, y=classes)
        self.check(self.wilks(self.trained(data, "--pair", "target")),
                   support.one_hot(classes)[:, :3], x, (3, 3))

    def test_networks_on_data_that_they_were_not_trained_on(self):
        random = numpy.random.default_rng(3)
        training = self.write_data("training.h5", x=random.normal(size=(70, 5)),
                                   y=random.normal(size=(70, 5)))
        x, y = random.normal(size=(2, 90, 5))
        data = self.write_data(x=x, y=y + 0.3 * x)
        model = self.trained(training, "--pair", "views", "--steps", "1", encoder="dense:4,tanh,dense:3")
        self.check(self.wilks(model, "--data", data, ranks=2), support.encoded(model, x, "a"),
                   support.encoded(model, y + 0.3 * x, "b"), (3, 3))

    def test_p_values_without_a_dependence_are_uniform(self):
        """Of networks' outputs on 25 rows, whose numbers are uniform."""
        random = numpy.random.default_rng(9)
        data = self.write_data(x=random.uniform(size=(25, 3)), y=random.uniform(size=(25, 2)))
        model = self.trained(data, "--pair", "views", "--steps", "0", encoder="dense:2")
        p_values = []
        for seed in range(30):
            new = self.write_data(f"{seed}.h5", x=random.uniform(size=(25, 3)),
                                  y=random.uniform(size=(25, 2)))
            p_values.append(told(self.wilks(model, "--data", new))[:, [4, -1]])
        p_values = numpy.array(p_values)
        for chosen in p_values[:, 0, 0], p_values[:, 0, 1]:
            self.assertGreater(stats.kstest(chosen, "uniform").pvalue, 0.01)

    def test_where_the_distribution_is_not_known(self):
        random = numpy.random.default_rng(4)
        data = self.write_data(x=random.normal(size=(40, 3)), y=random.normal(size=(40, 3)))
        few = self.write_data("few.h5", x=random.normal(size=(9, 4)), y=random.normal(size=(9, 4)))
        plain = self.trained(data, "--pair", "views")
        ridged = self.trained(data, "--pair", "views", "--linear-ridge-a", "0.1")
        for words, model, arguments, code in (
                (["--linear-ridge-a", "--permutations"], ridged, [], 2),
                (["linear:K"], self.trained(data, "--pair", "views", "--steps", "1", encoder="dense:2"), [], 2),
                (["linear:K"], self.trained(data, "--pair", "views", "--share"), [], 2),
                (["--fit"], plain, ["--fit", data], 2),
                (["trajectory", "--permutations"], self.trained(data, "--pair", "lag"), [], 2),
                (["--pair input", "same rows"], self.trained(data, "--pair", "input"), [], 2),
                (["9 rows", "more than 9"], self.trained(few, "--pair", "views"), [], 3)):
            done = support.run("evaluate", "--model", model, "--tests", *arguments, ranks=2)
            self.assert_refused(done, code, *words)


if __name__ == "__main__":
    unittest.main()
