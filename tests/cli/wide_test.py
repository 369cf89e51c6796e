# SPDX-License-Identifier: BSD-3-Clause
"""Data with many more columns than rows: by products of rows, exactly, in memory that is stated before."""

import json
import pathlib
import re
import sys
import tempfile
import unittest

import h5py
import numpy

import definitions
import held_out_scores_test
import support

GIB = 2 ** 30
MIB = 2 ** 20
HERE = pathlib.Path(__file__).parent

# A covariance of 40,000 columns alone takes 12 GiB, and the program with MPI half a GiB.
LIMIT = 4 * GIB
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}


def wide_rows(rows, columns, seed):
    """Rows with some directions that vary more than others."""
    random = numpy.random.default_rng(seed)
    hidden = random.normal(size=(rows, 6)) * [9, 7, 5, 4, 3, 2]
    return (hidden @ random.normal(size=(6, columns)) + random.normal(size=(rows, columns))
            + random.normal(size=columns)).astype(numpy.float32)


def gram(x):
    centred = x - x.mean(axis=0)
    return centred @ centred.T / len(x)


def rv_of_grams(a, b):
    norm = numpy.linalg.norm
    return numpy.sqrt((a * b).sum() / (norm(a) * norm(b)))


def bytes_of(text):
    number, unit = text.split()
    return float(number) * {"MiB": MIB, "GiB": GIB}[unit]


