# SPDX-License-Identifier: BSD-3-Clause
"""Intervals by bootstrap that `evaluate` reports: whose they are, and of which rows."""

import json
import unittest

import numpy

import support
from permutations_test import noise, slow


def related(rows, columns, share, seed):
    """Two sides, of which each column of the second has this correlation with one of the first."""
    x = noise(rows, columns, seed)
    y = noise(rows, columns, seed + 1)
    return x, share * x + (1 - share ** 2) ** 0.5 * y


class Bootstrap(support.ProgramTest):
    def trained(self, data, *arguments, objective="dcca"):
        run = self.scratch / f"run{len(list(self.scratch.iterdir()))}"
        self.succeed("train", "--data", data, "--output", run, "--pair", "views", "--objective",
                     objective, "--precision", "double", "--progress", "none", *arguments)
        return run / "model.h5"

    def evaluated(self, model, *arguments, ranks=1):
        done = self.succeed("evaluate", "--model", model, "--json", *arguments, ranks=ranks)
        return json.loads(done.out), done.err

    def test_intervals_are_the_same_at_any_number_of_ranks(self):
        x, y = related(83, 4, 0.6, 1)
        data = self.write_data(x=x, y=y[:, :3])
        model = self.trained(data, "--encoder", "linear:2", "--encoder-b", "linear:2")
        names = ("dependence_interval", "canonical_correlations_intervals")
        alone, said = self.evaluated(model, "--bootstrap", "19", "--bootstrap-block", "4")
        self.assertNotIn("too narrow", said)
        self.assertEqual((alone["bootstrap"], alone["confidence"]), (19, 0.95))
        for ranks in (2, 3, 4):
            found, _ = self.evaluated(model, "--bootstrap", "19", "--bootstrap-block", "4", ranks=ranks)
            for name in names:
                self.assert_close(numpy.array(found[name]), numpy.array(alone[name]), 1e-10)
        other, _ = self.evaluated(model, "--bootstrap", "19", "--bootstrap-block", "4", "--seed", "2")
        self.assertNotEqual(other["dependence_interval"], alone["dependence_interval"])

    def test_intervals_are_those_of_any_random_drawings(self):
        x, y = related(200, 2, 0.7, 3)
        data = self.write_data(x=x, y=y)
        other = self.write_data("other.h5", x=x, y=y)
        model = self.trained(data, "--encoder", "dense:2", "--steps", "0", "--ridge", "0")
        a, b = support.encoded(model, x, "a"), support.encoded(model, y, "b")
        own = support.canonical_correlations(a, b, 0.0)
        random = numpy.random.default_rng(5)
        draws = (random.integers(200, size=200) for _ in range(1000))
        drawn = numpy.array([support.canonical_correlations(a[rows], b[rows], 0.0) for rows in draws])
        centre = 2 * numpy.arctanh(own) - numpy.arctanh(drawn).mean(axis=0)
        half = 1.959964 * numpy.arctanh(drawn).std(axis=0, ddof=1)
        expected = numpy.tanh(numpy.stack([centre - half, centre + half], axis=1))
        sums = drawn.sum(axis=1)
        found, _ = self.evaluated(model, "--data", other, "--bootstrap", "1000", ranks=2)
        # The deviation of a standard deviation of 1,000 numbers is 2.2 % of it, here 0.002.
        self.assert_close(numpy.array(found["canonical_correlations_intervals"]), expected, 0.01)
        self.assert_close(numpy.array(found["dependence_interval"]),
                          2 * own.sum() - sums.mean() + 1.959964 * sums.std() * numpy.array([-1, 1]), 0.02)
        narrow, _ = self.evaluated(model, "--data", other, "--bootstrap", "1000", "--confidence", "0.5")
        low, high = narrow["dependence_interval"]
        self.assertAlmostEqual((high - low) / (2 * sums.std()), 0.674490, delta=0.06)

    def test_rows_that_remember_have_wider_intervals_in_blocks(self):
        training = self.write_data("training.h5", x=noise(50, 2, 1), y=noise(50, 2, 2))
        data = self.write_data(x=slow(2000, 2, 5), y=slow(2000, 2, 6))
        model = self.trained(training, "--encoder", "dense:2", "--steps", "0")
        widths = []
        for block in ("1", "100"):
            found, _ = self.evaluated(model, "--data", data, "--fit", training, "--bootstrap", "100",
                                      "--bootstrap-block", block, ranks=2)
            (low, high), _ = found["canonical_correlations_intervals"]
            widths.append(high - low)
        self.assertGreater(widths[1], 2 * widths[0])

    def test_timescales_have_the_intervals_of_their_correlations(self):
        data = self.write_data(x=slow(3000, 2, 5, memory=0.9))
        run = self.scratch / "lagged"
        self.succeed("train", "--data", data, "--output", run, "--pair", "lag", "--lag", "2",
                     "--objective", "vamp2", "--encoder", "linear:2", "--precision", "double",
                     "--progress", "none")
        found, _ = self.evaluated(run / "model.h5", "--bootstrap", "50")
        for number, (low, high) in zip(found["timescales"], found["timescales_intervals"]):
            self.assertTrue(low < number < high, (low, number, high))
        ends = numpy.array(found["canonical_correlations_intervals"])
        self.assert_close(numpy.array(found["timescales_intervals"]), -2 / numpy.log(ends), 1e-10)
        self.assertTrue(found["timescales_intervals"][0][0] < -1 / numpy.log(0.9)
                        < found["timescales_intervals"][0][1])

    def test_any_objective_has_an_interval_and_networks_need_other_data(self):
        x, y = related(60, 4, 0.5, 7)
        data = self.write_data(x=x, y=y)
        other = self.write_data("other.h5", x=y, y=x)
        for objective in ("infomax", "barlow", "histogram-mi", "infonce"):
            with self.subTest(objective):
                model = self.trained(data, "--encoder", "dense:3", "--steps", "0", objective=objective)
                found, said = self.evaluated(model, "--data", other, "--bootstrap", "9", ranks=2)
                low, high = found["dependence_interval"]
                self.assertLess(low, high)
                self.assertNotIn("canonical_correlations_intervals", found)
                self.assertNotIn("too narrow", said)
        _, said = self.evaluated(model, "--bootstrap", "9")
        self.assertIn("too narrow", said)
        done = self.succeed("evaluate", "--model", model, "--data", other, "--bootstrap", "9")
        self.assertRegex(done.out, r"dependence_interval -?[0-9.]+ -?[0-9.]+\n")
        self.assert_refused(support.run("evaluate", "--model", model, "--bootstrap", "1"), 2,
                            "bootstrap", "2 or more")


if __name__ == "__main__":
    unittest.main()
