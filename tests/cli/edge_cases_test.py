# SPDX-License-Identifier: BSD-3-Clause
"""Data and options at their edges: what comes out is finite, or one line that says what to change, and
that the same on any number of ranks."""

import json
import random
import unittest

import h5py
import numpy

import support

OBJECTIVES = ("infomax", "dcca", "vamp1", "vamp2", "gaussian-mi", "barlow", "vicreg", "coding-rate",
              "histogram-mi", "mse")
OPTIMIZERS = ("sgd", "adam", "adamw", "rmsprop", "adagrad", "lars", "lbfgs")


def numbers_in(text):
    """JSON with nothing in it that is none: NaN becomes null."""
    found = json.loads(text)
    return all(value is not None for value in found.values())


class EdgeCase(support.ProgramTest):
    def setUp(self):
        super().setUp()
        draw = numpy.random.default_rng(3)
        self.x, self.y = draw.normal(size=(60, 4)), draw.normal(size=(60, 3))
        self.data = self.write_data(x=self.x, y=self.y)
        self.model = self.scratch / "run" / "model.h5"

    def run_train(self, data, *arguments, ranks=None):
        return support.run("train", "--data", data, "--output", self.scratch / "run", "--overwrite",
                           "--progress", "none", *arguments, ranks=ranks, timeout=60)

    def refuse(self, code, words, done):
        self.assert_refused(done, code, *words)


class Training(EdgeCase):
    def test_entropies_are_no_part_of_other_objectives(self):
        done = self.run_train(self.data, "--objective", "dcca", "--lambda", "0.5", "--encoder",
                              "dense:3", "--steps", "1")
        self.assertEqual(done.code, 0, done.err)
        step, = support.metrics(self.scratch / "run")
        self.assertGreater(step["entropy_b"], 1.0)
        self.assertEqual(step["objective"], step["dependence"])

    def test_options_that_are_ignored_are_named(self):
        used = ["--rho", "cca", "--ridge", "0.1", "--optimizer", "lars", "--trust", "0.1"]
        done = self.run_train(self.data, "--encoder", "dense:3", "--steps", "1", *used)
        self.assertNotIn(" ignores ", done.err)
        done = self.run_train(self.data, "--encoder", "dense:3", "--steps", "1", "--objective",
                              "barlow", "--pair", "augment", "--augment", "noise:1", "--decay-factor",
                              "0.5", "--rho", "cca", "--ridge", "0.1", "--trust", "0.1")
        self.assertEqual(done.code, 0, done.err)
        told = [line for line in done.err.splitlines() if " ignores " in line]
        self.assertEqual(len(told), 3, done.err)
        for line, words in zip(told, (("barlow", "--rho", "--ridge"), ("adam", "--trust"),
                                      ("constant", "--decay-factor"))):
            for word in words:
                self.assertIn(word, line)
        done = self.run_train(self.data, "--config", self.scratch / "run" / "config.ini")
        self.assertEqual(done.code, 0, done.err)
        self.assertNotIn(" ignores ", done.err)

    def test_networks_without_parameters_are_refused(self):
        for optimizer in ("adam", "lbfgs"):
            done = self.run_train(self.data, "--encoder", "tanh", "--batch", "0", "--optimizer",
                                  optimizer)
            self.refuse(2, ["tanh", "nothing to train", "dense:N"], done)

    def test_a_last_step_that_leaves_the_range_of_numbers_leaves_no_model(self):
        done = self.run_train(self.data, "--objective", "mse", "--encoder", "dense:4", "--optimizer",
                              "sgd", "--learning-rate", "1e300", "--steps", "1", ranks=2)
        self.refuse(4, ["parameters", "--learning-rate"], done)
        self.assertFalse(self.model.exists())

    def test_before_the_first_step_it_is_the_data(self):
        data = self.write_data("huge.h5", x=1e30 * self.x)
        done = self.run_train(data, "--objective", "coding-rate", "--encoder", "dense:2",
                              "--normalize", "center")
        self.refuse(4, ["at step 1", "--normalize standardize"], done)
        self.assertNotIn("--learning-rate", done.complaints[0])
        done = self.run_train(data, "--encoder", "dense:2", "--steps", "2")
        self.assertEqual(done.code, 0, done.err)

    def test_numbers_that_double_cannot_square(self):
        data = self.write_data("vast.h5", x=1.7e308 * numpy.sign(self.x))
        for mode in ("center", "standardize", "scale"):
            done = self.run_train(data, "--encoder", "dense:2", "--normalize", mode)
            self.refuse(3, ["/x in", "power of ten"], done)

    def test_outputs_that_do_not_vary_are_told(self):
        done = self.run_train(self.write_data("same.h5", x=numpy.full((60, 4), 0.1)), "--encoder",
                              "dense:2", "--steps", "3")
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(done.err.count("the gradient is 0"), 1, done.err)

    def test_one_warning_of_few_rows_a_run(self):
        for arguments in (["--validation", "0.2"], ["--batch", "3"]):
            done = self.run_train(self.data, "--pair", "views", "--objective", "dcca", "--encoder",
                                  "dense:3", "--steps", "4", *arguments)
            self.assertEqual(done.code, 0, done.err)
            self.assertEqual(done.err.count("warning: "), 1, done.err)
            self.assertIn("--batch", done.err)

    def test_the_ridge_that_is_in_force_is_named(self):
        data = self.write_data("twice.h5", x=self.x[:, [0, 0, 0]], y=self.y)
        for option, other in (("--ridge", "--ridge-absolute"), ("--ridge-absolute", "--ridge (")):
            for optimizer in ("sgd", "lbfgs"):
                done = self.run_train(data, "--objective", "dcca", "--encoder", "dense:2", option,
                                      "0", "--batch", "0", "--optimizer", optimizer)
                self.refuse(4, ["side a", option + " (now 0"], done)
                self.assertNotIn(other, done.complaints[0])

    def test_lengths_below_zero(self):
        data = self.write_data("lengths.h5", x=self.x, lengths=numpy.array([20, -3, 40]))
        done = self.run_train(data, "--pair", "lag", "--objective", "vamp2", "--encoder", "dense:2")
        self.refuse(3, ["/lengths", "-3", "row 1"], done)

    def test_the_linear_solution_says_what_to_write_instead(self):
        done = self.run_train(self.data, "--objective", "mse", "--encoder", "linear:3")
        self.refuse(2, ["mse", "--encoder dense:3"], done)
        done = self.run_train(self.data, "--pair", "views", "--objective", "dcca", "--encoder",
                              "linear:9")
        self.refuse(2, ["linear:9", "linear:3"], done)


