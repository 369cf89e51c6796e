# SPDX-License-Identifier: BSD-3-Clause
"""--shrinkage auto: the intensities of Ledoit and Wolf (2004), in training and in evaluation."""

import unittest

import numpy

import support


class Shrinkage(support.ProgramTest):
    def noise(self, rows):
        random = numpy.random.default_rng(rows)
        return random.normal(size=(rows, 12)), random.normal(size=(rows, 9))

    def test_values_and_intensities(self):
        for rows, ranks in ((25, 1), (60, 3), (5, 4), (2, 2)):
            with self.subTest(rows=rows):
                x, y = self.noise(rows)
                data = self.write_data(f"{rows}.h5", x=x, y=y)
                run = self.train(data, f"run{rows}", "--pair", "views", "--objective", "vamp2",
                                 "--shrinkage", "auto", "--encoder", "dense:6,tanh,dense:5",
                                 "--precision", "double", "--batch", "0", "--steps", "1",
                                 "--validation", data, "--blocks", min(rows, 7), ranks=ranks)
                model = run / "model.h5"
                a, b = support.encoded(model, x, "a"), support.encoded(model, y, "b")
                sigma = support.canonical_correlations(a, b, 1e-4, shrinkage=True)
                for found in (support.metrics(run, "validation")[0],
                              self.evaluate(model, data, ranks=ranks)):
                    self.assertAlmostEqual(found["objective"], 1 + (sigma ** 2).sum(), delta=1e-11)
                    for side, rows_of_side in (("a", a), ("b", b)):
                        self.assertAlmostEqual(found[f"shrinkage_{side}"],
                                               support.shrunk(rows_of_side)[1], delta=1e-11)
                self.assert_close(found["canonical_correlations"], sigma, 1e-10)

    def test_noise_is_not_taken_for_dependence(self):
        x, y = self.noise(40)
        data = self.write_data(x=x, y=y)
        found = {}
        for mode in ("none", "auto"):
            run = self.train(data, mode, "--pair", "views", "--objective", "dcca", "--shrinkage",
                             mode, "--encoder", "dense:8", "--batch", "0", "--steps", "1")
            found[mode] = self.evaluate(run / "model.h5", data)["canonical_correlation_sum"]
        self.assertLess(found["auto"], 0.85 * found["none"])

    def test_wide_rows_that_are_not_shrunk_need_a_ridge(self):
        # The formula shrinks two rows by nothing: they are equally long, and on one line.
        x = numpy.random.default_rng(3).normal(size=(2, 30))
        done = support.run("train", "--data", self.write_data(x=x), "--output", self.scratch / "run",
                           "--pair", "input", "--objective", "dcca", "--encoder", "dense:1",
                           "--shrinkage", "auto", "--ridge", "0", "--normalize", "center", "--steps",
                           "1", ranks=2)
        self.assert_refused(done, 4, "side a (30 columns)", "not positive definite", "--ridge")

    def test_it_has_no_linear_solution(self):
        x, y = self.noise(40)
        done = support.run("train", "--data", self.write_data(x=x, y=y), "--pair", "views",
                           "--output", self.scratch / "run", "--objective", "dcca", "--shrinkage",
                           "auto", "--encoder", "linear:2")
        self.assert_refused(done, 2, "--shrinkage", "closed form")


if __name__ == "__main__":
    unittest.main()
