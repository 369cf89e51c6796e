# SPDX-License-Identifier: BSD-3-Clause
"""VAMP-2 by the recipe of the README finds the slow timescales of metastable trajectories within their
statistical error, also on trajectories it has not seen; the linear model finds nothing of them."""

import unittest

import h5py
import numpy

import support

LAG = 10
WELLS = 4
TRAJECTORIES = 40
CELLS = 25 * WELLS
RECIPE = ["--encoder", "dense:64,relu,dense:64,relu,dense:64,relu,dense:6", "--normalize",
          "standardize", "--learning-rate", "0.01", "--schedule", "cosine", "--batch", "1000",
          "--epochs", "10"]


def transitions(position):
    """Counts of transitions over LAG between cells of the true position, of one trajectory."""
    cells = numpy.minimum((position / WELLS * CELLS).astype(int), CELLS - 1)
    counts = numpy.zeros((CELLS, CELLS))
    numpy.add.at(counts, (cells[:-LAG], cells[LAG:]), 1)
    return counts


def timescales(counts):
    """What the sampled transitions imply: as far as any functions of the position go."""
    before, after = counts.sum(axis=1), counts.sum(axis=0)
    seen = (before > 0) & (after > 0)
    scaled = counts / numpy.sqrt(numpy.outer(before, after), where=numpy.outer(seen, seen),
                                 out=numpy.ones_like(counts))
    return -LAG / numpy.log(numpy.linalg.svd(scaled, compute_uv=False)[1:WELLS])


def statistical_errors(counts, draws=100):
    """The standard deviations of the timescales over bootstrapped trajectories."""
    random = numpy.random.default_rng(1)
    resampled = [counts[random.integers(len(counts), size=len(counts))].sum(axis=0)
                 for _ in range(draws)]
    return numpy.std([timescales(each) for each in resampled], axis=0)


class Timescales(support.ProgramTest):
    def setUp(self):
        super().setUp()
        path = self.scratch / "all.h5"
        self.succeed("generate", "metastable", "--wells", WELLS, "--trajectories", TRAJECTORIES,
                     "--output", path)
        with h5py.File(path) as file:
            self.assertEqual(file.attrs["slow_timescales"], WELLS - 1)
            self.truth = file.attrs["timescales"][:WELLS - 1]
            x, lengths, position = (file[name][()] for name in ("x", "lengths", "position"))
        counts = numpy.array([transitions(each) for each in position.reshape(TRAJECTORIES, -1)])
        # Half of the trajectories each, so that the variance is twice that of all.
        self.errors = 2 ** 0.5 * statistical_errors(counts)
        self.train_data, self.test_data = (
            self.write_data(f"{half}.h5", x=numpy.split(x, 2)[half],
                            lengths=numpy.split(lengths, 2)[half]) for half in (0, 1))
        self.sampled = [timescales(each.sum(axis=0)) for each in numpy.split(counts, 2)]

    def found(self, *arguments):
        """The slowest timescales on the training data and, under its fit, on the test data."""
        run = self.train(self.train_data, "run", "--pair", "lag", "--lag", LAG, "--objective",
                         "vamp2", *arguments, ranks=2)
        model = run / "model.h5"
        both = [self.evaluate(model, self.train_data),
                self.evaluate(model, self.test_data, "--fit", self.train_data)]
        return [numpy.sort(each["timescales"])[::-1][:WELLS - 1] for each in both]

    def test_a_network_finds_the_slow_timescales(self):
        found = self.found(*RECIPE)
        for timescales_found, sampled in zip(found, self.sampled):
            numpy.testing.assert_array_less(numpy.abs(timescales_found - self.truth),
                                            2 * self.errors)
            # The same trajectories say more of the network: it misses little of what is in them.
            numpy.testing.assert_array_less(numpy.abs(timescales_found - sampled),
                                            0.5 * self.errors)

    def test_the_linear_model_does_not(self):
        for timescales_found in self.found("--encoder", "linear:10"):
            numpy.testing.assert_array_less(timescales_found, self.truth - 10 * self.errors)


if __name__ == "__main__":
    unittest.main()
