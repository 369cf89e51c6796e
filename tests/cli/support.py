# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of the program share: running it under mpirun, making data, and the objectives of
one global batch in NumPy, written down from their definitions and nothing else."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

import h5py
import numpy

PROGRAM = os.environ["INFOMAX_PROGRAM"]
MPIEXEC = os.environ["INFOMAX_MPIEXEC"]

# Not what mpirun itself adds when a rank ends with an exit code other than 0, nor the second or two
# that it then waits for ranks that have long ended: no rank ends before all have said what they had to.
QUIET = {"OMPI_MCA_orte_execute_quiet": "1", "PRTE_MCA_prte_execute_quiet": "1",
         "OMPI_MCA_odls_base_sigkill_timeout": "0"}


# Where Open MPI keeps the files of a job. In a folder that all tests share, the end of one job may remove
# what the begin of another has just made.
SESSIONS = tempfile.TemporaryDirectory(prefix="infomax-mpi-", ignore_cleanup_errors=True)
os.environ["OMPI_MCA_orte_tmpdir_base"] = SESSIONS.name


class Finished:
    """An ended command: its exit code and what it wrote."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def complaints(self):
        return [line for line in self.err.splitlines() if line.startswith("infomax: ")]


def run(*arguments, ranks=1, timeout=120, program=PROGRAM, environment=None, directory=None):
    """By so many ranks under mpirun, or by the program alone, which is sooner done, where it is one. The
    limit on its time is there to end a command that hangs, and says nothing of how fast one is."""
    launcher = [] if ranks in (None, 1) else [MPIEXEC, "-n", str(ranks)]
    command = [*launcher, program, *map(str, arguments)]
    # Those beside each other in one test need directories of their own, too.
    with tempfile.TemporaryDirectory(dir=SESSIONS.name, ignore_cleanup_errors=True) as session:
        done = subprocess.run(command, capture_output=True, timeout=timeout, check=False, cwd=directory,
                              env={**os.environ, **QUIET, "OMPI_MCA_orte_tmpdir_base": session,
                                   **(environment or {})})
    # Decoded here, because subprocess would turn every carriage return into a new line.
    return Finished(done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace"))


def processes_that_mention(word):
    """Ids of the processes with `word` in their command line; those that ended do not count."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if word in (entry / "cmdline").read_bytes().decode(errors="replace").split("\0"):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def ranks_of(word):
    """Ids of a job's ranks, in order, from a word that only its command lines have; launchers and
    scripts, which name the program too, are none."""
    found = []
    for process in processes_that_mention(str(word)):
        try:
            if os.readlink(f"/proc/{process}/exe") == os.path.realpath(PROGRAM):
                found.append(process)
        except OSError:
            continue
    return sorted(found)


def wait_until(condition, limit_s):
    """What `condition` returned last: true, unless the limit passed before."""
    end = time.monotonic() + limit_s
    while not (result := condition()) and time.monotonic() < end:
        time.sleep(0.02)
    return result


def editable(model):
    """A model's file, opened to be changed, and without its seal from now on."""
    content = pathlib.Path(model).read_bytes()
    if content.startswith(b"infomax-"):
        pathlib.Path(model).write_bytes(content[512:])
    return h5py.File(model, "r+")


