"""What the tests of the program share: running it under mpirun, making data, and the objectives of
one global batch in NumPy, written down from their definitions and nothing else."""

import json
import os
import pathlib
import subprocess
import tempfile
import time
import unittest

import h5py
import numpy

PROGRAM = os.environ["INFOMAX_PROGRAM"]
MPIEXEC = os.environ["INFOMAX_MPIEXEC"]

# What mpirun itself adds when a rank ends with an exit code other than 0.
QUIET = {"OMPI_MCA_orte_execute_quiet": "1", "PRTE_MCA_prte_execute_quiet": "1"}


class Finished:
    """An ended command: its exit code, what it wrote, and how long it took."""

    def __init__(self, code, out, err, seconds):
        self.code, self.out, self.err, self.seconds = code, out, err, seconds

    @property
    def complaints(self):
        return [line for line in self.err.splitlines() if line.startswith("infomax: ")]


def run(*arguments, ranks=1, timeout=120, program=PROGRAM, environment=None):
    command = [MPIEXEC, "-n", str(ranks), program, *map(str, arguments)]
    start = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False,
                          env={**os.environ, **QUIET, **(environment or {})})
    return Finished(done.returncode, done.stdout, done.stderr, time.monotonic() - start)


class ProgramTest(unittest.TestCase):
    """A test with a directory of its own."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="infomax-test-")
        self.addCleanup(scratch.cleanup)
        self.scratch = pathlib.Path(scratch.name)

    def succeed(self, *arguments, **options):
        done = run(*arguments, **options)
        self.assertEqual(done.code, 0, done.err)
        return done

    def write_data(self, name="data.h5", **datasets):
        path = self.scratch / name
        with h5py.File(path, "w") as file:
            for key, values in datasets.items():
                file[key] = values
        return path

    def train(self, data, output, *arguments, ranks=1, **options):
        """A run directory, from a run that must succeed."""
        run_directory = self.scratch / output
        self.succeed("train", "--data", data, "--output", run_directory, "--progress", "none",
                     *arguments, ranks=ranks, **options)
        return run_directory

    def evaluate(self, model, data, *arguments, ranks=1):
        done = self.succeed("evaluate", "--model", model, "--data", data, "--json", *arguments,
                            ranks=ranks)
        return json.loads(done.out)


def parameters(model):
    """All parameters of network b, in one vector."""
    with h5py.File(model) as file:
        layers = file["networks/b/layers"]
        return numpy.concatenate([layers[k][part][()].astype(float).ravel()
                                  for k in sorted(layers, key=int) for part in ("weight", "bias")])


def preprocessed(model, x):
    with h5py.File(model) as file:
        group = file["networks/b/preprocess"]
        flat = x.reshape(len(x), -1).astype(float)
        return (flat - group["shift"][()]) * group["scale"][()]


def encoded(model, x):
    """The outputs of network b for raw rows, in double precision."""
    activations = {"tanh": numpy.tanh, "relu": lambda z: numpy.maximum(z, 0.0),
                   "sigmoid": lambda z: 1.0 / (1.0 + numpy.exp(-z)), "identity": lambda z: z}
    z = preprocessed(model, x)
    with h5py.File(model) as file:
        network = file["networks/b"]
        layer = 0
        for item in network.attrs["spec"].split(","):
            if item.startswith("dense:"):
                weight = network[f"layers/{layer}/weight"][()].astype(float)
                z = z @ weight + network[f"layers/{layer}/bias"][()]
                layer += 1
            else:
                z = activations[item](z)
    return z


def covariance(a, b):
    return (a - a.mean(axis=0)).T @ (b - b.mean(axis=0)) / len(a)


def rv(a, b):
    norm = numpy.linalg.norm
    return norm(covariance(a, b)) / numpy.sqrt(norm(covariance(a, a)) * norm(covariance(b, b)))


def pearson(a, b):
    variances = numpy.diag(covariance(a, a)) * numpy.diag(covariance(b, b))
    return numpy.mean(numpy.diag(covariance(a, b)) / numpy.sqrt(variances))


def canonical_correlations(a, b, ridge):
    def inverse_root(c):
        c = c + ridge * numpy.trace(c) / len(c) * numpy.eye(len(c))
        values, vectors = numpy.linalg.eigh(c)
        return vectors @ numpy.diag(values ** -0.5) @ vectors.T

    whitened = inverse_root(covariance(a, a)) @ covariance(a, b) @ inverse_root(covariance(b, b))
    return numpy.linalg.svd(whitened, compute_uv=False)


def cca(a, b, ridge=1e-4):
    return canonical_correlations(a, b, ridge).mean()


def spline(t):
    t = numpy.abs(t)
    inner = (4 - 6 * t ** 2 + 3 * t ** 3) / 6
    outer = numpy.maximum(2 - t, 0) ** 3 / 6
    return numpy.where(t < 1, inner, outer)


def entropy(v, bins=32, spread=4.0, fixed=None):
    """The mean entropy of the columns' soft histograms, in nats."""
    entropies = []
    for column in v.T:
        deviation = column.std()
        if deviation == 0:
            entropies.append(0.0)
            continue
        low, high = fixed or (-spread, spread)
        z = column if fixed else (column - column.mean()) / deviation
        u = 1 + (bins - 3) * (numpy.clip(z, low, high) - low) / (high - low)
        p = spline(u[:, None] - numpy.arange(bins)).mean(axis=0)
        p = p[p > 0]
        entropies.append(-(p * numpy.log(p)).sum())
    return numpy.mean(entropies)


def images(count, seed=0, size=6):
    """Small images in uint8, of which neighbouring pixels are correlated."""
    random = numpy.random.default_rng(seed)
    smooth = random.normal(size=(count, size + 2, size + 2)).cumsum(axis=1).cumsum(axis=2)
    smooth = smooth[:, 2:, 2:]
    smooth = (smooth - smooth.min()) / (smooth.max() - smooth.min())
    return (255 * smooth).astype(numpy.uint8)
