# SPDX-License-Identifier: BSD-3-Clause
"""Intervals of what `probe` scores, by drawings of the rows that it predicts, beside their closed forms."""

import json
import unittest

import numpy

import support


class ProbeIntervals(support.ProgramTest):
    def probed(self, *arguments, ranks=1):
        return json.loads(self.succeed("probe", "--json", "--progress", "none", *arguments, ranks=ranks).out)

    def classes(self, name, rows, seed, columns=3):
        random = numpy.random.default_rng(seed)
        labels = random.integers(3, size=rows)
        x = random.normal(size=(rows, columns))
        x[:, :3] += 1.2 * support.one_hot(labels)[:, :columns]
        return self.write_data(name, x=x, y=labels)

    def test_accuracies_at_any_number_of_ranks(self):
        train, test = self.classes("train.h5", 150, 1), self.classes("test.h5", 203, 2)
        arguments = ["--train", train, "--test", test, "--neighbours", "5", "--bootstrap", "2000",
                     "--confidence", "0.9"]
        alone = self.probed(*arguments)
        self.assertEqual((alone["bootstrap"], alone["confidence"]), (2000, 0.9))
        plain = self.probed(*arguments[:6])
        self.assertNotIn("accuracy_interval", plain)
        self.assertEqual(plain["accuracy"], alone["accuracy"])
        for score, interval in (("accuracy", "accuracy_interval"),
                                ("neighbour_accuracy", "neighbour_accuracy_interval")):
            p = alone[score]
            half = 1.6449 * (p * (1 - p) / 203) ** 0.5
            low, high = alone[interval]
            self.assertLess(abs((high - low) / 2 / half - 1), 0.07)
            self.assertLess(abs((low + high) / 2 - p), 0.15 * half)
        difference = alone["accuracy"] - alone["neighbour_accuracy"]
        low, high = alone["accuracy_difference_interval"]
        self.assertTrue(low < difference < high)
        # The same rows are hard for both, so that the difference varies less than apart.
        self.assertLess(high - low, alone["accuracy_interval"][1] - alone["accuracy_interval"][0])
        names = ("accuracy_interval", "neighbour_accuracy_interval", "accuracy_difference_interval")
        for ranks in (2, 3, 4):
            found = self.probed(*arguments, ranks=ranks)
            for name in names:
                self.assert_close(found[name], alone[name], 1e-12)
        self.assertNotEqual(self.probed(*arguments, "--seed", "7")["accuracy_interval"],
                            alone["accuracy_interval"])
        table = self.succeed("probe", *arguments).out
        self.assertIn("{:.4f}..{:.4f}  90% interval by 2000 drawings of test rows".format(
            *alone["accuracy_interval"]), table)

    def test_rows_that_are_not_gathered(self):
        """More than are gathered on every rank (1 MiB)."""
        train, test = self.classes("train.h5", 9001, 3, 16), self.classes("test.h5", 4003, 4, 16)
        arguments = ["--train", train, "--test", test, "--bootstrap", "50", "--l2", "0.01"]
        alone = self.probed(*arguments)["accuracy_interval"]
        for ranks in (3, 4):
            self.assert_close(self.probed(*arguments, ranks=ranks)["accuracy_interval"], alone, 1e-12)

    def test_groups_are_drawn_together(self):
        random = numpy.random.default_rng(5)
        groups = numpy.repeat(numpy.arange(40), 10)
        labels = random.integers(2, size=400)
        # Whole groups are right or wrong, which is as good as 40 rows.
        x = numpy.where(random.random(40)[groups] < 0.75, labels, 1 - labels)[:, None] + 0.0
        data = self.write_data(x=x, y=labels, group=groups)
        arguments = ["--train", data, "--folds", "4", "--bootstrap", "1000", "--l2", "0.01"]
        wide = self.probed(*arguments, "--groups", "/group")
        narrow = self.probed(*arguments)
        width = [high - low for low, high in (found["accuracy_interval"] for found in (wide, narrow))]
        self.assertLess(abs(width[0] / width[1] - 10 ** 0.5), 0.5)
        for ranks in (2, 3):
            self.assert_close(self.probed(*arguments, "--groups", "/group", ranks=ranks)["accuracy_interval"],
                              wide["accuracy_interval"], 1e-12)

    def values(self, name, rows, seed):
        random = numpy.random.default_rng(seed)
        x = random.normal(size=(rows, 3))
        y = x @ random.normal(size=(3, 2)) * 0 + x[:, :2] + random.normal(size=(rows, 2))
        return self.write_data(name, x=x, y=1e3 + y), x, y

    def test_shares_of_variance(self):
        (train, x, y), (test, u, v) = self.values("train.h5", 120, 6), self.values("test.h5", 160, 7)
        arguments = ["--train", train, "--test", test, "--bootstrap", "2000", "--l2", "0"]
        alone = self.probed(*arguments)
        one = numpy.ones
        weights = numpy.linalg.lstsq(numpy.hstack([x, one((120, 1))]), y, rcond=None)[0]
        errors = (v - numpy.hstack([u, one((160, 1))]) @ weights) ** 2
        random = numpy.random.default_rng(8)
        drawn = []
        for _ in range(4000):
            rows = random.integers(160, size=160)
            drawn.append((1 - errors[rows].mean(axis=0) / v[rows].var(axis=0)).mean())
        score = (1 - errors.mean(axis=0) / v.var(axis=0)).mean()
        self.assertAlmostEqual(alone["r2"], score, delta=1e-9)
        middle, half = 2 * score - numpy.mean(drawn), 1.96 * numpy.std(drawn)
        low, high = alone["r2_interval"]
        self.assertLess(abs((high - low) / 2 / half - 1), 0.07)
        self.assertLess(abs((low + high) / 2 - middle), 0.15 * half)
        for ranks in (2, 3, 4):
            self.assert_close(self.probed(*arguments, ranks=ranks)["r2_interval"], alone["r2_interval"], 1e-9)
        folds = self.probed("--train", train, "--folds", "3", "--bootstrap", "300", ranks=2)
        self.assertTrue(folds["r2_interval"][0] < folds["r2"] < folds["r2_interval"][1])

    def test_folds_of_whole_groups(self):
        """Where a fold is one group, the drawings are of the folds."""
        random = numpy.random.default_rng(11)
        groups = numpy.repeat(numpy.arange(12), 20)
        x = random.normal(size=(240, 3))
        y = x[:, :1] + random.normal(size=(240, 1)) * (0.3 + groups[:, None] / 8)
        data = self.write_data(x=x, y=y, group=groups)
        arguments = ["--train", data, "--groups", "/group", "--bootstrap", "2000", "--l2", "0.01"]
        alone = self.probed(*arguments, "--folds", "12")
        scores = numpy.array(alone["folds"]["scores"])
        self.assertAlmostEqual(scores.mean(), alone["r2"], delta=1e-12)
        weights = random.poisson(1, size=(20000, 12))
        drawn = weights @ scores / weights.sum(axis=1)
        low, high = alone["r2_interval"]
        self.assertLess(abs((high - low) / 2 / (1.96 * drawn.std()) - 1), 0.07)
        self.assertLess(abs((low + high) / 2 - (2 * scores.mean() - drawn.mean())), 0.1 * drawn.std())
        for ranks in (2, 3):
            self.assert_close(self.probed(*arguments, "--folds", "12", ranks=ranks)["r2_interval"],
                              alone["r2_interval"], 1e-9)
        few = self.probed(*arguments, "--folds", "4")["r2_interval"]
        self.assertTrue(0.3 < (few[1] - few[0]) / (high - low) < 3)

    def test_targets_that_do_not_vary(self):
        train, x, y = self.values("train.h5", 120, 6)
        _, u, v = self.values("test.h5", 160, 7)
        v += 1e3
        both = self.write_data("both.h5", x=u, y=numpy.c_[v[:, 0], numpy.full(160, 1003.3)])
        one = self.write_data("one.h5", x=u, y=v[:, :1])
        train_one = self.write_data("train_one.h5", x=x, y=1e3 + y[:, :1])
        common = ["--bootstrap", "500", "--l2", "0"]
        # Half of the mean is a 0.
        alone = self.probed("--train", train_one, "--test", one, *common)
        found = self.probed("--train", train, "--test", both, *common)
        self.assertAlmostEqual(found["r2"], alone["r2"] / 2, delta=1e-9)
        self.assert_close(found["r2_interval"], numpy.array(alone["r2_interval"]) / 2, 1e-9)
        still = self.write_data("still.h5", x=u, y=v[:, :1] * 0 + 1003.3)
        single = self.write_data("single.h5", x=u[:1], y=v[:1, :1])
        for data, arguments in ((train_one, ["--test", still]), (train_one, ["--test", single]),
                                (one, ["--folds", "160"])):
            done = self.succeed("probe", "--json", "--progress", "none", "--train", data, *arguments, *common)
            self.assertNotIn("r2_interval", json.loads(done.out))
            self.assertEqual(done.err.count("there is no interval"), 1)

    def test_intervals_hold_what_they_are_to_hold(self):
        """Of 40 test files of 60 rows, for one fit, whose accuracy on many rows is known."""
        train, many = self.classes("train.h5", 90, 9), self.classes("many.h5", 20000, 10)
        truth = self.probed("--train", train, "--test", many)["accuracy"]
        held = 0
        for seed in range(40):
            test = self.classes("few.h5", 60, 100 + seed)
            low, high = self.probed("--train", train, "--test", test, "--bootstrap", "200")["accuracy_interval"]
            held += low <= truth <= high
        self.assertGreaterEqual(held, 33)

    def test_what_is_not_a_number_of_drawings(self):
        train = self.classes("train.h5", 30, 1)
        for arguments, word in ((["--bootstrap", "1"], "--bootstrap"), (["--confidence", "1"], "--confidence")):
            self.assert_refused(support.run("probe", "--train", train, "--folds", "2", *arguments), 2, word)


if __name__ == "__main__":
    unittest.main()