class ProgramTest(unittest.TestCase):
    """A test with a directory of its own."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="infomax-test-")
        self.addCleanup(scratch.cleanup)
        self.scratch = pathlib.Path(scratch.name)
        self.has_refused = False

    def succeed(self, *arguments, **options):
        done = run(*arguments, **options)
        self.assertEqual(done.code, 0, done.err)
        return done

    def assert_refused(self, done, code, *words):
        """The command ended with this exit code and one complaint, which has all of `words`."""
        self.assertEqual(done.code, code, done.err)
        self.assertEqual(len(done.complaints), 1, done.err)
        for word in words:
            self.assertIn(str(word), done.complaints[0])

    def refusing_ranks(self, ranks):
        """So many the first time in a test, and then None, the program alone, which is sooner done: for
        what a command refuses on every rank alike before any rank has rows of its own."""
        asked, self.has_refused = self.has_refused, True
        return None if asked else ranks

    def measure(self, tool, *arguments, ranks):
        """What `tool`, a script of this directory, measured of each rank of the program."""
        results = pathlib.Path(tempfile.mkdtemp(dir=self.scratch))
        self.succeed(pathlib.Path(__file__).with_name(tool), results, PROGRAM, *arguments,
                     program=sys.executable, ranks=ranks)
        numbers = [float(path.read_text()) for path in results.iterdir()]
        self.assertEqual(len(numbers), ranks)
        return numbers

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

    def assert_close(self, actual, expected, tolerance, what=""):
        """Arrays of equal shape that differ by at most `tolerance` of the largest number in them."""
        actual, expected = numpy.asarray(actual), numpy.asarray(expected)
        self.assertEqual(actual.shape, expected.shape, what)
        self.assertGreater(actual.size, 0, what)
        self.assertTrue(numpy.isfinite(actual).all(), f"{what}: {actual}")
        difference = numpy.abs(actual - expected).max()
        self.assertLessEqual(difference, tolerance * numpy.abs(expected).max(),
                             f"{what}: {actual} is not {expected}")


def metrics(run_directory, kind="step"):
    """The lines of metrics.jsonl of one kind."""
    lines = (run_directory / "metrics.jsonl").read_text().splitlines()
    return [line for line in map(json.loads, lines) if line["kind"] == kind]


def layer_parts(model, network, names):
    """Those of `names` that each layer of a network has, flat, layer by layer."""
    with h5py.File(model) as file:
        layers = file[f"networks/{network}/layers"]
        return [layers[k][name][()].astype(float).ravel()
                for k in sorted(layers, key=int) for name in names if name in layers[k]]


def parameters(model, network="b"):
    """All parameters of a network that training moves by their gradient, in one vector."""
    return numpy.concatenate(layer_parts(model, network, ("weight", "bias", "scale", "shift")))


def preprocessed(model, x, network="b"):
    with h5py.File(model) as file:
        group = file[f"networks/{network}/preprocess"]
        flat = x.reshape(len(x), -1).astype(float)
        return (flat - group["shift"][()]) * group["scale"][()]


def encode(spec, flat, z, running=()):
    """The outputs of the network `spec` with the parameters `flat` for preprocessed rows z; its batch
    normalisations by the moments of these rows, or by `running`, each one's mean and variance."""
    running = iter(running)
    activations = {"tanh": numpy.tanh, "relu": lambda z: numpy.maximum(z, 0.0),
                   "sigmoid": lambda z: 1.0 / (1.0 + numpy.exp(-z)), "identity": lambda z: z}
    for item in spec.split(","):
        if item.startswith(("dense:", "linear:")):
            shape = z.shape[1], int(item.partition(":")[2])
            count = shape[0] * shape[1]
            z = z @ flat[:count].reshape(shape) + flat[count:count + shape[1]]
            flat = flat[count + shape[1]:]
        elif item == "batchnorm":
            width = z.shape[1]
            mean, variance = next(running, z.mean(axis=0)), next(running, z.var(axis=0))
            z = (z - mean) / numpy.sqrt(variance + 1e-5) * flat[:width] + flat[width:2 * width]
            flat = flat[2 * width:]
        else:
            z = activations[item](z)
    assert len(flat) == 0
    return z


def encoded(model, x, network="b"):
    """The outputs of a network for raw rows, in double precision."""
    with h5py.File(model) as file:
        spec = file[f"networks/{network}"].attrs["spec"]
    return encode(spec, parameters(model, network), preprocessed(model, x, network),
                  layer_parts(model, network, ("mean", "variance")))


def covariance(a, b):
    return (a - a.mean(axis=0)).T @ (b - b.mean(axis=0)) / len(a)


def rv(a, b):
    norm = numpy.linalg.norm
    return norm(covariance(a, b)) / numpy.sqrt(norm(covariance(a, a)) * norm(covariance(b, b)))


def pearson(a, b):
    variances = numpy.diag(covariance(a, a)) * numpy.diag(covariance(b, b))
    vary = (numpy.ptp(a, axis=0) > 0) & (numpy.ptp(b, axis=0) > 0)
    return numpy.sum(numpy.diag(covariance(a, b))[vary] / numpy.sqrt(variances[vary])) / len(vary)


