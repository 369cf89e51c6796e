#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Shows what Infomax says of the wine and the breast cancer data by default options, from a table with a
header to a probe and to canonical correlations on held-out rows: the commands of the README, with nothing
tuned."""

import csv
import os
import pathlib
import subprocess
import sys
import tempfile

from references import arguments


def say(*words):
    print(*words, flush=True)


def main():
    arguments(__doc__)
    import laboratory
    if not laboratory.installed("scikit-learn"):
        say("demonstration.py: needs scikit-learn (Debian: python3-sklearn)")
        return 77
    import support
    with tempfile.TemporaryDirectory(prefix="infomax-demonstration-") as folder:
        for name, data in (("wine", laboratory.wine()), ("cancer", laboratory.cancer())):
            demonstrate(support, pathlib.Path(folder), name, data)
    return 0


def show(support, folder, *words):
    """Runs a command and shows it with all that it prints."""
    say("\n$ infomax", *words)
    done = subprocess.run([support.MPIEXEC, "-n", "2", support.PROGRAM, *words], cwd=folder,
                          check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, **support.QUIET})
    say(done.stdout.rstrip())
    if done.returncode != 0:
        sys.exit(f"demonstration.py: exit code {done.returncode}")


def demonstrate(support, folder, name, data):
    say(f"\n== {name}: {data.data.shape[0]} rows of {data.data.shape[1]} columns,"
        f" {len(data.target_names)} classes")
    with open(folder / f"{name}.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*data.feature_names, "class"])
        for row, label in zip(data.data, data.target):
            writer.writerow([*row, data.target_names[label]])
    columns = data.data.shape[1]
    half = columns // 2
    train, test = f"{name}-train.h5", f"{name}-test.h5"
    show(support, folder, "import", "--x", f"{name}.csv", "--label", "class", "--output", train,
         "--test-fraction", "0.25", "--test-output", test)
    show(support, folder, "train", "--data", train, "--encoder", "dense:32,tanh,dense:2", "--output",
         f"{name}")
    show(support, folder, "evaluate", "--model", name, "--data", test)
    show(support, folder, "probe", "--model", name, "--train", train, "--test", test)
    show(support, folder, "probe", "--train", train, "--test", test)
    show(support, folder, "train", "--data", train, "--pair", "views", "--split-columns", str(half),
         "--objective", "dcca", "--encoder", f"linear:{half}", "--output", f"{name}-cca")
    show(support, folder, "evaluate", "--model", f"{name}-cca", "--data", test, "--fit", train)


if __name__ == "__main__":
    sys.exit(main())
