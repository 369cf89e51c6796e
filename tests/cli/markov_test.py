# SPDX-License-Identifier: BSD-3-Clause
"""`infomax markov` beside NumPy, from what `encode` writes: moments, eigenvalues, the matrices of the
Chapman-Kolmogorov test, and the intervals of other drawings of the same pieces."""

import json
import unittest

import h5py
import numpy

import support

CHAIN = numpy.array([[0.97, 0.03, 0.0], [0.02, 0.95, 0.03], [0.0, 0.06, 0.94]])
LENGTHS = [300, 4, 520, 1, 0, 37, 238]
LAG = 2
MEMBERSHIPS = "dense:6,tanh,dense:3,softmax"


def chain(rows, seed):
    """The states of a Markov chain, and rows that tell them with noise."""
    random = numpy.random.default_rng(seed)
    state, states = 0, []
    for share in random.random(rows):
        state = int(numpy.searchsorted(CHAIN[state].cumsum(), share))
        states.append(min(state, 2))
    places = numpy.array([[0, 0], [2, 0.5], [1, -2]])
    return numpy.array(states), places[states] + 0.3 * random.normal(size=(rows, 2))


def pairs(rows, lengths, lag):
    """Rows t and t + lag of the same trajectory, and the numbers t."""
    starts = numpy.cumsum([0, *lengths])
    t = numpy.concatenate([numpy.arange(first, max(first, end - lag))
                           for first, end in zip(starts, starts[1:])])
    return rows[t], rows[t + lag], t


def koopman(a, b, basis=None):
    if basis is None:
        return numpy.linalg.solve(a.T @ a, a.T @ b)
    a, b = (a - a.mean(axis=0)) @ basis, (b - b.mean(axis=0)) @ basis
    return numpy.linalg.solve(a.T @ a, a.T @ b)


def timescales(matrix, lag, memberships):
    values = numpy.linalg.eigvals(matrix)
    if memberships:
        values = numpy.delete(values, numpy.abs(values - 1).argmin())
    with numpy.errstate(divide="ignore"):
        return -lag / numpy.log(numpy.sort(numpy.abs(values))[::-1])


