#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""How often the intervals and p-values of `evaluate` are right: of generated data sets with known canonical
correlations, the share of 95% bootstrap intervals that hold the truth; and of data sets without any, the
distribution of the p-values by permutation, which is to be uniform."""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy

# Rows, columns of a side, true correlations.
CASES = [(500, 3, (0.8, 0.5, 0.2)), (500, 3, (0.9, 0.7, 0.5)), (1000, 10, (0.7, 0.4)), (200, 5, (0.9, 0.6, 0.3))]


def infomax(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=300)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return done.stdout


def evaluated(options, folder, x, y, outputs, *arguments):
    """What evaluate finds of the linear solution on the rows that it was fitted to."""
    data, run = folder / "data.h5", folder / "run"
    with h5py.File(data, "w") as file:
        file["x"], file["y"] = x, y
    infomax(options.program, "train", "--data", data, "--output", run, "--overwrite", "--pair", "views",
            "--objective", "dcca", "--ridge", 0, "--precision", "double", "--encoder", f"linear:{outputs}",
            "--progress", "none")
    return json.loads(infomax(options.program, "evaluate", "--model", run, "--json", *arguments))


def coverage(options, folder, rows, columns, truth):
    random = numpy.random.default_rng(rows + columns)
    shares = numpy.array([*truth, *[0.0] * (columns - len(truth))])
    held = numpy.zeros(len(truth), int)
    for _ in range(options.sets):
        x = random.normal(size=(rows, columns))
        y = shares * x + numpy.sqrt(1 - shares ** 2) * random.normal(size=(rows, columns))
        found = evaluated(options, folder, x, y, len(truth), "--bootstrap", options.drawings)
        ends = numpy.array(found["canonical_correlations_intervals"])
        held += (ends[:, 0] <= truth) & (truth <= ends[:, 1])
    shown = "  ".join(f"{r:g}: {100 * h / options.sets:.0f}%" for r, h in zip(truth, held))
    print(f"{rows:5} rows of {columns:2} and {columns:2} columns, intervals that hold the truth   {shown}", flush=True)


def uniformity(options, folder):
    random = numpy.random.default_rng(7)
    values = []
    for _ in range(options.null_sets):
        x, y = random.normal(size=(2, 100, 3))
        values.append(evaluated(options, folder, x, y, 2, "--permutations", 99)["p_value"])
    values = numpy.sort(values)
    places = (numpy.arange(len(values)) + 0.5) / len(values)
    # p-values of 99 permutations are hundredths: the greatest distance allows for their steps.
    distance = numpy.abs(values - places).max() + 0.5 / len(values)
    print(f"{len(values)} data sets without a dependence: p <= 0.05 in {100 * (values <= 0.05).mean():.1f}%, "
          f"p <= 0.5 in {100 * (values <= 0.5).mean():.1f}%; distance to uniform {distance:.3f}, "
          f"of uniform numbers below {1.36 / len(values) ** 0.5:.3f} in 95 of 100")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", default="build/release/infomax", help="of Infomax")
    parser.add_argument("--sets", type=int, default=100, help="generated data sets of a case")
    parser.add_argument("--drawings", type=int, default=200, help="of each bootstrap")
    parser.add_argument("--null-sets", type=int, default=200, help="data sets without a dependence")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            coverage(options, pathlib.Path(folder), *case)
        uniformity(options, pathlib.Path(folder))


if __name__ == "__main__":
    main()
