"""What checkpoints cost a training run: runs with a checkpoint every so often and with none but the
last, by turns, and the time that each checkpoint adds to the steps beside it, as a share of the
interval.

    /usr/bin/python3 tests/benchmark/checkpoint_cost.py [BUILD] [--ranks 2] [--every 20] [--repeats 3]

The model has some 100 MB of parameters in float, three times that with Adam's state. Times are shown
and judge nothing."""

import argparse
import json
import os
import pathlib
import statistics
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve()
PARSER = argparse.ArgumentParser(description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
PARSER.add_argument("build", nargs="?", default="build/release", type=pathlib.Path)
PARSER.add_argument("--ranks", type=int, default=2)
PARSER.add_argument("--every", type=int, default=20, help="seconds between checkpoints")
PARSER.add_argument("--repeats", type=int, default=3)
PARSER.add_argument("--steps", type=int, default=60)
PARSER.add_argument("--encoder", default="dense:4608,tanh,dense:4608,tanh,dense:64")
OPTIONS = PARSER.parse_args()
os.environ.setdefault("INFOMAX_PROGRAM", str(OPTIONS.build.resolve() / "infomax"))
os.environ.setdefault("INFOMAX_MPIEXEC", str(OPTIONS.build.resolve() / "tests" / "mpiexec"))
sys.path.insert(0, str(HERE.parents[1] / "cli"))

import numpy  # noqa: E402

import support  # noqa: E402


def run(data, output, every):
    """Seconds a step, all that is between steps with them, and the checkpoints within."""
    start = time.monotonic()
    done = support.run("train", "--data", data, "--output", output, "--overwrite", "--progress",
                       "none", "--encoder", OPTIONS.encoder, "--batch", "1024", "--steps",
                       str(OPTIONS.steps), "--checkpoint-every", every, "--keep", "1000",
                       ranks=OPTIONS.ranks, timeout=3600,
                       environment={"OPENBLAS_NUM_THREADS": "1"})
    if done.code != 0:
        sys.exit(done.err)
    wall = time.monotonic() - start
    steps = support.metrics(output)
    written = sorted((output / "checkpoints").iterdir())
    size = written[-1].stat().st_size
    seconds = sum(step["seconds"] for step in steps)
    for path in written:
        path.unlink()
    return {"wall_s": wall, "steps_s": seconds, "checkpoints": len(written) - 1, "bytes": size}


def main():
    with tempfile.TemporaryDirectory(prefix="infomax-checkpoint-cost-") as name:
        directory = pathlib.Path(name)
        data = directory / "data.h5"
        with support.h5py.File(data, "w") as file:
            file["x"] = numpy.random.default_rng(1).integers(0, 255, (8192, 784), dtype="u1")
        shares = []
        for repeat in range(OPTIONS.repeats):
            kinds = [f"{OPTIONS.every}s", "1000epochs"]
            found = {kind: run(data, directory / "run", kind)
                     for kind in (kinds if repeat % 2 == 0 else kinds[::-1])}
            with_them, without = found[kinds[0]], found[kinds[1]]
            # Whole runs, start and end alike, so that what is between steps counts too.
            cost = (with_them["wall_s"] - without["wall_s"]) / max(1, with_them["checkpoints"])
            shares.append(cost)
            print(json.dumps({"with": with_them, "without": without,
                              "seconds_a_checkpoint": cost}), flush=True)
        cost = statistics.median(shares)
        print(f"a checkpoint costs {cost:.2f} s ({min(shares):.2f} to {max(shares):.2f}): "
              f"{100 * cost / OPTIONS.every:.1f}% of {OPTIONS.every} s, {100 * cost / 600:.2f}% of "
              f"the 10 minutes that are the default")


if __name__ == "__main__":
    main()
