# SPDX-License-Identifier: BSD-3-Clause
"""Breaks training runs at random and sees that they come out right: killed by SIGKILL, a rank or the
launcher, at random instants, also while a checkpoint is written, and resumed at a random number of
ranks until they are done. Anyone can run it:

    tests/faults/faults.py [--runs N] [--seed S] [--program FILE] [--mpiexec FILE]

Each run must end with the parameters of one that was never broken: to 1e-9 where the number of ranks
changes, to the last bit where it does not. What it counts is printed; it fails where one differs."""

import argparse
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=int(os.environ.get("INFOMAX_FAULT_RUNS", "200")))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--program", default=os.environ.get(
        "INFOMAX_PROGRAM", str(ROOT / "build/release/infomax")))
    parser.add_argument("--mpiexec", default=os.environ.get(
        "INFOMAX_MPIEXEC", str(ROOT / "build/release/tests/mpiexec")))
    return parser.parse_args()


OPTIONS = options()
os.environ["INFOMAX_PROGRAM"] = OPTIONS.program
os.environ["INFOMAX_MPIEXEC"] = OPTIONS.mpiexec
sys.path.insert(0, str(ROOT / "tests/cli"))
import numpy  # noqa: E402
import support  # noqa: E402

TOTAL_STEPS = 1500
# No Adam: it makes steps of the rounding where a gradient is 0, so ranks would be told apart.
KINDS = {
    "sgd": ["--optimizer", "sgd", "--momentum", "0.9", "--learning-rate", "0.02", "--batch", "90",
            "--validation", "0.2", "--validate-every", "250steps"],
    "rmsprop": ["--optimizer", "rmsprop", "--epsilon", "0.1", "--batch", "60", "--lambda", "0.05"],
}


def arguments(kind, data, run):
    return ["train", "--data", str(data), "--output", str(run), "--encoder", "dense:64,tanh,dense:3",
            "--precision", "double", "--steps", str(TOTAL_STEPS), "--checkpoint-every", "40steps",
            "--progress", "none", *KINDS[kind]]


def newest(run):
    names = sorted(path.name for path in (run / "checkpoints").glob("step-*.h5")) \
        if (run / "checkpoints").exists() else []
    return int(names[-1][5:-3]) if names else 0


def kill(process):
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        pass


class Counts:
    def __init__(self):
        self.kills = self.in_writes = self.resumes = self.lost = self.fallen_back = 0
        self.hung = self.launchers = 0


def wait_for_the_instant(job, run, chance):
    """Until the instant to kill at, or the job's end; whether a checkpoint is being written then.
    Instants follow the run's progress, so that they are within it on a machine of any speed."""
    how = chance.random()
    if how < 0.2:  # as it starts, reads and resumes
        end = time.monotonic() + 0.5 * chance.random()
        while job.poll() is None and time.monotonic() < end:
            time.sleep(0.005)
        return False
    reached = newest(run)
    step = chance.randint(reached + 1, max(reached + 1, TOTAL_STEPS * 9 // 10))
    while job.poll() is None and newest(run) < step:
        time.sleep(0.0005)
    if how < 0.6:
        time.sleep(0.03 * chance.random())
        return False
    while job.poll() is None:
        if list((run / "checkpoints").glob("*.part-*")):
            return True
        time.sleep(0.0002)
    return False


def end(job, run, counts):
    """What the job wrote on standard error, once it has ended or, after 30 s, been made to."""
    try:
        return job.communicate(timeout=30)[1]
    except subprocess.TimeoutExpired:
        left = support.ranks_of(run)
        if left:
            counts.hung += 1
            print(f"{run}: ranks {left} did not end within 30 s", flush=True)
        else:
            # Of Open MPI 4.1: it waits for a lock of libpmix, in PMIx_server_finalize.
            counts.launchers += 1
            print(f"{run}: the launcher did not end though its ranks had", flush=True)
        return ""
    finally:
        for process in support.ranks_of(run):
            kill(process)
        job.kill()
        job.wait()
        job.stderr.close()


def one_part(kind, data, run, ranks, chance, counts):
    """A job that may be killed; whether it is done."""
    before = newest(run)
    job = subprocess.Popen([OPTIONS.mpiexec, "-n", str(ranks), OPTIONS.program,
                            *arguments(kind, data, run), "--resume"], stdout=subprocess.DEVNULL,
                           stderr=subprocess.PIPE, text=True, env={**os.environ, **support.QUIET})
    writing = wait_for_the_instant(job, run, chance)
    killed = job.poll() is None
    if killed:
        kill(chance.choice([*support.ranks_of(run), job.pid]))
        counts.kills += 1
        counts.in_writes += writing
    err = end(job, run, counts)
    while support.ranks_of(run):
        time.sleep(0.01)
    counts.fallen_back += err.count("it is set aside")
    if before > 0 and f"goes on after step {before}" not in err and "goes on after" in err:
        counts.lost += 1
        print(f"{run}: checkpoint {before} was there, and: {err}")
    counts.resumes += "goes on after" in err
    if not killed and job.returncode not in (0, -signal.SIGKILL):
        raise SystemExit(f"{run}: exit code {job.returncode}: {err}")
    return job.returncode == 0


def main():
    chance = random.Random(OPTIONS.seed)
    counts = Counts()
    wrong = exact = 0
    with tempfile.TemporaryDirectory(prefix="infomax-faults-") as directory:
        scratch = pathlib.Path(directory)
        data = scratch / "data.h5"
        with support.h5py.File(data, "w") as file:
            file["x"] = support.images(500)
        references = {}
        for kind in KINDS:
            for ranks in (1, 2, 3):
                whole = scratch / f"{kind}-{ranks}"
                done = support.run(*arguments(kind, data, whole), ranks=ranks)
                assert done.code == 0, done.err
                references[kind, ranks] = support.parameters(whole / "model.h5")
        for number in range(OPTIONS.runs):
            kind = chance.choice(list(KINDS))
            run = scratch / f"run{number}"
            fixed = chance.choice([None, 1, 2, 3])
            while not one_part(kind, data, run, fixed or chance.choice([1, 2, 3]), chance, counts):
                pass
            found = support.parameters(run / "model.h5")
            expected = references[kind, fixed or 1]
            if fixed:
                right = numpy.array_equal(found, expected)
                exact += right
            else:
                right = numpy.abs(found - expected).max() <= 1e-9 * numpy.abs(expected).max()
            steps = [line["step"] for line in support.metrics(run)]
            right = right and steps == list(range(1, TOTAL_STEPS + 1))
            if not right:
                wrong += 1
                print(f"run {number} ({kind}, ranks {fixed or 'changing'}) is off by "
                      f"{numpy.abs(found - expected).max()}")
            for path in sorted(run.rglob("*"), reverse=True):
                path.unlink() if path.is_file() else path.rmdir()
            if (number + 1) % 10 == 0:
                print(f"{number + 1} of {OPTIONS.runs} runs, {counts.kills} jobs killed, {wrong} "
                      "wrong", file=sys.stderr, flush=True)
    print(f"{OPTIONS.runs} runs, {counts.kills} killed jobs ({counts.in_writes} as a checkpoint was "
          f"written), {counts.resumes} resumed: {wrong} wrong, {exact} equal to the last bit at a "
          f"fixed number of ranks; checkpoints lost: {counts.lost}, fallen back from: "
          f"{counts.fallen_back}; jobs with ranks that did not end: "
          f"{counts.hung}, launchers: {counts.launchers}")
    return 1 if wrong or counts.lost or counts.hung or counts.kills == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
