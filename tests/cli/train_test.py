# SPDX-License-Identifier: BSD-3-Clause
"""Training by the real program: one step against central differences of the objective in NumPy, any
number of ranks and any micro-batch against one rank, and whole runs against closed forms."""

import unittest

import numpy

import support

DOUBLE = ["--precision", "double"]


def mixed(rows, columns, seed=5):
    """Correlated columns of unequal scale, not Gaussian."""
    random = numpy.random.default_rng(seed)
    x = random.normal(size=(rows, columns)) @ random.normal(size=(columns, columns))
    return (x + 0.2 * x ** 2) * numpy.linspace(0.5, 1.5, columns) + numpy.arange(columns)


class InitialModel(support.ProgramTest):
    def test_has_the_same_bits_at_every_number_of_ranks_and_others_for_other_seeds(self):
        data = self.write_data(x=mixed(50, 6))

        def initial(name, *arguments, **options):
            run = self.train(data, name, "--encoder", "dense:7,tanh,dense:3", "--steps", "0",
                             *arguments, **options)
            self.assertEqual(support.metrics(run), [])
            return support.parameters(run / "model.h5").tobytes()

        models = [initial(f"ranks{ranks}", "--seed", "4", ranks=ranks) for ranks in (1, 2, 3, 4)]
        self.assertEqual(len(set(models)), 1)
        self.assertEqual(len(models[0]), 8 * (6 * 7 + 7 + 7 * 3 + 3))
        others = [initial(f"seed{seed}", "--seed", seed) for seed in (5, 6)]
        self.assertEqual(len({models[0], *others}), 3)


class FullBatchStep(support.ProgramTest):
    """One step of plain gradient ascent moves every parameter by rate x dJ/dparameter."""

    def check(self, x, a, encoder, objective, *arguments, **datasets):
        """`a` is side a, or None where it is the preprocessed x."""
        rate = 0.125
        data = self.write_data(x=x, **datasets)
        common = ["--encoder", encoder, "--batch", "0", *DOUBLE, *arguments,
                  *support.objective_options(**objective)]
        number = len(list(self.scratch.iterdir()))
        before = self.train(data, f"before{number}", *common, "--steps", "0")
        after = self.train(data, f"after{number}", *common, "--optimizer", "sgd",
                           "--learning-rate", rate, "--steps", "1", ranks=3)
        start = support.parameters(before / "model.h5")
        moved = (support.parameters(after / "model.h5") - start) / rate
        z = support.preprocessed(before / "model.h5", x)
        a = z if a is None else a

        def value(flat):
            return support.value(a, support.encode(encoder, flat, z), **objective)["objective"]

        expected = support.gradient(value, start)
        self.assert_close(moved, expected, 1e-6, f"{objective} {arguments}")
        said, = support.metrics(after)
        self.assertAlmostEqual(said["objective"], value(start), delta=1e-12)
        self.assertAlmostEqual(said["gradient_norm"], numpy.linalg.norm(moved), delta=1e-10)

    def test_with_the_input_as_side_a(self):
        x = mixed(61, 6)
        for encoder, objective in (
                ("dense:4,tanh,dense:3", {"rho": "rv", "lambda_a": 0.1, "lambda_b": 0.3}),
                ("dense:4,sigmoid,dense:3",
                 {"rho": "cca", "lambda_a": 0.4, "lambda_b": -0.2, "fixed": (-1.5, 2)}),
                ("dense:6,tanh", {"rho": "pearson", "lambda_b": 0.2})):
            with self.subTest(encoder=encoder, **objective):
                self.check(x, None, encoder, objective)

    def test_with_class_labels_as_side_a(self):
        x = mixed(62, 5)
        labels = numpy.random.default_rng(7).integers(0, 3, size=62, dtype=numpy.uint8)
        for objective in ({"rho": "rv", "lambda_b": 0.2}, {"rho": "pearson", "lambda_b": -0.1},
                          {"rho": "cca", "lambda_b": 0.1, "fixed": (-2, 2)}):
            with self.subTest(**objective):
                self.check(x, support.one_hot(labels), "dense:4,tanh,dense:3", objective,
                           "--pair", "target", y=labels)

    def test_with_values_as_side_a(self):
        x = mixed(63, 5)
        y = x[:, :3] + mixed(63, 3, seed=8)
        for objective in ({"rho": "rv", "lambda_b": 0.2, "fixed": (-1, 1)},
                          {"rho": "pearson", "lambda_a": 0.3, "lambda_b": 0.3}, {"rho": "mse"}):
            with self.subTest(**objective):
                self.check(x, y, "dense:4,relu,dense:3", objective, "--pair", "target", y=y)


