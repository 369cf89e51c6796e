#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Estimators of mutual information on tasks of known truth (Czyz et al. 2023): a table in Markdown.

usage: information.py [--rows N] [--ranks P] [--tasks NAME,...] [--maps none,half-cube,wiggly,spiral]
                      [--estimators NAME,...] [--json FILE]
INFOMAX_PROGRAM is the program, build/release/infomax if it is unset. An estimate counts as right within
0.1 or 10% of the truth. gaussian-mi is not expected to be right but where rows are normal.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import h5py

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("INFOMAX_PROGRAM", ROOT / "build/release/infomax")
TASKS = {
    "normal 1 x 1": ["--correlations", "0.75"],
    "two pairs 3 x 3": ["--x-columns", "3", "--correlations", "0.8,0.8"],
    **{f"dense {n} x {n}": ["--distribution", "dense", "--correlations", "0.5", "--x-columns", str(n)]
       for n in (2, 5, 25, 50)},
    "uniform 0.1": ["--distribution", "uniform", "--noise", "0.1"],
    "uniform 0.75": ["--distribution", "uniform", "--noise", "0.75"],
    "Student 1 x 1, 1": ["--distribution", "student", "--freedom", "1"],
    "Student 2 x 2, 1": ["--distribution", "student", "--freedom", "1", "--x-columns", "2"],
    "Student 5 x 5, 2": ["--distribution", "student", "--freedom", "2", "--x-columns", "5"],
}
ESTIMATORS = ("gaussian-mi", "histogram-mi", "ksg", "infonce", "dv", "mine", "nwj", "smile")


def is_right(value, truth):
    return abs(value - truth) <= max(0.1, 0.1 * truth)


def run(arguments, ranks=1):
    launcher = ["mpirun", "-n", str(ranks), "--bind-to", "core"] if ranks > 1 else []
    environment = dict(os.environ)
    if os.geteuid() == 0:
        environment.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    done = subprocess.run([*launcher, str(PROGRAM), *arguments], capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--tasks", default=None)
    parser.add_argument("--maps", default="none,spiral")
    parser.add_argument("--estimators", default=",".join(ESTIMATORS))
    parser.add_argument("--json", default=None)
    options = parser.parse_args()
    wanted = options.estimators.split(",")
    results = []
    print("| task | truth |", " | ".join(wanted), "|")
    print("|---|---|" + "---|" * len(wanted), flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        data = os.path.join(scratch, "task.h5")
        for bent in options.maps.split(","):
            for task in options.tasks.split(";") if options.tasks else TASKS:
                arguments = TASKS[task]
                columns = int(arguments[arguments.index("--x-columns") + 1]) if "--x-columns" in arguments else 1
                if bent == "spiral" and columns == 1:
                    continue
                run(["generate", "known-information", "--rows", str(options.rows), "--map", bent, "--output", data,
                     "--overwrite", *arguments])
                with h5py.File(data) as file:
                    truth = float(file.attrs["mutual_information"])
                fitting = [each for each in wanted if each != "histogram-mi" or columns == 1]
                found = json.loads(run(["estimate", "--data", data, "--json", "--progress", "none", "--estimators",
                                        ",".join(fitting)], options.ranks))
                by_name = {each["name"]: each.get("held_out") for each in found["estimators"]}
                results.append({"task": task, "map": bent, "truth": truth, "found": by_name,
                                "seconds": {each["name"]: each["seconds"] for each in found["estimators"]}})

                def cell(name, by_name=by_name, truth=truth):
                    value = by_name.get(name)
                    return "" if value is None else f"{value:.3f}" if is_right(value, truth) else f"*{value:.3f}*"

                print(f"| {task}{'' if bent == 'none' else ', ' + bent} | {truth:.3f} |",
                      " | ".join(cell(name) for name in wanted), "|", flush=True)
    for name in wanted:
        of_name = [(each["found"][name], each["truth"]) for each in results if each["found"].get(name) is not None]
        right = sum(is_right(*pair) for pair in of_name)
        print(f"{name}: {right} of {len(of_name)} right")
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(results))


if __name__ == "__main__":
    main()
