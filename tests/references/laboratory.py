# SPDX-License-Identifier: BSD-3-Clause
"""What the cases share: data that everybody has, the program, R, and what is installed."""

import functools
import importlib.util
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import h5py
import numpy

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "cli"))

import support

RANKS = 2
MODULES = {"scikit-learn": "sklearn", "statsmodels": "statsmodels", "deeptime": "deeptime"}
PACKAGES = {"R": "Debian: r-base-core", "ade4": "Debian: r-cran-ade4",
            "scikit-learn": "Debian: python3-sklearn", "statsmodels": "Debian: python3-statsmodels",
            "deeptime": "PyPI: deeptime"}


class Refused(Exception):
    """The program or R ended with an error, which is the text."""


@functools.cache
def installed(name):
    if name in MODULES:
        return importlib.util.find_spec(MODULES[name]) is not None
    if shutil.which("Rscript") is None:
        return False
    return name == "R" or subprocess.run(
        ["Rscript", "-e", f"quit(status = !requireNamespace('{name}', quietly = TRUE))"],
        check=False, capture_output=True).returncode == 0


def standardised(x):
    return (x - x.mean(axis=0)) / x.std(axis=0)


class Laboratory:
    """A directory of its own, and the program in it."""

    def __init__(self):
        self.scratch = tempfile.TemporaryDirectory(prefix="infomax-references-")
        self.folder = pathlib.Path(self.scratch.name)
        self.names = 0

    def close(self):
        self.scratch.cleanup()

    def path(self, ending):
        self.names += 1
        return self.folder / f"{self.names}{ending}"

    def run(self, *arguments):
        done = support.run(*arguments, ranks=RANKS, timeout=600)
        if done.code != 0:
            raise Refused(done.complaints[-1] if done.complaints else f"exit code {done.code}")
        return done.out

    def write(self, **datasets):
        """A data set file."""
        path = self.path(".h5")
        with h5py.File(path, "w") as file:
            for name, values in datasets.items():
                file[name] = values
        return path

    def train(self, data, *arguments):
        """The model of a run."""
        run = self.path("")
        self.run("train", "--data", data, "--output", run, "--progress", "none", *arguments)
        return run / "model.h5"

    def evaluate(self, model, data, *arguments):
        return json.loads(self.run("evaluate", "--json", "--model", model, "--data", data, *arguments))

    def probe(self, train, test, *arguments):
        return json.loads(self.run("probe", "--json", "--train", train, "--test", test,
                                   "--progress", "none", *arguments))

    def canonical_correlations(self, x, k, *arguments):
        """Those of the first k columns and the others, by the linear encoder."""
        data = self.write(x=x)
        outputs = min(k, x.shape[1] - k)
        model = self.train(data, "--pair", "views", "--split-columns", k, "--objective", "dcca",
                           "--encoder", f"linear:{outputs}", *arguments)
        return numpy.array(self.evaluate(model, data)["canonical_correlations"])

    def r(self, name, *arguments):
        """What reference.R says; arrays among the arguments are files of theirs."""
        words = []
        for argument in arguments:
            if isinstance(argument, numpy.ndarray):
                words.append(self.path(".csv"))
                numpy.savetxt(words[-1], argument, fmt="%.17g", delimiter=",")
            else:
                words.append(argument)
        script = pathlib.Path(__file__).with_name("reference.R")
        done = subprocess.run(["Rscript", script, name, *map(str, words)], capture_output=True,
                              text=True, check=False, timeout=600)
        if done.returncode != 0:
            raise Refused(f"R: {done.stderr.strip()}")
        return numpy.array(done.stdout.split(), dtype=float)

    def r_data(self, name):
        columns, *numbers = self.r("data", name)
        return numpy.array(numbers).reshape(-1, int(columns))


def wine():
    from sklearn.datasets import load_wine
    return load_wine()


def cancer():
    from sklearn.datasets import load_breast_cancer
    return load_breast_cancer()


def diabetes():
    from sklearn.datasets import load_diabetes
    return load_diabetes()
