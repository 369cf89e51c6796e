# SPDX-License-Identifier: BSD-3-Clause
"""What `train` and `evaluate` say of few rows: warnings, corrected correlations and p-values."""

import json
import unittest

import numpy

import support

FEW = "are biased towards 1"


def noise(rows, columns, seed=1):
    return numpy.random.default_rng(seed).normal(size=(rows, columns))


def slow(rows, columns, seed, memory=0.95):
    """Columns that forget by the factor `memory` a row."""
    x = noise(rows, columns, seed)
    for t in range(1, rows):
        x[t] = memory * x[t - 1] + (1 - memory ** 2) ** 0.5 * x[t]
    return x


class Permutations(support.ProgramTest):
    def trained(self, data, *arguments, objective="dcca", ranks=1):
        """The model of a run, and what the run said."""
        run = self.scratch / f"run{len(list(self.scratch.iterdir()))}"
        done = self.succeed("train", "--data", data, "--output", run, "--pair", "views",
                            "--objective", objective, "--precision", "double", "--progress", "none",
                            *arguments, ranks=ranks)
        return run / "model.h5", done.err

    def evaluated(self, model, *arguments, ranks=1):
        done = self.succeed("evaluate", "--model", model, "--json", *arguments, ranks=ranks)
        return json.loads(done.out), done.err

    def test_noise_of_more_columns_than_rows_allow(self):
        data = self.write_data(x=noise(400, 300, 1), y=noise(400, 300, 2))
        model, said = self.trained(data, "--encoder", "linear:2")
        for word in (FEW, "300 and 300 columns from 400 rows", "6000 rows", "--validation", "--fit",
                     "--permutations", "auto"):
            self.assertIn(word, said)
        found, said = self.evaluated(model, "--permutations", "19", ranks=2)
        self.assertIn("300 and 300 columns from 400 rows", said)
        self.assertGreater(found["canonical_correlations"][0], 0.99)
        self.assertNotIn("canonical_correlations_adjusted", found)
        self.assertEqual(found["permutations"], 19)
        self.assertEqual(len(found["p_values"]), 2)
        self.assertGreater(min(found["p_value"], *found["p_values"]), 0.05)
        self.assertGreater(found["objective_by_chance"], 0.99 * found["objective"])

    def test_noise_has_corrected_correlations_near_zero(self):
        data = self.write_data(x=noise(400, 30, 1), y=noise(400, 20, 2))
        model, said = self.trained(data, "--encoder", "linear:4", ranks=2)
        self.assertIn("30 and 20 columns from 400 rows", said)
        found, _ = self.evaluated(model, "--permutations", "99", ranks=3)
        raw, adjusted = (found[f"canonical_correlations{name}"] for name in ("", "_adjusted"))
        self.assertGreater(raw[0], 0.4)
        self.assertLess(max(adjusted), 0.3)
        self.assertEqual(min(adjusted), 0.0)
        self.assertGreater(min(found["p_value"], *found["p_values"]), 0.05)
        self.assert_close(found["canonical_correlations_by_chance"], raw, 0.1)

    def test_a_second_correlation_of_noise_is_none_beside_a_strong_first(self):
        x, y = noise(100, 6, 13), noise(100, 6, 14)
        y[:, 0] = 3 * x[:, 0] + 0.1 * y[:, 0]
        data = self.write_data(x=x, y=y)
        model, _ = self.trained(data, "--encoder", "linear:3")
        found, _ = self.evaluated(model, "--permutations", "199")
        self.assertEqual(found["p_values"][0], 1 / 200)
        self.assertGreater(min(found["p_values"][1:]), 0.05)
        self.assertGreater(found["canonical_correlations_adjusted"][0], 0.99)
        # Random pairings have no strong first, and hardly ever so large a second.
        self.assertGreater(found["canonical_correlations"][1],
                           1.3 * found["canonical_correlations_by_chance"][1])

    def test_p_values_are_the_same_at_any_number_of_ranks(self):
        x, y = noise(83, 4, 1), noise(83, 3, 2)
        y += 0.15 * x[:, :3]
        data = self.write_data(x=x, y=y)
        for objective, *arguments in (["dcca"], ["gaussian-mi"],
                                      ["vamp2", "--share", "--split-columns", "2"]):
            model, _ = self.trained(data, "--encoder", "linear:2", *arguments, objective=objective)
            alone, _ = self.evaluated(model, "--permutations", "39")
            self.assertTrue(1 / 40 <= alone["p_value"] <= 1)
            for ranks in (2, 3, 4):
                found, _ = self.evaluated(model, "--permutations", "39", ranks=ranks)
                for name in ("p_value", "p_values"):
                    self.assertEqual(found[name], alone[name])
                self.assertAlmostEqual(found["objective_by_chance"], alone["objective_by_chance"],
                                       delta=1e-10)
            other, _ = self.evaluated(model, "--permutations", "39", "--seed", "2")
            self.assertNotEqual(other["objective_by_chance"], alone["objective_by_chance"])

    def test_other_networks_need_data_that_they_were_not_trained_on(self):
        training = self.write_data("training.h5", x=noise(60, 12, 1), y=noise(60, 12, 2))
        test = self.write_data("test.h5", x=noise(80, 12, 3), y=noise(80, 12, 4))
        model, _ = self.trained(training, "--encoder", "dense:24,tanh,dense:2", "--steps", "150",
                                "--learning-rate", "0.02", "--batch", "0")
        found, said = self.evaluated(model, "--permutations", "99")
        self.assertIn("p-values are too small", said)
        self.assertEqual(found["p_value"], 0.01)
        for arguments in ([], ["--fit", training]):
            found, said = self.evaluated(model, "--data", test, "--permutations", "99", *arguments,
                                         ranks=2)
            self.assertNotIn("p-values are too small", said)
            self.assertGreater(found["p_value"], 0.05)
            self.assertEqual(len(found["p_values"]), 2)

    def test_p_values_are_those_of_any_random_orders(self):
        x = noise(40, 3, 1)
        y = noise(40, 3, 2) + 0.3 * x
        data = self.write_data(x=x, y=y)
        other = self.write_data("other.h5", x=x, y=y)
        model, _ = self.trained(data, "--encoder", "dense:3", "--steps", "0", "--ridge", "0")
        a, b = support.encoded(model, x, "a"), support.encoded(model, y, "b")
        observed = support.canonical_correlations(a, b, 0.0)
        random = numpy.random.default_rng(3)
        orders = numpy.array([support.canonical_correlations(a, b[random.permutation(40)], 0.0)
                              for _ in range(2000)])
        found, _ = self.evaluated(model, "--data", other, "--permutations", "1999", ranks=2)
        expected = [(orders.sum(axis=1) >= observed.sum()).mean(),
                    *[(orders[:, 0] >= r).mean() for r in observed]]
        # Standard errors of two estimates of p from 2,000 orders are at most 0.016.
        for p, q in zip([found["p_value"], *found["p_values"]], expected):
            self.assertLess(abs(p - q), 0.06)
        self.assert_close(found["canonical_correlations_by_chance"], orders.mean(axis=0), 0.05)

    def test_rows_that_remember_are_kept_together(self):
        training = self.write_data("training.h5", x=noise(50, 2, 1), y=noise(50, 2, 2))
        data = self.write_data(x=slow(3000, 2, 5), y=slow(3000, 2, 6))
        model, _ = self.trained(training, "--encoder", "dense:2", "--steps", "0")
        arguments = ["--data", data, "--permutations", "99"]
        self.assertLess(self.evaluated(model, *arguments)[0]["p_value"], 0.05)
        for ranks in (1, 3):
            found, _ = self.evaluated(model, *arguments, "--permutation-block", "150", ranks=ranks)
            self.assertGreater(found["p_value"], 0.05)

    def test_any_objective_and_pair_has_a_p_value(self):
        x = noise(60, 4, 1)
        y = noise(60, 4, 2)
        data = self.write_data(x=x, y=y)
        other = self.write_data("other.h5", x=noise(60, 4, 3), y=noise(60, 4, 4))
        for objective in ("infomax", "barlow", "vicreg", "histogram-mi", "mse"):
            with self.subTest(objective):
                model, _ = self.trained(data, "--encoder", "dense:3", "--steps", "0",
                                        objective=objective)
                found, _ = self.evaluated(model, "--data", other, "--permutations", "19", ranks=2)
                self.assertGreaterEqual(found["p_value"], 0.05)
                self.assertNotIn("p_values", found)
        # No order of b changes what is of b alone.
        model, _ = self.trained(data, "--encoder", "dense:3", "--steps", "0",
                                objective="coding-rate")
        self.assertEqual(self.evaluated(model, "--data", other, "--permutations", "9")[0]["p_value"],
                         1.0)
        for arguments in (["--pair", "input"], ["--pair", "lag", "--lag", "2"],
                          ["--pair", "target", "--rho", "cca"]):
            with self.subTest(arguments):
                run = self.train(data, arguments[1], "--encoder", "linear:2", "--objective",
                                 "infomax" if arguments[1] != "lag" else "vamp2", *arguments)
                found, _ = self.evaluated(run / "model.h5", "--permutations", "19", ranks=3)
                self.assertEqual(found["p_value"] == 0.05, arguments[1] == "input")

    def test_the_table_has_them(self):
        data = self.write_data(x=noise(90, 2, 1), y=noise(90, 2, 2))
        model, _ = self.trained(data, "--encoder", "linear:2")
        done = self.succeed("evaluate", "--model", model, "--permutations", "9")
        self.assertRegex(done.out, r"\np_value +0\.\d+\n|\np_value +1\.0+\n")
        self.assertRegex(done.out, r"\np_values [01]\.\d{4} [01]\.\d{4}\n")
        self.assertRegex(done.out, r"\npermutations +9\n")


if __name__ == "__main__":
    unittest.main()
