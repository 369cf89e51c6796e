# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of the Python package share: rows, and scripts that run under mpirun or alone."""

import importlib
import os
import pathlib
import subprocess
import sys
import tempfile
import textwrap
import unittest

import h5py
import numpy

PROGRAM = os.environ["INFOMAX_PROGRAM"]
MPIEXEC = os.environ["INFOMAX_MPIEXEC"]

# What Open MPI need not look for where a process is alone, and what mpirun adds to a failing rank's words.
ALONE = {"OMPI_MCA_ess_singleton_isolated": "1", "OMPI_MCA_pml": "ob1", "OMPI_MCA_btl": "self"}
QUIET = {"OMPI_MCA_orte_execute_quiet": "1", "OMPI_MCA_odls_base_sigkill_timeout": "0"}

SETTINGS = {"encoder": "dense:12,tanh,dense:3", "batch": 90, "epochs": 4, "seed": 3}


def need(name):
    """The module of this name. Where it is not installed, the test is skipped, but fails in CI."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        if os.environ.get("CI") == "true":
            raise
        raise unittest.SkipTest(f"{name} is not installed; launch/setup.sh --python installs it") from error


def rows(count=400, columns=6, seed=0):
    """float32, of correlated columns."""
    random = numpy.random.default_rng(seed)
    return (random.normal(size=(count, columns)) @ random.normal(size=(columns, columns))).astype(numpy.float32)


class PackageTest(unittest.TestCase):
    """A test with a directory of its own."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="infomax-test-", ignore_cleanup_errors=True)
        self.addCleanup(scratch.cleanup)
        self.scratch = pathlib.Path(scratch.name)

    def write(self, name, **datasets):
        path = self.scratch / name
        with h5py.File(path, "w") as file:
            for key, values in datasets.items():
                file[key] = values
        return path

    def command(self, script, *arguments, ranks=None, alone=True):
        """The command that runs a script, on so many ranks under mpirun, or by itself, and its environment;
        where it is `alone`, it starts no ranks."""
        path = self.scratch / "script.py"
        path.write_text(textwrap.dedent(script))
        launcher = [] if ranks is None else [MPIEXEC, "-n", str(ranks)]
        environment = {**os.environ, **QUIET, **(ALONE if ranks is None and alone else {}),
                       "OMPI_MCA_orte_tmpdir_base": str(self.scratch)}
        return [*launcher, sys.executable, "-B", str(path), *map(str, arguments)], environment

    def run_script(self, script, *arguments, ranks=None, code=0, alone=True):
        """What the script wrote, to either; it must end with this exit code."""
        command, environment = self.command(script, *arguments, ranks=ranks, alone=alone)
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def run_program(self, *arguments, ranks=None):
        """What the program `infomax` prints."""
        launcher = [] if ranks is None else [MPIEXEC, "-n", str(ranks)]
        done = subprocess.run([*launcher, PROGRAM, *map(str, arguments)], capture_output=True, text=True,
                              timeout=120, check=False, cwd=self.scratch,
                              env={**os.environ, **QUIET, **(ALONE if ranks is None else {})})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout


def options(settings):
    """Keywords as the program has them."""
    return [word for name, value in settings.items() for word in (f"--{name.replace('_', '-')}", str(value))]
