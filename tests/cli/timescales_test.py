"""VAMP-2 by the recipe of the README finds the slow timescale of metastable trajectories within its
statistical error, also on trajectories it has not seen; the linear model finds nothing of it."""

import unittest

import h5py
import numpy

import support

LAG = 20
CELLS = 50
RECIPE = ["--encoder", "dense:64,relu,dense:64,relu,dense:1", "--normalize", "standardize",
          "--learning-rate", "0.01", "--schedule", "cosine", "--batch", "1000", "--epochs", "20"]


def transitions(position, wells):
    """Counts of transitions over LAG between cells of the true position, of one trajectory."""
    cells = numpy.minimum((position / wells * CELLS).astype(int), CELLS - 1)
    counts = numpy.zeros((CELLS, CELLS))
    numpy.add.at(counts, (cells[:-LAG], cells[LAG:]), 1)
    return counts


def timescale(counts):
    """What the sampled transitions imply: as far as any function of the position goes."""
    before, after = counts.sum(axis=1), counts.sum(axis=0)
    seen = (before > 0) & (after > 0)
    scaled = counts / numpy.sqrt(numpy.outer(before, after), where=numpy.outer(seen, seen),
                                 out=numpy.ones_like(counts))
    return -LAG / numpy.log(numpy.linalg.svd(scaled, compute_uv=False)[1])


def statistical_error(counts, draws=200):
    """The standard deviation of the timescale over bootstrapped trajectories."""
    random = numpy.random.default_rng(1)
    resampled = [counts[random.integers(len(counts), size=len(counts))].sum(axis=0)
                 for _ in range(draws)]
    return numpy.std([timescale(each) for each in resampled])


class Timescales(support.ProgramTest):
    def setUp(self):
        super().setUp()
        path = self.scratch / "all.h5"
        self.succeed("generate", "metastable", "--trajectories", "20", "--output", path)
        with h5py.File(path) as file:
            self.truth = file.attrs["timescales"][0]
            wells = file.attrs["slow_timescales"] + 1
            x, lengths, position = (file[name][()] for name in ("x", "lengths", "position"))
        counts = numpy.array([transitions(each, wells) for each in position.reshape(20, -1)])
        # Half of the trajectories each, so that the variance is twice that of all.
        self.error = 2 ** 0.5 * statistical_error(counts)
        half = len(x) // 2
        self.train_data = self.write_data("train.h5", x=x[:half], lengths=lengths[:10])
        self.test_data = self.write_data("test.h5", x=x[half:], lengths=lengths[10:])
        self.sampled = [timescale(counts[:10].sum(axis=0)), timescale(counts[10:].sum(axis=0))]

    def found(self, *arguments):
        """The slowest timescale on the training data and, under its fit, on the test data."""
        run = self.train(self.train_data, "run", "--pair", "lag", "--lag", LAG, "--objective",
                         "vamp2", *arguments, ranks=2)
        model = run / "model.h5"
        return [max(self.evaluate(model, self.train_data)["timescales"]),
                max(self.evaluate(model, self.test_data, "--fit", self.train_data)["timescales"])]

    def test_a_network_finds_the_slow_timescale(self):
        found = self.found(*RECIPE)
        for timescale_found, sampled in zip(found, self.sampled):
            self.assertLess(abs(timescale_found - self.truth), 2 * self.error)
            # The same trajectories say more of the network: it misses little of what is in them.
            self.assertLess(abs(timescale_found - sampled), 0.5 * self.error)

    def test_the_linear_model_does_not(self):
        for timescale_found in self.found("--encoder", "linear:10"):
            self.assertLess(timescale_found, self.truth - 10 * self.error)


if __name__ == "__main__":
    unittest.main()