class Wide(support.ProgramTest):
    def limited(self, *arguments, ranks, limit=LIMIT):
        return support.run(HERE / "limited.py", limit, support.PROGRAM, *arguments, ranks=ranks,
                           program=sys.executable, environment=ONE_THREAD, timeout=300)

    def train_limited(self, data, output, *arguments, ranks):
        run = self.scratch / output
        done = self.limited("train", "--data", data, "--output", run, "--progress", "none",
                            *arguments, ranks=ranks)
        self.assertEqual(done.code, 0, done.err)
        return run

    def evaluate_limited(self, model, data, ranks):
        done = self.limited("evaluate", "--model", model, "--data", data, "--json", ranks=ranks)
        self.assertEqual(done.code, 0, done.err)
        return json.loads(done.out)

    def test_default_objective_of_more_columns_than_a_covariance_fits(self):
        x = wide_rows(100, 40_000, 1)
        data = self.write_data(x=x)
        values = []
        for ranks in (1, 3):
            run = self.train_limited(data, f"run{ranks}", "--encoder", "dense:16", "--steps", "3",
                                     "--normalize", "center", "--learning-rate", "1e-4", ranks=ranks)
            steps = support.metrics(run)
            values.append([step["objective"] for step in steps])
            self.assertGreater(values[-1][-1], values[-1][0])
            found = self.evaluate_limited(run / "model.h5", data, 4 - ranks)
            b = support.encoded(run / "model.h5", x)
            self.assertAlmostEqual(found["objective"], rv_of_grams(gram(x.astype(float)), gram(b)), 5)
        self.assertEqual(len(values[0]), 3)
        self.assert_close(values[1], values[0], 1e-5)

    def test_linear_solution_evaluation_and_probe_of_genes(self):
        x = wide_rows(400, 20_000, 2)
        weight = numpy.random.default_rng(3).normal(size=(20_000, 2)) / 100
        y = (x.astype(float) @ weight + numpy.random.default_rng(4).normal(size=(400, 2)))
        data = self.write_data(x=x, y=y)
        eigenvalues = numpy.linalg.eigvalsh(gram(x.astype(float)))[::-1]
        best = ((eigenvalues[:5] ** 2).sum() / (eigenvalues ** 2).sum()) ** 0.25
        models = []
        for ranks in (1, 3):
            run = self.train_limited(data, f"linear{ranks}", "--encoder", "linear:5", "--normalize",
                                     "center", ranks=ranks)
            found = self.evaluate_limited(run / "model.h5", data, ranks)
            self.assertAlmostEqual(found["objective"], best, 6)
            models.append(support.parameters(run / "model.h5"))
        self.assert_close(models[1], models[0], 1e-4)

        canonical = self.train_limited(data, "canonical", "--objective", "vamp2", "--encoder",
                                       "linear:2", "--pair", "target", "--target", "values",
                                       "--normalize", "center", ranks=2)
        self.assertGreater(self.evaluate_limited(canonical / "model.h5", data, 3)["objective"], 2.5)

        train, test = slice(0, 300), slice(300, 400)
        parts = [self.write_data(f"{name}.h5", x=x[rows], y=y[rows])
                 for name, rows in (("train", train), ("test", test))]
        mean_x, mean_y = x[train].astype(float).mean(axis=0), y[train].mean(axis=0)
        scale = x[train].astype(float).std(axis=0)
        z = (x.astype(float) - mean_x) / scale
        dual = numpy.linalg.solve(z[train] @ z[train].T / 300 + 10 * numpy.eye(300),
                                  y[train] - mean_y) / 300
        predicted = mean_y + z[test] @ (z[train].T @ dual)
        r2 = 1 - ((y[test] - predicted) ** 2).mean(axis=0) / y[test].var(axis=0)
        scores = []
        for ranks in (1, 3):
            done = self.limited("probe", "--train", parts[0], "--test", parts[1], "--l2", "10",
                                "--normalize", "standardize", "--neighbours", "0", "--target",
                                "values", "--json", ranks=ranks)
            self.assertEqual(done.code, 0, done.err)
            scores.append(json.loads(done.out)["r2"])
        self.assert_close(scores[0], r2.mean(), 1e-9)
        self.assert_close(scores[1], scores[0], 1e-9)

    def test_scores_of_other_rows_under_a_fit(self):
        options = ["--objective", "vamp2", "--encoder", "dense:3", "--steps", "2", "--normalize",
                   "center", "--precision", "double"]
        x = wide_rows(110, 400, 8)
        fitted, other = slice(0, 60), slice(60, 110)
        parts = [self.write_data(f"{name}.h5", x=x[rows])
                 for name, rows in (("fitted", fitted), ("other", other))]
        model = self.train(parts[0], "narrow", *options) / "model.h5"
        a, b = support.preprocessed(model, x), support.encoded(model, x)
        sides = (a[fitted], b[fitted]), (a[other], b[other])
        ridge = float(definitions.settings_of(model)["ridge"])
        scores = held_out_scores_test.vamp_scores(*sides, ridge, 3)
        correlations = held_out_scores_test.pair_correlations(*sides, ridge, 3)
        for ranks in (1, 3):
            found = self.evaluate(model, parts[1], "--fit", parts[0], ranks=ranks)
            self.assert_close(found["objective"], scores["vamp2"], 1e-8)
            self.assert_close(found["vamp_e"], scores["vamp_e"], 1e-8)
            self.assert_close(found["canonical_correlations"], correlations, 1e-8)

        wide = wide_rows(100, 40_000, 9)
        parts = [self.write_data(f"{name}.h5", x=wide[rows])
                 for name, rows in (("fitted", slice(0, 60)), ("other", slice(60, 100)))]
        model = self.train_limited(parts[0], "wide", *options, ranks=2) / "model.h5"
        found = []
        for ranks in (1, 3):
            done = self.limited("evaluate", "--model", model, "--data", parts[1], "--fit", parts[0],
                                "--permutations", "3", "--json", ranks=ranks)
            self.assertEqual(done.code, 0, done.err)
            found.append(json.loads(done.out)["objective"])
        self.assert_close(found[1], found[0], 1e-9)

    def test_bits_do_not_depend_on_the_number_of_ranks(self):
        data = self.write_data(x=wide_rows(40, 3_000, 5))
        models = []
        for ranks in (1, 3):
            run = self.train(data, f"bits{ranks}", "--encoder", "dense:4", "--steps", "3",
                             "--reproducible", "--blocks", "8", ranks=ranks)
            models.append(support.parameters(run / "model.h5"))
        numpy.testing.assert_array_equal(models[0], models[1])

    def peak_and_bound(self, *arguments, ranks):
        """Of the rank that held most, and what the command said before."""
        results = pathlib.Path(tempfile.mkdtemp(dir=self.scratch))
        done = self.succeed(HERE / "peak_memory.py", results, support.PROGRAM, *arguments,
                            program=sys.executable, ranks=ranks, environment=ONE_THREAD)
        said = re.search(r"memory +at most ([0-9.]+ [MG]iB) on a rank", done.out + done.err)
        self.assertIsNotNone(said, done.out + done.err)
        return max(float(path.read_text()) for path in results.iterdir()), bytes_of(said[1])

    def test_memory_is_what_is_stated(self):
        data = self.write_data(x=wide_rows(300, 120_000, 6))
        trained = ["--encoder", "dense:16", "--checkpoint-every", "1steps"]
        for ranks, arguments in ((1, trained), (3, trained), (2, [*trained, "--reproducible"]),
                                 (1, ["--encoder", "linear:8"]),
                                 (1, [*trained, "--validation", "0.3"])):
            with self.subTest(ranks=ranks, arguments=arguments):
                peak, bound = self.peak_and_bound(
                    "train", "--data", data, "--output", self.scratch / "run", "--overwrite",
                    "--steps", "3", "--progress", "none", *arguments, ranks=ranks)
                self.assertGreater(peak, 300 * MIB)
                self.assertLess(abs(bound - peak), 0.1 * peak,
                                f"stated {bound / MIB:.1f} MiB, held {peak / MIB:.1f} MiB")

    def test_what_does_not_fit_is_refused_before_it_is_tried(self):
        data = self.write_data(x=numpy.random.default_rng(7).normal(size=(100, 50)))
        run = self.scratch / "run"
        done = self.limited("train", "--data", data, "--output", run, "--pair", "augment",
                            "--augment", "noise:0.1", "--objective", "vicreg", "--encoder",
                            "dense:20000", "--steps", "1", ranks=2)
        self.assert_refused(done, 5, "100 rows", "columns", "GiB", "vicreg")

        huge = self.scratch / "huge.h5"
        with h5py.File(huge, "w") as file:  # without a row on disk
            file.create_dataset("x", (400, 2_000_000_000), "f4", chunks=(1, 1_000_000))
        done = support.run("train", "--data", huge, "--output", run, "--encoder", "dense:2", ranks=2)
        self.assert_refused(done, 5, "400 rows of 2000000000 columns", "GiB", "available")


if __name__ == "__main__":
    unittest.main()