class HeldOut(EdgeCase):
    def evaluate_under_fit(self, test):
        return support.run("evaluate", "--model", self.model, "--data", test, "--fit", self.data,
                           "--json", ranks=None)

    def test_what_does_not_vary_in_test_data_correlates_by_nothing(self):
        self.run_train(self.data, "--pair", "views", "--objective", "dcca", "--encoder", "linear:3",
                       "--precision", "double")
        for rows, x, y in ((30, 0.1, 0.7), (7, 3.3, -1e3 / 7), (23, 1e4 / 3, 0.1)):
            test = self.write_data("test.h5", x=numpy.full((rows, 4), x), y=numpy.full((rows, 3), y))
            done = self.evaluate_under_fit(test)
            self.assertEqual(done.code, 0, done.err)
            self.assertEqual(json.loads(done.out)["canonical_correlations"], [0.0, 0.0, 0.0])

    def test_few_test_rows_need_no_ridge_of_their_own(self):
        self.run_train(self.data, "--pair", "views", "--objective", "gaussian-mi", "--encoder",
                       "linear:2", "--ridge", "0")
        done = self.evaluate_under_fit(self.write_data("three.h5", x=self.x[:3], y=self.y[:3]))
        self.assertEqual(done.code, 0, done.err)
        self.assertTrue(numbers_in(done.out), done.out)
        # Two points lie on a line, rising or falling.
        done = self.evaluate_under_fit(self.write_data("two.h5", x=self.x[:2], y=self.y[:2]))
        self.refuse(4, ["mutual information is infinite", "more rows"], done)

    def test_outputs_beyond_the_range_of_numbers_are_no_result(self):
        self.run_train(self.data, "--objective", "coding-rate", "--encoder", "dense:3", "--steps",
                       "1")
        test = self.write_data("test.h5", x=1e38 * self.x)
        done = support.run("evaluate", "--model", self.model, "--data", test, "--json", ranks=2)
        self.refuse(4, ["--normalize standardize"], done)
        self.assertEqual(done.out, "")
        done = support.run("evaluate", "--model", self.model, "--data", self.data, "--fit", test,
                           "--json", ranks=None)
        self.refuse(2, ["--fit", "coding-rate"], done)
        test = self.write_data("test.h5", x=1e300 * self.x)
        codes = self.scratch / "codes.h5"
        done = support.run("encode", "--model", self.model, "--data", test, "--output", codes,
                           ranks=2)
        self.refuse(4, ["row", "--normalize standardize"], done)
        self.assertFalse(codes.exists())