def shrunk(z):
    """The covariance of Ledoit and Wolf (2004), and its intensity."""
    z = z - z.mean(axis=0)
    n, p = z.shape
    c = z.T @ z / n
    target = numpy.trace(c) / p * numpy.eye(p)
    distance = numpy.sum((c - target) ** 2)
    error = sum(numpy.sum((numpy.outer(row, row) - c) ** 2) for row in z) / n ** 2
    d = min(1.0, error / distance) if distance > 0 else 1.0
    return (1 - d) * c + d * target, d


def canonical_correlations(a, b, ridge, absolute=None, shrinkage=False):
    def inverse_root(side):
        c = shrunk(side)[0] if shrinkage else covariance(side, side)
        added = ridge * numpy.trace(c) / len(c) if absolute is None else absolute
        c = c + added * numpy.eye(len(c))
        values, vectors = numpy.linalg.eigh(c)
        return vectors @ numpy.diag(values ** -0.5) @ vectors.T

    whitened = inverse_root(a) @ covariance(a, b) @ inverse_root(b)
    return numpy.linalg.svd(whitened, compute_uv=False)


def cca(a, b, ridge=1e-4):
    return canonical_correlations(a, b, ridge).mean()


def spline(t):
    t = numpy.abs(t)
    inner = (4 - 6 * t ** 2 + 3 * t ** 3) / 6
    outer = numpy.maximum(2 - t, 0) ** 3 / 6
    return numpy.where(t < 1, inner, outer)


def windows(column, bins=32, spread=4.0, fixed=None):
    """The share [N, bins] that each number has in each bin; None of a column without variance."""
    if numpy.ptp(column) == 0:
        return None
    low, high = fixed or (-spread, spread)
    z = column if fixed else (column - column.mean()) / column.std()
    u = 1 + (bins - 3) * (numpy.clip(z, low, high) - low) / (high - low)
    return spline(u[:, None] - numpy.arange(bins))


def nats(p):
    p = p[p > 0]
    return -(p * numpy.log(p)).sum()


def entropy(v, **histogram):
    """The mean entropy of the columns' soft histograms, in nats."""
    shares = [windows(column, **histogram) for column in v.T]
    return numpy.mean([0.0 if share is None else nats(share.mean(axis=0)) for share in shares])


DEPENDENCES = {"rv": rv, "pearson": pearson, "cca": cca,
               "mse": lambda a, b: -0.5 * ((a - b) ** 2).sum(axis=1).mean()}


def value(a, b, rho="rv", lambda_a=0.0, lambda_b=0.0, fixed=None):
    """What `evaluate --json` says of two sides; "mse" takes the place of a rho."""
    result = {"dependence": DEPENDENCES[rho](a, b), "entropy_a": entropy(a, fixed=fixed),
              "entropy_b": entropy(b, fixed=fixed), "samples": len(a)}
    result["objective"] = result["dependence"]
    if rho != "mse":
        result["objective"] -= lambda_a * result["entropy_a"] + lambda_b * result["entropy_b"]
    return result


def objective_options(rho, lambda_a=0.0, lambda_b=0.0, fixed=None):
    """The same as options of `train`."""
    if rho == "mse":
        return ["--objective", "mse"]
    options = ["--rho", rho, f"--lambda-a={lambda_a}", f"--lambda-b={lambda_b}"]
    return options + ([f"--histogram-range=fixed:{fixed[0]},{fixed[1]}"] if fixed else [])


def gradient(function, point, step=1e-5):
    """Central differences in every coordinate."""
    moves = step * numpy.eye(len(point))
    return numpy.array([function(point + move) - function(point - move) for move in moves]) / (
        2 * step)


def one_hot(labels):
    return numpy.eye(labels.max() + 1)[labels]


def images(count, seed=0, size=6):
    """Small images in uint8, of which neighbouring pixels are correlated."""
    random = numpy.random.default_rng(seed)
    smooth = random.normal(size=(count, size + 2, size + 2)).cumsum(axis=1).cumsum(axis=2)
    smooth = smooth[:, 2:, 2:]
    smooth = (smooth - smooth.min()) / (smooth.max() - smooth.min())
    return (255 * smooth).astype(numpy.uint8)