def pieces_of(lengths, wanted):
    """The number of the piece that each row belongs to."""
    least = -(-sum(lengths) // wanted)
    numbers, count, gathered, rows_gathered = [], 0, None, 0
    for length in lengths:
        if length >= least:
            parts = length // least
            ends = [k * length // parts for k in range(parts + 1)]
            for first, end in zip(ends, ends[1:]):
                numbers += [count] * (end - first)
                count += 1
        elif length > 0:
            if gathered is None:
                gathered, rows_gathered, count = count, 0, count + 1
            numbers += [gathered] * length
            rows_gathered += length
            gathered = gathered if rows_gathered < least else None
    return numpy.array(numbers), count


class Markov(support.ProgramTest):
    def trained(self, encoder, lengths=None, seed=1, steps=60):
        lengths = lengths or LENGTHS
        _, rows = chain(sum(lengths), seed)
        data = self.write_data("train.h5", x=rows, lengths=numpy.array(lengths))
        run = self.scratch / f"run{len(list(self.scratch.iterdir()))}"
        self.succeed("train", "--data", data, "--output", run, "--pair", "lag", "--lag", LAG, "--objective",
                     "vamp2", "--encoder", encoder, "--precision", "double", "--progress", "none",
                     "--batch", "0", "--steps", steps, "--learning-rate", "0.03")
        self.data = data
        return run / "model.h5"

    def markov(self, model, *arguments, ranks=1):
        done = self.succeed("markov", "--model", model, "--json", *arguments, ranks=ranks)
        self.said = done.err
        return json.loads(done.out)

    def encoded(self, model):
        codes = self.scratch / "codes.npy"
        self.succeed("encode", "--model", model, "--data", self.data, "--output", codes, "--overwrite")
        return numpy.load(codes)

    def test_memberships_make_the_matrices_of_their_moments(self):
        model = self.trained(MEMBERSHIPS)
        rows = self.encoded(model)
        self.assert_close(rows.sum(axis=1), numpy.ones(len(rows)), 1e-12)
        alone = self.markov(model, "--lags", "1,3,6,50", "--steps", "4", "--bootstrap", "19")
        self.assertEqual((alone["rows"], alone["trajectories"], alone["states"], alone["rank"], alone["lag"]),
                         (sum(LENGTHS), len(LENGTHS), 3, 3, LAG))
        self.assertEqual([at["lag"] for at in alone["implied_timescales"]], [1, 3, 6, 50])
        for at in alone["implied_timescales"]:
            a, b, _ = pairs(rows, LENGTHS, at["lag"])
            self.assertEqual(at["pairs"], len(a))
            self.assert_close(at["timescales"], timescales(koopman(a, b), at["lag"], True), 1e-9)
        own = koopman(*pairs(rows, LENGTHS, LAG)[:2])
        self.assert_close(alone["transition_matrix"], own, 1e-9)
        self.assert_close(numpy.sum(alone["transition_matrix"], axis=1), numpy.ones(3), 1e-10)
        self.assert_close(alone["populations"], rows.mean(axis=0), 1e-12)
        stationary = numpy.array(alone["stationary_distribution"])
        self.assert_close(stationary @ own, stationary, 1e-9)
        self.assertAlmostEqual(stationary.sum(), 1.0, delta=1e-12)
        self.assertEqual([step["steps"] for step in alone["chapman_kolmogorov"]], [1, 2, 3, 4])
        for step in alone["chapman_kolmogorov"]:
            k = step["steps"]
            self.assertEqual(step["lag"], k * LAG)
            self.assert_close(step["predicted"], numpy.linalg.matrix_power(own, k), 1e-9)
            self.assert_close(step["estimated"], koopman(*pairs(rows, LENGTHS, k * LAG)[:2]), 1e-9)
        for ranks in (2, 3, 4):
            found = self.markov(model, "--lags", "1,3,6,50", "--steps", "4", "--bootstrap", "19", ranks=ranks)
            for name in ("transition_matrix", "transition_matrix_intervals", "stationary_distribution_intervals"):
                self.assert_close(found[name], alone[name], 1e-9, name)
            for name in ("timescales", "timescales_intervals"):
                self.assert_close(found["implied_timescales"][2][name], alone["implied_timescales"][2][name], 1e-8)
            for name in ("predicted_intervals", "estimated_intervals"):
                self.assert_close(found["chapman_kolmogorov"][3][name], alone["chapman_kolmogorov"][3][name], 1e-9)

    def test_other_outputs_have_the_matrix_of_their_singular_functions(self):
        model = self.trained("dense:6,tanh,dense:3")
        rows = self.encoded(model)
        found = self.markov(model, "--lags", "1,4", "--steps", "3", "--bootstrap", "0", ranks=2)
        self.assertNotIn("transition_matrix", found)
        self.assertNotIn("populations", found)
        a, b, _ = pairs(rows, LENGTHS, LAG)
        covariance = support.covariance
        values, vectors = numpy.linalg.eigh(covariance(a, a) + 1e-4 * covariance(a, a).trace() / 3 * numpy.eye(3))
        root = vectors @ numpy.diag(values ** -0.5) @ vectors.T
        after = covariance(b, b) + 1e-4 * covariance(b, b).trace() / 3 * numpy.eye(3)
        values, vectors = numpy.linalg.eigh(after)
        other = vectors @ numpy.diag(values ** -0.5) @ vectors.T
        basis = root @ numpy.linalg.svd(root @ covariance(a, b) @ other)[0]
        own = koopman(a, b, basis)
        sign = numpy.sign(own[0]) * numpy.sign(numpy.array(found["koopman_matrix"])[0])
        turned = numpy.diag(sign * sign[0])
        self.assert_close(found["koopman_matrix"], turned @ own @ turned, 1e-7)
        for at in found["implied_timescales"]:
            lagged = pairs(rows, LENGTHS, at["lag"])[:2]
            self.assert_close(at["timescales"], timescales(koopman(*lagged, numpy.eye(3)), at["lag"], False), 1e-9)
        for step in found["chapman_kolmogorov"]:
            lagged = pairs(rows, LENGTHS, step["lag"])[:2]
            self.assert_close(step["estimated"], turned @ koopman(*lagged, basis) @ turned, 1e-7)
            self.assert_close(step["predicted"],
                              turned @ numpy.linalg.matrix_power(own, step["steps"]) @ turned, 1e-7)

    def test_intervals_are_those_of_any_drawings_of_the_pieces(self):
        model = self.trained(MEMBERSHIPS)
        rows = self.encoded(model)
        found = self.markov(model, "--lags", LAG, "--steps", "2", "--bootstrap", "1000", "--pieces", "20", ranks=2)
        numbers, count = pieces_of(LENGTHS, 20)
        self.assertEqual(found["pieces"], count)
        a, b, t = pairs(rows, LENGTHS, LAG)
        sums = [(a[at].T @ a[at], a[at].T @ b[at]) for at in (numbers[t] == piece for piece in range(count))]
        sums = [numpy.array(both) for both in zip(*sums)]
        random = numpy.random.default_rng(3)
        drawn = [numpy.linalg.solve(*(numpy.tensordot(weights, both, 1) for both in sums))
                 for weights in random.multinomial(count, [1 / count] * count, size=1000)]
        own = koopman(a, b)
        low, middle, high = numpy.quantile(drawn, [0.025, 0.5, 0.975], axis=0)
        expected = numpy.stack([own + low - middle, own + high - middle], axis=2)
        self.assert_close(found["transition_matrix_intervals"], expected, 0.01)
        ends = numpy.array([timescales(each, LAG, True) for each in drawn])
        low, middle, high = numpy.quantile(ends, [0.025, 0.5, 0.975], axis=0)
        times = timescales(own, LAG, True)
        self.assert_close(found["implied_timescales"][0]["timescales_intervals"],
                          numpy.stack([times * low / middle, times * high / middle], axis=1), 0.1)
        self.assertIn("what the network was trained on", self.said)

    def test_a_chain_is_found_again(self):
        """Three states, told apart with certainty, have the transitions that were drawn."""
        _, rows = chain(20000, 5)
        other = self.write_data("other.h5", x=rows)
        model = self.trained("dense:8,tanh,dense:3,softmax", lengths=[6000], steps=300)
        found = self.markov(model, "--data", other, "--bootstrap", "100", "--lags", "1,5")
        self.assertNotIn("trained on", self.said)
        values = numpy.sort(numpy.linalg.eigvals(CHAIN))[::-1]
        for at in found["implied_timescales"]:
            for truth, (low, high) in zip(-1 / numpy.log(values[1:]), at["timescales_intervals"]):
                self.assertTrue(0.9 * low < truth < 1.1 * high, (low, truth, high))
        order = numpy.argsort(numpy.argsort(numpy.diag(CHAIN))[::-1])
        by_state = numpy.argsort(numpy.diag(found["transition_matrix"]))[::-1][order]
        matrix = numpy.array(found["transition_matrix"])[numpy.ix_(by_state, by_state)]
        self.assertLess(numpy.abs(matrix - CHAIN @ CHAIN).max(), 0.03)
        done = self.succeed("markov", "--model", model, "--data", other, "--bootstrap", "20")
        for word in ("implied timescales", "timescale 2", "transition matrix at lag 2", "stationary",
                     "Chapman-Kolmogorov", "state 3 predicted"):
            self.assertIn(word, done.out)

    def test_lags_that_few_pieces_have(self):
        """Of 8 pieces of 60 rows, one has pairs 430 rows apart; that takes nothing from other lags."""
        model = self.trained(MEMBERSHIPS, lengths=[480])
        few = self.markov(model, "--lags", "2,430", "--steps", "0", "--pieces", "8")
        near, far = few["implied_timescales"]
        self.assertNotIn("timescales_intervals", far)
        self.assertEqual(self.said.count("there are no intervals at the lags 430, "), 1)
        alone = self.markov(model, "--lags", "2", "--steps", "0", "--pieces", "8", ranks=2)
        self.assertNotIn("there are no intervals", self.said)
        self.assert_close(near["timescales_intervals"], alone["implied_timescales"][0]["timescales_intervals"], 1e-8)
        self.assertLess(*near["timescales_intervals"][0])
        nothing = self.markov(model, "--lag", "430", "--lags", "430", "--steps", "1", "--pieces", "8")
        self.assertEqual([name for name in nothing if name.endswith("_intervals")], [])
        self.assertEqual([name for name in nothing["chapman_kolmogorov"][0] if name.endswith("_intervals")], [])

    def test_layers_that_change_nothing_may_follow_the_memberships(self):
        model = self.trained(MEMBERSHIPS + ",identity,dropout:0.1", steps=2)
        found = self.markov(model, "--lags", "2", "--steps", "0", "--bootstrap", "0")
        self.assert_close(numpy.sum(found["transition_matrix"], axis=1), numpy.ones(3), 1e-10)

    def test_rounding_has_no_timescale(self):
        """Two pairs of rows vary in two directions, and a process that stands still in none."""
        model = self.trained(MEMBERSHIPS)
        still = self.write_data("still.h5", x=numpy.zeros((300, 2)))
        for ranks in (1, 2, 3):
            last = self.markov(model, "--lags", "518", "--steps", "0", "--bootstrap", "0", ranks=ranks)
            self.assertEqual((last["implied_timescales"][0]["pairs"], last["implied_timescales"][0]["timescales"][1]),
                             (2, 0.0))
            found = self.markov(model, "--data", still, "--lags", "1,7", "--bootstrap", "0", ranks=ranks)
            for at in found["implied_timescales"]:
                self.assertEqual(at["timescales"], [0.0, 0.0])

    def test_what_cannot_be_is_refused(self):
        model = self.trained(MEMBERSHIPS)
        for ranks, words, arguments in (
                (2, ("lags", "520 rows", "0 pairs"), ("--lags", "1,520")),
                (None, ("lags", "lag of 0"), ("--lags", "0,2")),
                (None, ("lag", "519"), ("--lag", "519")),
                (None, ("pieces", "2 to 1000"), ("--pieces", "1")),
                (None, ("pieces", "2 to 1000"), ("--pieces", "1001"))):
            with self.subTest(arguments):
                self.assert_refused(support.run("markov", "--model", model, *arguments, ranks=ranks), 2, *words)
        longest = self.markov(model, "--lag", "150", "--lags", "518")
        self.assertEqual([step["lag"] for step in longest["chapman_kolmogorov"]], [150, 300, 450])
        # As far as the trajectories reach, and `steps` times `lag` is more than a number can be.
        for steps, ranks in ((10 ** 12, 1), (2 ** 63, 2)):
            furthest = self.markov(model, "--lag", "150", "--lags", "518", "--steps", steps, ranks=ranks)
            self.assertEqual([step["lag"] for step in furthest["chapman_kolmogorov"]], [150, 300, 450])
        broken = self.write_data("broken.h5", x=numpy.zeros((9, 2)), lengths=numpy.array([4, 4]))
        self.assert_refused(support.run("markov", "--model", model, "--data", broken), 3, "adds up to 8")
        with h5py.File(self.data) as file:
            rows = file["x"][()]
        plain = self.write_data("plain.h5", x=rows)
        run = self.train(plain, "plain", "--encoder", "dense:2", "--steps", "0")
        self.assert_refused(support.run("markov", "--model", run), 2, "pair", "lag")


if __name__ == "__main__":
    unittest.main()
