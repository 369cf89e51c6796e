# SPDX-License-Identifier: BSD-3-Clause
"""infomax estimate: each estimator by NumPy and SciPy, known truths, the same at any number of ranks,
what it refuses; and generate known-information, whose truth it is measured by."""

import json
import math
import unittest
import xml.etree.ElementTree

import h5py
import numpy
from scipy.special import digamma
from scipy.stats import norm, rankdata

import support

USAGE, DATA = 2, 3


def normal_scores(rows):
    return norm.ppf((numpy.apply_along_axis(rankdata, 0, rows) - 0.5) / len(rows))


def ksg(x, y, k):
    """The first estimator of Kraskov, Stoegbauer and Grassberger (2004), by all distances."""
    def distances(rows):
        return numpy.abs(rows[:, None] - rows[None]).max(axis=2)

    of_x, of_y = distances(x), distances(y)
    both = numpy.maximum(of_x, of_y)
    numpy.fill_diagonal(both, numpy.inf)
    radius = numpy.sort(both, axis=1)[:, k - 1, None]
    nearer = [(each < radius).sum(axis=1) - 1 for each in (of_x, of_y)]
    return digamma(k) + digamma(len(x)) - numpy.mean(digamma(nearer[0] + 1) + digamma(nearer[1] + 1))


def gaussian(x, y):
    """By covariances, less the mean of what this exceeds the truth by where rows are normal."""
    n = len(x)

    def log_determinant(rows):
        ends = numpy.arange(1, rows.shape[1] + 1)
        return numpy.linalg.slogdet(numpy.cov(rows.T).reshape(len(ends), -1))[1] - digamma((n - ends) / 2).sum()

    return 0.5 * (log_determinant(x) + log_determinant(y) - log_determinant(numpy.hstack([x, y])))


