# SPDX-License-Identifier: BSD-3-Clause
"""VAMP scores of a process that is taken to be the same backwards in time, beside NumPy's definition of TICA
and the Markov model of symmetrised counts."""

import unittest

import numpy
from scipy import linalg

import support
from linear_truth import LinearTest

LAG = 2
COMMON = ["--pair", "lag", "--reversible", "--precision", "double"]
VAMP2 = [*COMMON, "--lag", LAG, "--objective", "vamp2"]


def turning(lengths, seed):
    """Trajectories that turn, and one column that alternates, so that an eigenvalue at an odd lag is below 0."""
    random = numpy.random.default_rng(seed)
    matrix = numpy.zeros((4, 4))
    matrix[:2, :2] = 0.95 * numpy.array([[0.8, 0.6], [-0.6, 0.8]])
    matrix[2, 2], matrix[3, 3] = -0.9, 0.7
    x = random.normal(size=(sum(lengths), 4))
    for first, count in zip(numpy.cumsum([0, *lengths]), lengths):
        for t in range(first + 1, first + count):
            x[t] += x[t - 1] @ matrix
    return x @ random.normal(size=(4, 4)) + 3.0


def pairs_of(x, lengths, lag=LAG):
    pieces = numpy.split(x, numpy.cumsum(lengths)[:-1])
    return [numpy.concatenate([piece[cut] for piece in pieces if len(piece) > lag])
            for cut in (slice(None, -lag), slice(lag, None))]


def both(a, b, mean=None):
    """The reversible estimates of C_0 and C_t, about the mean of both sides, or another one."""
    if mean is None:
        mean = (a.mean(axis=0) + b.mean(axis=0)) / 2
    a, b = a - mean, b - mean
    return (a.T @ a + b.T @ b) / (2 * len(a)), (a.T @ b + b.T @ a) / (2 * len(a))


def eigenvalues(a, b):
    still, moved = both(a, b)
    values = linalg.eigh(moved, still, eigvals_only=True)
    return values[numpy.argsort(-abs(values))]


