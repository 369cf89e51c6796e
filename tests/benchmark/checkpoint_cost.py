# SPDX-License-Identifier: BSD-3-Clause
"""What checkpoints cost a training run: the time that each adds to the steps behind it, over the steps
of the same run in which none is under way. Several builds are measured by turns.

    /usr/bin/python3 tests/benchmark/checkpoint_cost.py [BUILD ...] [--ranks 2] [--every 10] [--repeats 3]

The model has some 100 MB of parameters in float, three times that with Adam's state. A checkpoint
must be written within half the steps from one to the next, or --every be more. Times are shown and
judge nothing."""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve()
DEFAULT_INTERVAL_S = 600
PARSER = argparse.ArgumentParser(description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
PARSER.add_argument("builds", nargs="*", default=["build/release"], metavar="BUILD")
PARSER.add_argument("--ranks", type=int, default=2)
PARSER.add_argument("--every", type=int, default=10, help="steps between checkpoints, at least 4")
PARSER.add_argument("--repeats", type=int, default=3)
PARSER.add_argument("--checkpoints", type=int, default=4, help="measured in each run")
PARSER.add_argument("--encoder", default="dense:4608,tanh,dense:4608,tanh,dense:64")
OPTIONS = PARSER.parse_args()
if OPTIONS.every < 4 or OPTIONS.repeats < 1 or OPTIONS.checkpoints < 1:
    PARSER.error("--every is at least 4, --repeats and --checkpoints at least 1")
FIRST = pathlib.Path(OPTIONS.builds[0]).resolve()
os.environ["INFOMAX_PROGRAM"] = str(FIRST / "infomax")
os.environ["INFOMAX_MPIEXEC"] = str(FIRST / "tests" / "mpiexec")
sys.path.insert(0, str(HERE.parents[1] / "cli"))

import numpy  # noqa: E402

import support  # noqa: E402


def steps_in(metrics):
    """How many steps are told of, with little work: the ranks need the processors."""
    return metrics.read_bytes().count(b'"kind":"step"') if metrics.exists() else 0


def run(build, data, output):
    """The seconds from the end of each step to that of the next, and the bytes of a checkpoint."""
    command = [support.MPIEXEC, "-n", str(OPTIONS.ranks), pathlib.Path(build) / "infomax", "train",
               "--data", data, "--output", output, "--overwrite", "--progress", "none", "--encoder",
               OPTIONS.encoder, "--batch", "1024", "--steps",
               str(OPTIONS.every * (OPTIONS.checkpoints + 1) + 1), "--checkpoint-every",
               f"{OPTIONS.every}steps", "--keep", "1000", "--epochs", "100000"]
    (output / "metrics.jsonl").unlink(missing_ok=True)
    job = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL,
                           stderr=subprocess.PIPE, text=True,
                           env={**os.environ, **support.QUIET, "OPENBLAS_NUM_THREADS": "1"})
    ends = []
    while job.poll() is None:
        # By this clock, for what is between steps counts too.
        ends.extend([time.monotonic()] * (steps_in(output / "metrics.jsonl") - len(ends)))
        time.sleep(0.01)
    err = job.communicate()[1]
    if job.returncode != 0:
        sys.exit(err)
    written = sorted((output / "checkpoints").iterdir())
    size = written[0].stat().st_size
    for path in written:
        path.unlink()
    assert len(ends) == len(support.metrics(output))
    return [after - before for before, after in zip(ends, ends[1:])], size


def costs(seconds):
    """Of each checkpoint: what the first half of the steps behind it took longer than the others."""
    half = OPTIONS.every // 2
    found = []
    for done in range(OPTIONS.every, OPTIONS.every * (OPTIONS.checkpoints + 1), OPTIONS.every):
        behind = seconds[done - 1:done - 1 + OPTIONS.every]
        found.append(sum(behind[:half]) - half * statistics.median(behind[half:]))
    return found


def main():
    found = {build: [] for build in OPTIONS.builds}
    with tempfile.TemporaryDirectory(prefix="infomax-checkpoint-cost-") as name:
        directory = pathlib.Path(name)
        data = directory / "data.h5"
        with support.h5py.File(data, "w") as file:
            file["x"] = numpy.random.default_rng(1).integers(0, 255, (8192, 784), dtype="u1")
        for repeat in range(OPTIONS.repeats):
            for build in OPTIONS.builds if repeat % 2 == 0 else OPTIONS.builds[::-1]:
                seconds, size = run(build, data, directory / "run")
                found[build] += costs(seconds)
                print(json.dumps({"build": build, "checkpoint_bytes": size,
                                  "step_s": statistics.median(seconds),
                                  "checkpoint_s": costs(seconds)}), flush=True)
    for build, each in found.items():
        cost = statistics.median(each)
        print(f"{build}: a checkpoint of {size / 1e6:.0f} MB costs {cost:.2f} s ({min(each):.2f} to "
              f"{max(each):.2f}): {100 * cost / DEFAULT_INTERVAL_S:.2f}% of the 10 minutes that are "
              f"the default")


if __name__ == "__main__":
    main()
