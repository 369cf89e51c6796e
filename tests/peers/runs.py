# SPDX-License-Identifier: BSD-3-Clause
"""Runs of Infomax and of its PyTorch peer, and what they say of their speed."""

import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

PEERS = pathlib.Path(__file__).resolve().parent
SOURCE = PEERS.parents[1]


class Failed(Exception):
    """A program that ended with an exit code other than 0."""


def run(command, **environment):
    """What `command` wrote to its standard output and error, and its seconds from start to end."""
    command = [str(word) for word in command]
    start = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False,
                          env={**os.environ, **environment})
    if done.returncode != 0:
        raise Failed(f"exit code {done.returncode} of {' '.join(command)}\n{done.stderr}")
    return done.stdout, done.stderr, time.monotonic() - start


def launch(ranks, *arguments, threads=1, **environment):
    """Infomax by launch/local.sh, with as many BLAS threads a rank."""
    return run([SOURCE / "launch/local.sh", "-n", ranks, *arguments],
               OPENBLAS_NUM_THREADS=str(threads), **environment)


def steps(path):
    """The lines of a metrics file that are of steps."""
    lines = map(json.loads, pathlib.Path(path).read_text().splitlines())
    return [line for line in lines if line["kind"] == "step"]


def rate(path, warmup):
    """Samples a second over the steps after the first `warmup`."""
    measured = steps(path)[warmup:]
    return sum(s["samples"] for s in measured) / sum(s["seconds"] for s in measured)


def infomax(scratch, ranks, options, warmup, **environment):
    """A measured run of `infomax train`."""
    directory = scratch / "infomax"
    _, said, wall_s = launch(ranks, "train", "--output", directory, "--overwrite", "--progress",
                             "none", *options, **environment)
    lines = dict(re.findall(r"^(ranks|libraries) +(.*)$", said, re.MULTILINE))
    kernel = re.search(r"\(([A-Za-z0-9]+)", lines["libraries"].split("OpenBLAS")[-1])
    whole = re.search(r"\(([\d.]+) samples/s\)", said)
    return {"samples_per_s": rate(directory / "metrics.jsonl", warmup),
            "with_warmup_and_metrics": float(whole[1]), "wall_s": wall_s,
            "kernel": kernel[1] if kernel else "unknown",
            "machine": f"{lines['ranks']}; {lines['libraries']}"}


def torch(scratch, processes, options, warmup):
    """A measured run of torch_ddp.py."""
    metrics = scratch / "torch.jsonl"
    out, _, wall_s = run([sys.executable, "-B", PEERS / "torch_ddp.py", "--processes", processes,
                          "--metrics", metrics, *options])
    said = json.loads(out)
    machine = (f"{processes} processes, {said['torch_threads']} torch threads and "
               f"{said.get('blas_threads', '?')} BLAS threads each; torch {said['torch']}, "
               f"{said.get('library', 'BLAS unknown')} ({said.get('kernel', 'unknown')}), sgemm "
               f"{said['sgemm_gflops']} GFLOP/s a process")
    return {"samples_per_s": rate(metrics, warmup), "wall_s": wall_s,
            "kernel": said.get("kernel", "unknown"), "peak_bytes": said["peak_bytes"],
            "machine": machine}


def spread(numbers):
    """The median, least and largest of some numbers."""
    return {"median": statistics.median(numbers), "least": min(numbers), "largest": max(numbers)}


def text(numbers, form):
    """The same in words."""
    s = spread(numbers)
    return f"{s['median']:{form}} ({s['least']:{form}} to {s['largest']:{form}})"