class Reversible(LinearTest):
    lengths = (41, 2, 60, 17)

    def data(self, seed=1, name="data.h5"):
        x = turning(self.lengths, seed)
        return self.write_data(name, x=x, lengths=numpy.array(self.lengths)), x

    def test_linear_solutions_are_tica(self):
        data, x = self.data()
        for lag in (1, 2):
            a, b = pairs_of(x, self.lengths, lag)
            expected = eigenvalues(a, b)
            self.assertEqual(expected.min() < -0.5, lag == 1)
            for ranks in (1, 2, 3, 4) if lag == 1 else (1, 3):
                for objective, value in (("vamp1", abs(expected)), ("vamp2", expected ** 2))[ranks % 2:]:
                    run = self.train(data, f"{objective}-{lag}-{ranks}", *COMMON, "--lag", lag, "--objective",
                                     objective, "--ridge", "0", "--encoder", "linear:3", ranks=ranks)
                    found = self.evaluate(run / "model.h5", data, ranks=5 - ranks)
                    self.assertAlmostEqual(found["objective"], 1 + value[:3].sum(), delta=1e-9)
                    self.assert_close(found["eigenvalues"], expected[:3], 1e-9)
                    self.assert_close(found["canonical_correlations"], abs(expected[:3]), 1e-9)
                    self.assert_close(found["timescales"], -lag / numpy.log(abs(expected[:3])), 1e-6)
                    self.assertEqual(found["samples"], len(a))
            still, moved = both(support.encoded(run / "model.h5", a), support.encoded(run / "model.h5", b))
            self.assert_close(still, numpy.eye(3), 1e-9)
            self.assert_close(moved, numpy.diag(expected[:3]), 1e-9)

    def test_states_have_the_eigenvalues_of_symmetrised_counts(self):
        random = numpy.random.default_rng(5)
        chain = numpy.array([[0.9, 0.08, 0.02], [0.1, 0.3, 0.6], [0.05, 0.9, 0.05]])
        states = [0]
        for _ in range(800):
            states.append(random.choice(3, p=chain[states[-1]]))
        data = self.write_data(x=support.one_hot(numpy.array(states)).astype(float))
        counts = numpy.zeros((3, 3))
        numpy.add.at(counts, (states[:-1], states[1:]), 1)
        counts += counts.T
        expected = numpy.linalg.eigvals(counts / counts.sum(axis=1, keepdims=True)).real
        expected = expected[numpy.argsort(-abs(expected))][1:]
        self.assertLess(expected.min(), 0.0)
        run = self.train(data, "states", *COMMON, "--lag", "1", "--objective", "vamp2", "--ridge", "0", "--encoder", "linear:2", "--normalize", "none", ranks=2)
        self.assert_close(self.evaluate(run / "model.h5", data)["eigenvalues"], expected, 1e-9)

    def test_networks_at_any_number_of_ranks(self):
        data, x = self.data()
        other, y = self.data(2, "other.h5")
        arguments = [*VAMP2, "--encoder", "dense:5,tanh,dense:3", "--batch", "0", "--ridge", "0.01"]
        start = self.train(data, "start", *arguments, "--steps", "0") / "model.h5"
        runs = [self.train(data, f"run{ranks}", *arguments, "--steps", "20", *more, ranks=ranks) / "model.h5"
                for ranks, more in ((1, []), (2, []), (3, ["--micro-batch", "7"]), (4, []))]
        for run in runs[1:]:
            self.assert_close(support.parameters(run), support.parameters(runs[0]), 1e-9)
        values = [self.evaluate(model, data)["objective"] for model in (start, runs[0])]
        self.assertGreater(values[1], values[0] + 0.01)
        # The value with its ridge, and held out: the subspaces of the training fit on other data.
        ahead = pairs_of(support.encoded(runs[0], x), self.lengths)
        stacked = [numpy.concatenate(ahead), numpy.concatenate(ahead[::-1])]
        self.assertAlmostEqual(values[1], 1 + (support.canonical_correlations(*stacked, 0.01) ** 2).sum(),
                               delta=1e-9)
        still, moved = both(*ahead)
        still += 0.01 * numpy.trace(still) / 3 * numpy.eye(3)
        vectors = linalg.eigh(moved, still)[1]
        test_still, test_moved = (vectors.T @ c @ vectors for c in
                                  both(*pairs_of(support.encoded(runs[0], y), self.lengths),
                                       stacked[0].mean(axis=0)))
        root = linalg.inv(linalg.sqrtm(test_still))
        score = 1 + numpy.linalg.norm(root @ test_moved @ root) ** 2
        found = self.evaluate(runs[0], other, "--fit", data, ranks=3)
        self.assertAlmostEqual(found["objective"], score, delta=1e-9)

    def test_same_bits_at_any_number_of_ranks(self):
        data, _ = self.data()
        arguments = [*VAMP2, "--encoder", "dense:3", "--steps", "3", "--batch", "40", "--reproducible",
                     "--blocks", "6"]
        bits = [support.parameters(self.train(data, f"bits{ranks}", *arguments, ranks=ranks) / "model.h5")
                for ranks in (1, 3)]
        numpy.testing.assert_array_equal(*bits)

    def test_where_time_has_no_part(self):
        data, _ = self.data()
        done = support.run("train", "--data", data, "--output", self.scratch / "refused", "--encoder",
                           "linear:2", "--objective", "vamp2", "--reversible", "--pair", "views",
                           "--split-columns", "2")
        self.assert_refused(done, 2, "--reversible", "lag")
        shrunk = support.run("train", "--data", data, "--output", self.scratch / "refused", "--encoder",
                             "linear:2", "--objective", "vamp2", "--reversible", "--pair", "lag", "--shrinkage",
                             "auto")
        self.assert_refused(shrunk, 2, "--shrinkage auto", "--reversible")


if __name__ == "__main__":
    unittest.main()
