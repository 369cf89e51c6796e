# SPDX-License-Identifier: BSD-3-Clause
"""`evaluate` against a computation in NumPy from model.h5 and the data alone."""

import itertools
import unittest

import numpy

import support

MODES = ("none", "scale", "center", "standardize")


def normalisation(mode, x):
    """Shift and scale by definition."""
    flat = x.reshape(len(x), -1).astype(float)
    nothing = numpy.zeros(flat.shape[1]), numpy.ones(flat.shape[1])
    if mode == "scale":
        return nothing[0] + flat.min(), nothing[1] / (flat.max() - flat.min())
    if mode == "center":
        return flat.mean(axis=0), nothing[1]
    if mode == "standardize":
        deviation = flat.std(axis=0)
        return flat.mean(axis=0), 1 / numpy.where(deviation > 0, deviation, 1)
    return nothing


def training_rows(kind):
    random = numpy.random.default_rng(21)
    if kind == "u8":
        x = support.images(150, seed=22)
        x[:, 0, 0] = 7  # a pixel that never changes
        return x
    x = random.normal(size=(150, 6)) @ random.normal(size=(6, 6)) + random.normal(size=6)
    return {"f32": x.astype(numpy.float32), "f64": x, "i32": (100 * x).astype(numpy.int32)}[kind]


class Evaluate(support.ProgramTest):
    OBJECTIVES = ({"rho": "rv", "lambda_a": 0.1, "lambda_b": 0.2}, {"rho": "cca", "lambda_a": -0.3},
                  {"rho": "pearson", "lambda_b": 0.5, "fixed": (-1, 2)}, {"rho": "mse"})

    def check(self, kind, mode, objective, precision):
        x = training_rows(kind)
        data = self.write_data(f"{kind}.h5", x=x)
        test = x[::-1][:101]
        test_data = self.write_data(f"{kind}-test.h5", x=test)
        width = x[0].size if objective["rho"] in ("pearson", "mse") else 3
        run = self.train(data, f"run{kind}{mode}", "--encoder", f"dense:5,tanh,dense:{width}",
                         "--normalize", mode, "--precision", precision, "--steps", "3", "--batch",
                         "40", *support.objective_options(**objective), ranks=2)
        model = run / "model.h5"
        with support.h5py.File(model) as file:
            preprocess = file["networks/b/preprocess"]
            shift, scale = normalisation(mode, x)
            self.assert_close(preprocess["shift"][()] + 1, shift + 1, 1e-12, "shift")
            self.assert_close(preprocess["scale"][()], scale, 1e-12, "scale")
        tolerance = 1e-9 if precision == "double" else 1e-5
        expected = support.value(support.preprocessed(model, test), support.encoded(model, test),
                                 **objective)
        for ranks in (1, 3):
            actual = self.evaluate(model, test_data, ranks=ranks)
            self.assertEqual(actual["samples"], 101)
            self.assertEqual(actual["ranks"], ranks)
            for field in ("objective", "dependence", "entropy_a", "entropy_b"):
                self.assertAlmostEqual(actual[field], expected[field],
                                       delta=tolerance * max(1, abs(expected[field])), msg=field)

    def check_kind(self, kind, first_objective):
        objectives = itertools.islice(itertools.cycle(self.OBJECTIVES), first_objective, None)
        for mode, objective in zip(MODES, objectives):
            precision = "float" if objective["rho"] in ("rv", "pearson") else "double"
            with self.subTest(kind=kind, mode=mode, **objective):
                self.check(kind, mode, objective, precision)

    # Objectives move on by one from kind to kind, so that each meets each mode.

    def test_images_of_bytes(self):
        self.check_kind("u8", 0)

    def test_single_precision_rows(self):
        self.check_kind("f32", 1)

    def test_double_precision_rows(self):
        self.check_kind("f64", 2)

    def test_integer_rows(self):
        self.check_kind("i32", 3)

    def test_in_double_precision_whatever_the_objective(self):
        for objective in self.OBJECTIVES:
            with self.subTest(**objective):
                self.check("f32", "standardize", objective, "double")
                for path in self.scratch.iterdir():
                    if path.is_dir():
                        path.rename(path.with_name(path.name + objective["rho"]))

    def test_targets(self):
        x = training_rows("f64")
        labels = numpy.random.default_rng(23).integers(0, 4, size=len(x))
        values = x[:, :2] ** 2
        common = ["--pair", "target", "--encoder", "dense:5,tanh,dense:4", "--precision", "double",
                  "--steps", "2", "--lambda", "0.1"]
        for name, y, side, arguments in (
                ("labels", labels, support.one_hot(labels), []),
                ("values", values, values, []),
                ("numbers", labels, labels[:, None].astype(float), ["--target", "values"])):
            with self.subTest(name):
                data = self.write_data(x=x, targets=y)
                run = self.train(data, name, *common, *arguments, "--y", "/targets")
                model = run / "model.h5"
                expected = support.value(side, support.encoded(model, x), lambda_a=0.1,
                                         lambda_b=0.1)
                actual = self.evaluate(model, data, ranks=3)
                for field, number in expected.items():
                    self.assertAlmostEqual(actual[field], number, delta=1e-9, msg=field)

    def test_the_micro_batch_and_the_blocks_change_nothing(self):
        data = self.write_data(x=training_rows("f64"))
        run = self.train(data, "run", "--encoder", "dense:5,tanh,dense:2", "--precision", "double",
                         "--steps", "1", "--lambda", "0.1")
        whole = self.evaluate(run / "model.h5", data)
        for arguments in (["--micro-batch", "1"], ["--micro-batch", "64"], ["--micro-batch", "0"],
                          ["--blocks", "5"]):
            parts = self.evaluate(run / "model.h5", data, *arguments, ranks=2)
            for field in ("objective", "dependence", "entropy_a", "entropy_b"):
                self.assertAlmostEqual(parts[field], whole[field], delta=1e-12)


if __name__ == "__main__":
    unittest.main()