class Estimate(support.ProgramTest):
    def setUp(self):
        super().setUp()
        random = numpy.random.default_rng(12)
        self.x = random.normal(size=(211, 2))
        self.y = numpy.hstack([self.x[:, :1] ** 2, self.x[:, 1:]]) + 0.3 * random.normal(size=self.x.shape)
        self.y[17] = self.y[18]
        self.data = self.write_data(x=self.x, y=self.y)

    def estimate(self, *arguments, ranks=None):
        found = json.loads(self.succeed("estimate", "--json", "--progress", "none", *arguments, ranks=ranks).out)
        return found, {each["name"]: each for each in found["estimators"]}

    def test_estimators_without_a_critic_are_those_of_the_definitions(self):
        for marginals, change in (("normal-scores", normal_scores),
                                  ("standardize", lambda rows: (rows - rows.mean(0)) / rows.std(0))):
            x, y = change(self.x), change(self.y)
            expected = {"ksg": ksg(x, y, 3), "gaussian-mi": gaussian(x, y)}
            for ranks in (None, 2, 3, 4):
                with self.subTest(marginals=marginals, ranks=ranks):
                    found, by_name = self.estimate("--data", self.data, "--estimators", "ksg,gaussian-mi",
                                                   "--marginals", marginals, "--neighbours", "3", ranks=ranks)
                    self.assertEqual((found["samples"], found["x_columns"], found["y_columns"]), (211, 2, 2))
                    self.assertEqual([each["name"] for each in found["estimators"]], ["ksg", "gaussian-mi"])
                    for name, value in expected.items():
                        self.assertAlmostEqual(by_name[name]["held_out"], value, delta=1e-11)
                        self.assertLess(by_name[name]["low"], value)
                        self.assertGreater(by_name[name]["high"], value)
                        self.assertIsNone(by_name[name]["train"])

    def test_the_correction_of_the_gaussian_leaves_no_bias(self):
        # The formula itself, on many small samples of independent columns, whose information is 0.
        random = numpy.random.default_rng(5)
        values = [gaussian(random.normal(size=(20, 3)), random.normal(size=(20, 3))) for _ in range(2000)]
        self.assertLess(abs(numpy.mean(values)), 4 * numpy.std(values) / math.sqrt(2000))

    def test_one_column_a_side_has_a_histogram(self):
        data = self.write_data(x=self.x[:, :1], y=self.y[:, :1])
        _, by_name = self.estimate("--data", data, "--estimators", "histogram-mi", "--bins", "5", ranks=2)
        cells = [numpy.floor((rankdata(side[:, 0]) - 0.5) / 211 * 5).astype(int) for side in (self.x, self.y)]
        joint = numpy.zeros((5, 5))
        numpy.add.at(joint, tuple(cells), 1 / 211)
        margins = joint.sum(1, keepdims=True) * joint.sum(0, keepdims=True)
        filled = joint > 0
        plain = (joint[filled] * numpy.log(joint[filled] / margins[filled])).sum()
        self.assertAlmostEqual(by_name["histogram-mi"]["held_out"], plain - (filled.sum() - 9) / 422, delta=1e-12)

    def test_critics_come_near_a_known_truth(self):
        data = self.scratch / "known.h5"
        self.succeed("generate", "known-information", "--rows", "3000", "--correlations", "0.8", "--seed", "3",
                     "--map", "half-cube", "--output", data)
        with h5py.File(data) as file:
            truth = file.attrs["mutual_information"]
        self.assertAlmostEqual(truth, -0.5 * math.log(1 - 0.64), delta=1e-12)
        _, by_name = self.estimate("--data", data, "--estimators", "infonce,dv,mine,nwj,smile", "--encoder",
                                   "residual(dense:32,gelu,dense:16)", "--batch", "128", "--learning-rate", "0.003",
                                   "--epochs", "25", ranks=2)
        self.assertEqual(len(by_name), 5)
        for name, one in by_name.items():
            with self.subTest(name=name):
                self.assertLess(abs(one["held_out"] - truth), 0.1)
                self.assertLess(abs(one["train"] - truth), 0.1)
                self.assertLess(one["low"], one["held_out"])
                self.assertLess(one["held_out"], one["high"])
        held_out = by_name["infonce"]["samples"]
        self.assertAlmostEqual(by_name["infonce"]["at_most"], math.log(held_out), delta=1e-12)
        self.assertLess(abs(held_out - 750), 100)

    def test_critics_are_the_same_at_any_number_of_ranks(self):
        arguments = ["--data", self.data, "--estimators", "nwj,smile", "--encoder", "dense:8,gelu,dense:4",
                     "--reproducible", "--epochs", "4", "--batch", "64"]
        runs = [self.estimate(*arguments, ranks=ranks)[1] for ranks in (None, 2, 3, 4)]
        for name, one in runs[0].items():
            self.assertLess(one["low"], one["high"])
            for other in runs[1:]:
                for field in ("held_out", "train", "low", "high"):
                    self.assertAlmostEqual(one[field], other[name][field], delta=1e-11)

    def test_increasing_maps_of_columns_change_nothing(self):
        for kind in ("normal", "student"):
            values = []
            for bent in ("none", "half-cube", "wiggly"):
                data = self.scratch / f"{kind}-{bent}.h5"
                self.succeed("generate", "known-information", "--distribution", kind, "--rows", "500", "--x-columns",
                             "2", "--map", bent, "--output", data)
                values.append(self.estimate("--data", data, "--estimators", "ksg")[1]["ksg"]["held_out"])
            self.assertAlmostEqual(values[0], values[1], delta=1e-12)
            self.assertAlmostEqual(values[0], values[2], delta=1e-12)

    def test_generated_views_have_their_information(self):
        # The figures of Czyz et al. (2023), and the Gaussian estimate of what was written.
        cases = (("normal", 1, ["--correlations", "0.75"], 0.4133), ("normal", 3, ["--correlations", "0.8,0.8"], 1.0217),
                 ("dense", 2, ["--correlations", "0.5"], 0.2939), ("dense", 25, ["--correlations", "0.5"], 1.2922),
                 ("dense", 50, ["--correlations", "0.5"], 1.6243), ("uniform", 1, ["--noise", "0.1"], 1.7094),
                 ("uniform", 1, ["--noise", "0.75"], 0.3333), ("student", 1, ["--freedom", "1"], 0.2242),
                 ("student", 2, ["--freedom", "1"], 0.4319), ("student", 5, ["--freedom", "2"], 0.4482))
        for kind, columns, more, truth in cases:
            with self.subTest(kind=kind, columns=columns, more=more):
                data = self.scratch / "views.h5"
                self.succeed("generate", "known-information", "--distribution", kind, "--x-columns", columns, "--rows",
                             "2000", "--output", data, "--overwrite", *more)
                with h5py.File(data) as file:
                    self.assertAlmostEqual(file.attrs["mutual_information"], truth, delta=6e-5)
                    x, y = file["x"][()], file["y"][()]
                self.assertEqual(x.shape, (2000, columns))
                if kind in ("normal", "dense"):
                    self.assertAlmostEqual(gaussian(x, y), truth, delta=0.15)
                elif columns <= 2:
                    self.assertAlmostEqual(ksg(normal_scores(x), normal_scores(y), 5), truth, delta=0.12)

    def test_a_spiral_turns_rows(self):
        plain, turned = self.scratch / "plain.h5", self.scratch / "turned.h5"
        for path, bent in ((plain, "none"), (turned, "spiral")):
            self.succeed("generate", "known-information", "--x-columns", "3", "--rows", "50", "--map", bent, "--output",
                         path)
        with h5py.File(plain) as before, h5py.File(turned) as after:
            for name in ("x", "y"):
                z, seen = before[name][()], after[name][()]
                square = (z ** 2).sum(1)
                self.assert_close((seen ** 2).sum(1), square, 1e-13)
                turn = numpy.exp(1j * square / 3) * (z[:, 0] + 1j * z[:, 1])
                self.assert_close(seen, numpy.stack([turn.real, turn.imag, z[:, 2]], 1), 1e-13)

    def test_repeated_rows_and_constant_columns_are_told(self):
        x = numpy.repeat(self.x[:60], 3, axis=0)
        data = self.write_data(x=numpy.hstack([x, numpy.ones((180, 1))]), y=numpy.repeat(self.y[:60], 3, axis=0))
        found, _ = self.estimate("--data", data, "--estimators", "ksg", "--neighbours", "2", ranks=2)
        self.assertEqual((found["repeated_rows"], found["x_columns"]), (180, 2))
        table = self.succeed("estimate", "--data", data, "--estimators", "ksg", "--neighbours", "2").out
        self.assertIn("180 rows have 2 others or more equal to them", table)

    def test_what_cannot_be_estimated_is_said_beside_what_can(self):
        data = self.write_data(x=numpy.hstack([self.x, self.x.sum(1, keepdims=True)]), y=self.y)
        arguments = ["--data", data, "--marginals", "standardize"]
        found, by_name = self.estimate(*arguments, "--estimators", "gaussian-mi,ksg")
        self.assertIn("linearly dependent", by_name["gaussian-mi"]["failure"])
        self.assertIn("held_out", by_name["ksg"])
        few = self.write_data(name="few.h5", x=self.x[:40], y=self.y[:40])
        _, by_name = self.estimate("--data", few, ranks=3)
        self.assertIn("held_out", by_name["ksg"])
        for name in ("infonce", "dv", "mine", "nwj", "smile"):
            self.assertIn("40 rows are too few", by_name[name]["failure"])
        refused = support.run("estimate", *arguments, "--estimators", "gaussian-mi", ranks=2)
        self.assert_refused(refused, DATA, "linearly dependent")

    def test_a_picture_shows_every_estimator(self):
        picture = self.scratch / "mi.svg"
        data = self.write_data(name="named.h5", **{"a&b<c": self.x, "y": self.y})
        arguments = ["estimate", "--data", data, "--x", "/a&b<c", "--estimators", "ksg,gaussian-mi", "--picture", picture]
        self.succeed(*arguments)
        root = xml.etree.ElementTree.parse(picture).getroot()
        texts = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
        self.assertIn("/a&b<c", texts[0])
        self.assertIn("ksg", texts)
        self.assertIn("gaussian-mi", texts)
        self.assertEqual(len(list(root.iter("{http://www.w3.org/2000/svg}circle"))), 2)
        self.assert_refused(support.run(*arguments), USAGE, "--overwrite")

    def test_what_does_not_fit_is_refused(self):
        cases = ((["--estimators", "histogram-mi"], USAGE, ["histogram-mi", "one column a side"]),
                 (["--estimators", "kgs"], USAGE, ["ksg"]),
                 (["--neighbours", "211"], USAGE, ["--neighbours", "211 rows"]),
                 (["--held-out", "1"], USAGE, ["--held-out"]),
                 (["--estimators", "infonce", "--encoder", "dens:3"], USAGE, ["did you mean dense?"]),
                 (["--y", "/z"], DATA, ["/z"]))
        for arguments, code, words in cases:
            with self.subTest(arguments=arguments):
                refused = support.run("estimate", "--data", self.data, *arguments, ranks=2)
                self.assert_refused(refused, code, *words)
        for name, shapes, words in (("rows", {"x": self.x, "y": self.y[:-1]}, "rows"),
                                    ("constant", {"x": numpy.ones((40, 2)), "y": self.y[:40]}, "equal")):
            with self.subTest(name=name):
                refused = support.run("estimate", "--data", self.write_data(**shapes), ranks=2)
                self.assert_refused(refused, DATA, words)
        for arguments in (["--distribution", "uniform", "--x-columns", "2"], ["--map", "spiral"],
                          ["--distribution", "dense", "--correlations", "0.5,0.5"]):
            with self.subTest(arguments=arguments):
                refused = support.run("generate", "known-information", *arguments, "--output", self.scratch / "no.h5")
                self.assertEqual(refused.code, USAGE)


if __name__ == "__main__":
    unittest.main()
