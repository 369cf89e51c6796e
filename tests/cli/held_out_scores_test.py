# SPDX-License-Identifier: BSD-3-Clause
"""`evaluate --fit`: what a fit is worth on data that it was not made of, against NumPy."""

import unittest

import numpy

import definitions
import support

LAG = 3
ENCODER = "dense:6,tanh,dense:4"


def inverse_root(c):
    values, vectors = numpy.linalg.eigh(c)
    return vectors @ numpy.diag(values ** -0.5) @ vectors.T


def moments(a, b):
    return a.T @ a / len(a), a.T @ b / len(a), b.T @ b / len(b)


def fit(a, b, ridge, components):
    """Means, directions and correlations of the leading components."""
    means = a.mean(axis=0), b.mean(axis=0)
    aa, ab, bb = moments(a - means[0], b - means[1])
    roots = [inverse_root(c + ridge * numpy.trace(c) / len(c) * numpy.eye(len(c))) for c in (aa, bb)]
    u, s, vt = numpy.linalg.svd(roots[0] @ ab @ roots[1])
    return means, roots[0] @ u[:, :components], roots[1] @ vt.T[:, :components], s[:components]


def vamp_scores(training, test, ridge, components):
    """VAMP-1, VAMP-2 and VAMP-E of a fit on test rows: equations of Wu and Noe (2020), and what
    deeptime's score(test_model) computes of covariances about these means."""
    means, u, v, s = fit(*training, ridge, components)
    aa, ab, bb = moments(test[0] - means[0], test[1] - means[1])
    inner = inverse_root(u.T @ aa @ u) @ u.T @ ab @ v @ inverse_root(v.T @ bb @ v)
    k = numpy.diag(s)
    return {"vamp1": 1 + numpy.linalg.norm(inner, "nuc"), "vamp2": 1 + numpy.linalg.norm(inner) ** 2,
            "vamp_e": 1 + numpy.trace(2 * k @ u.T @ ab @ v - k @ u.T @ aa @ u @ k @ v.T @ bb @ v)}


def pair_correlations(training, test, ridge, components):
    means, u, v, _ = fit(*training, ridge, components)
    return [numpy.corrcoef(x, y)[0, 1]
            for x, y in zip(((test[0] - means[0]) @ u).T, ((test[1] - means[1]) @ v).T)]


def walk(seed, lengths, columns=5):
    """Trajectories of a rotation that noise disturbs, of which no direction of time is alike."""
    random = numpy.random.default_rng(seed)
    turn = numpy.linalg.qr(numpy.random.default_rng(1).normal(size=(columns, columns)))[0]
    rows = []
    for length in lengths:
        x = random.normal(size=columns)
        for _ in range(length):
            x = 0.95 * turn @ x + random.normal(size=columns)
            rows.append(x + 0.1 * x ** 2)
    return numpy.array(rows) + 2.0


class HeldOutScores(support.ProgramTest):
    LENGTHS = (90, 2, 61), (70, 45)

    def setUp(self):
        super().setUp()
        self.rows = [walk(seed, lengths) for seed, lengths in enumerate(self.LENGTHS)]
        self.files = [self.write_data(f"{k}.h5", x=x, lengths=lengths)
                      for k, (x, lengths) in enumerate(zip(self.rows, self.LENGTHS))]

    def sides(self, model, which):
        pairs = definitions.lagged(self.rows[which], LAG, self.LENGTHS[which])
        return [support.encoded(model, side) for side in pairs]

    def run_of(self, objective, *arguments):
        return self.train(self.files[0], f"{objective}{len(list(self.scratch.iterdir()))}", "--pair",
                          "lag", "--lag", LAG, "--objective", objective, "--encoder", ENCODER,
                          "--precision", "double", "--steps", "5", "--batch", "0",
                          *arguments) / "model.h5"

    def test_vamp_scores_are_those_of_the_definition(self):
        for objective, components, ridge in (("vamp1", 4, 1e-4), ("vamp2", 4, 1e-4),
                                             ("vamp2", 2, 1e-4), ("vamp1", 1, 0.0)):
            model = self.run_of(objective, "--components", components % 4, "--ridge", ridge)
            training, test = self.sides(model, 0), self.sides(model, 1)
            expected = vamp_scores(training, test, ridge, components)
            sums = 1 + numpy.sum(numpy.abs(pair_correlations(training, test, ridge, components))
                                 ** int(objective[-1]))
            for ranks in (1, 2, 3, 4):
                with self.subTest(objective=objective, components=components, ranks=ranks):
                    found = self.evaluate(model, self.files[1], "--fit", self.files[0], ranks=ranks)
                    for name, value in (("objective", expected[objective]),
                                        ("dependence", expected[objective]),
                                        ("vamp_e", expected["vamp_e"])):
                        self.assertLess(abs(found[name] / value - 1.0), 1e-10, name)
                    self.assert_close(found["canonical_correlations"],
                                      pair_correlations(training, test, ridge, components), 1e-10)
            if components > 1:
                self.assertGreater(abs(sums - expected[objective]), 1e-3)

    def test_on_the_fitted_rows_they_are_the_values_of_the_fit(self):
        model = self.run_of("vamp2", "--ridge", "0")
        alone = self.evaluate(model, self.files[0])
        found = self.evaluate(model, self.files[0], "--fit", self.files[0], ranks=2)
        for name in ("objective", "vamp_e"):
            self.assertAlmostEqual(found[name], alone["objective"], delta=1e-10)
        self.assertNotIn("vamp_e", alone)

    def test_the_table_has_them(self):
        model = self.run_of("vamp2")
        done = self.succeed("evaluate", "--model", model, "--data", self.files[1], "--fit",
                            self.files[0])
        found = self.evaluate(model, self.files[1], "--fit", self.files[0])
        self.assertIn(f"vamp_e      {found['vamp_e']:.9f}\n", done.out)

    def test_other_objectives_judge_each_pair_of_variates(self):
        model = self.run_of("dcca")
        expected = pair_correlations(self.sides(model, 0), self.sides(model, 1), 1e-4, 4)
        found = self.evaluate(model, self.files[1], "--fit", self.files[0], ranks=3)
        self.assert_close(found["canonical_correlations"], expected, 1e-10)
        self.assertAlmostEqual(found["objective"], numpy.sum(expected), delta=1e-10)
        self.assertNotIn("vamp_e", found)

    def test_rows_too_few_for_all_functions_have_a_finite_score(self):
        model = self.run_of("vamp2")
        few = self.write_data("few.h5", x=self.rows[1][:LAG + 3])
        found = self.evaluate(model, few, "--fit", self.files[0], ranks=2)
        # Three pairs: no more than three functions of them are independent.
        self.assertLessEqual(found["objective"], 1 + 3 + 1e-9)
        self.assertGreaterEqual(found["objective"], 1.0)


if __name__ == "__main__":
    unittest.main()