class ManyRanks(support.ProgramTest):
    """Any number of ranks and any micro-batch take the steps that one rank takes."""

    ROWS = 203

    def setUp(self):
        super().setUp()
        self.data = self.write_data(x=mixed(self.ROWS, 6))

    def run_of(self, *arguments, ranks):
        name = f"run{len(list(self.scratch.iterdir()))}"
        run = self.train(self.data, name, "--encoder", "dense:8,tanh,dense:3", "--steps", "12",
                         "--batch", "50", "--lambda", "0.1", *arguments, ranks=ranks)
        return support.metrics(run), support.parameters(run / "model.h5")

    def compare(self, one, other, tolerance, first_tolerance):
        self.assertEqual(len(one[0]), 12)
        self.assertEqual(len(other[0]), 12)
        for field in ("objective", "dependence", "entropy_a", "entropy_b", "gradient_norm"):
            expected = [line[field] for line in one[0]]
            actual = [line[field] for line in other[0]]
            self.assert_close(actual[:1], expected[:1], first_tolerance, f"first {field}")
            self.assert_close(actual, expected, tolerance, field)
            self.assertGreater(len(set(expected)), 4)
        for field in ("step", "epoch", "samples", "learning_rate"):
            self.assertEqual([line[field] for line in one[0]], [line[field] for line in other[0]])
        self.assert_close(other[1], one[1], tolerance, "parameters")

    def check(self, *arguments, ranks=(2, 3, 4), tolerance=1e-10, first_tolerance=1e-12):
        one = self.run_of(*arguments, ranks=1)
        for count in ranks:
            with self.subTest(ranks=count, arguments=arguments):
                self.compare(one, self.run_of(*arguments, ranks=count), tolerance, first_tolerance)

    def test_with_adam_and_the_default_blocks(self):
        # rv does not depend on the last bias, of which the gradient is rounding alone: an epsilon
        # above it, lest Adam make steps of it.
        self.check(*DOUBLE, "--learning-rate", "0.01", "--epsilon", "1e-6")

    def test_with_few_blocks_and_a_micro_batch(self):
        self.check(*DOUBLE, "--blocks", "7", "--micro-batch", "9", "--optimizer", "sgd",
                   "--momentum", "0.9", "--learning-rate", "0.05", "--weight-decay", "0.01")

    def test_with_ranks_that_hold_no_row(self):
        self.check(*DOUBLE, "--blocks", "2", "--optimizer", "sgd", "--learning-rate", "0.1",
                   ranks=(3, 4))

    def test_in_single_precision(self):
        self.check("--optimizer", "sgd", "--learning-rate", "0.1", "--blocks", "7",
                   tolerance=1e-4, first_tolerance=1e-5)

    def test_micro_batches(self):
        arguments = [*DOUBLE, "--optimizer", "sgd", "--learning-rate", "0.1", "--rho", "cca"]
        whole = self.run_of(*arguments, "--micro-batch", "0", ranks=2)
        for rows in (1, 7, 64):
            with self.subTest(micro_batch=rows):
                self.compare(whole, self.run_of(*arguments, "--micro-batch", rows, ranks=2), 1e-11,
                             1e-13)


class ClosedForms(support.ProgramTest):
    def test_a_linear_encoder_reaches_the_largest_rv(self):
        random = numpy.random.default_rng(11)
        turn, _ = numpy.linalg.qr(random.normal(size=(8, 8)))
        x = (random.normal(size=(2000, 8)) * 1.5 ** -numpy.arange(8.0)) @ turn
        data = self.write_data(x=x)
        run = self.train(data, "run", "--encoder", "dense:3", "--batch", "0", *DOUBLE, "--steps",
                         "1500", "--learning-rate", "0.05", "--schedule", "cosine", "--normalize",
                         "center", ranks=2)
        spectrum = numpy.sort(numpy.linalg.eigvalsh(support.covariance(x, x)))[::-1] ** 2
        largest = (spectrum[:3].sum() / spectrum.sum()) ** 0.25
        reached = self.evaluate(run / "model.h5", data, ranks=3)["objective"]
        self.assertLess(reached, largest + 1e-12)
        self.assertGreater(reached, largest - 1e-4)
        self.assertLess(support.metrics(run)[0]["objective"], largest - 0.01)

    def test_rv_of_scalar_sides_is_the_magnitude_of_pearsons_correlation(self):
        random = numpy.random.default_rng(12)
        x = random.normal(size=150)
        y = x ** 2 + x + random.normal(size=150)
        data = self.write_data(x=x, y=y)
        for arguments, side in ((["--pair", "input"], x), (["--pair", "target"], y)):
            run = self.train(data, arguments[1], "--encoder", "dense:4,tanh,dense:1", *DOUBLE,
                             "--batch", "0", "--steps", "5", *arguments)
            model = run / "model.h5"
            correlation = numpy.corrcoef(side, support.encoded(model, x)[:, 0])[0, 1]
            self.assertLess(abs(correlation), 0.9999)
            self.assertAlmostEqual(self.evaluate(model, data, ranks=2)["dependence"],
                                   abs(correlation), delta=1e-12)

    def test_a_linear_encoder_with_cca_finds_the_canonical_correlations_of_its_target(self):
        data = self.scratch / "views.h5"
        self.succeed("generate", "gaussian-views", "--rows", "3000", "--x-columns", "6",
                     "--y-columns", "2", "--correlations", "0.9,0.5", "--output", data)
        run = self.train(data, "run", "--encoder", "dense:2", "--pair", "target", "--rho", "cca",
                         "--batch", "0", *DOUBLE, "--steps", "400", "--learning-rate", "0.05",
                         "--schedule", "cosine", "--ridge", "0", ranks=2)
        with support.h5py.File(data) as file:
            best = support.canonical_correlations(file["x"][()], file["y"][()], 0.0).mean()
        reached = self.evaluate(run / "model.h5", data)["dependence"]
        self.assertLess(reached, best + 1e-12)
        self.assertGreater(reached, best - 1e-4)


if __name__ == "__main__":
    unittest.main()