def drawn_data(draw, numbers):
    rows, columns = draw.choice([2, 3, 5, 40]), draw.choice([1, 2, 5])
    x, y = numbers.normal(size=(rows, columns)), numbers.normal(size=(rows, columns))
    return draw.choice([
        {"x": x, "y": y}, {"x": x, "y": x}, {"x": x, "y": 2 * x + 1}, {"x": x, "y": -x},
        {"x": numpy.zeros_like(x), "y": y}, {"x": x[:, [0] * columns], "y": y},
        {"x": 1e30 * x, "y": 1e-30 * y}, {"x": x + 1e9, "y": y},
        {"x": (3e38 * numpy.tanh(x)).astype("f4"), "y": y},
        {"x": x, "y": numpy.zeros(rows, dtype="i8")}, {"x": x, "y": numbers.integers(0, 3, rows)},
        {"x": x[:, :1] @ numbers.normal(size=(1, columns)), "y": y},
        {"x": numpy.cumsum(x, axis=0), "y": y, "lengths": [rows - 2, 2]}])


def drawn_arguments(draw, columns):
    pair = draw.choice(["input", "target", "views", "views", "augment", "lag"])
    width = draw.choice([columns, columns, columns, columns, 7])
    encoder = draw.choice([f"dense:{width}", f"dense:3,tanh,dense:{width}", f"linear:{width}",
                           f"dense:3,batchnorm,relu,dense:{width},batchnorm",
                           f"dropout:0.5,dense:{width}"])
    optimizer = draw.choice(OPTIMIZERS)
    arguments = ["--pair", pair, "--objective", draw.choice(OBJECTIVES), "--encoder", encoder,
                 "--optimizer", optimizer, "--steps", "3"]
    arguments += ["--batch", "0" if optimizer == "lbfgs" else str(draw.choice([0, 1, 2]))]
    if pair == "augment":
        arguments += ["--augment", draw.choice(["noise:0.1", "mask:0.999", "scale:1,noise:0"])]
    for chance, option in ((0.4, ["--ridge", "0"]), (0.2, ["--components", "2"]),
                           (0.2, ["--bins", "4"]), (0.2, ["--histogram-range", "fixed:0,1e-30"]),
                           (0.3, ["--normalize", draw.choice(["none", "scale", "standardize"])]),
                           (0.3, ["--validation", draw.choice(["0.001", "0.5"])]),
                           (0.2, ["--precision", "double"]), (0.1, ["--share"]),
                           (0.1, ["--learning-rate", "1e5"]), (0.1, ["--rho", "cca"])):
        if draw.random() < chance:
            arguments += option if option[0] != "--learning-rate" or optimizer != "lbfgs" else []
    return arguments


class Drawn(EdgeCase):
    cases = 32
    at_several_ranks = 8  # each so manieth

    def expect_sound(self, done):
        self.assertIn(done.code, (0, 2, 3, 4), done.err)
        self.assertEqual(len(done.complaints), 0 if done.code == 0 else 1, done.err)
        self.assertLessEqual(done.err.count("warning: c"), 1, done.err)  # co-, canonical ...

    def expect_finite_run(self):
        for line in (self.scratch / "run" / "metrics.jsonl").read_text().splitlines():
            self.assertTrue(numbers_in(line), line)
        with h5py.File(self.model) as file:
            file.visititems(lambda name, item: self.assertTrue(
                not isinstance(item, h5py.Dataset) or item.dtype.kind != "f"
                or numpy.isfinite(item[()]).all(), name))

    def test_finite_or_told_what_to_change(self):
        draw, numbers = random.Random(12), numpy.random.default_rng(12)
        codes = []
        for case in range(self.cases):
            datasets = drawn_data(draw, numbers)
            arguments = drawn_arguments(draw, datasets["x"].shape[1])
            with self.subTest(case=case, arguments=" ".join(arguments)):
                data = self.write_data("drawn.h5", **datasets)
                done = self.run_train(data, *arguments)
                self.expect_sound(done)
                codes.append(done.code)
                if done.code == 0:
                    self.expect_finite_run()
                    found = support.run("evaluate", "--model", self.model, "--data", data, "--json",
                                        ranks=None)
                    self.expect_sound(found)
                    self.assertTrue(found.code != 0 or numbers_in(found.out), found.out)
                if case % self.at_several_ranks == 0:
                    beside = self.run_train(data, *arguments, ranks=2 + case % 3)
                    self.assertEqual((beside.code, beside.complaints),
                                     (done.code, done.complaints))
        self.assertGreater(codes.count(0), self.cases // 4, codes)
        self.assertGreater(codes.count(4), 0, codes)


if __name__ == "__main__":
    unittest.main()
