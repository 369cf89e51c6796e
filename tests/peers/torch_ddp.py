#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Trains what `infomax train` trains, by PyTorch: one process a rank, DistributedDataParallel over
Gloo, objectives of the global batch by a differentiable all_reduce. Its options are named after
Infomax's. Prints one JSON object; --metrics FILE gets a line a step, as metrics.jsonl has."""

import argparse
import ctypes
import json
import os
import resource
import sys
import tempfile
import time

import torch
import torch.distributed as dist
import torch.multiprocessing as mp

import objectives
import sides

OPTIMIZERS = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--threads", type=int, default=1, help="of each process")
    parser.add_argument("--bind", action="store_true", help="each process to cores of its own")
    parser.add_argument("--data", required=True)
    parser.add_argument("--pair", choices=["input", "augment", "views"], default="input",
                        help="views: left and right halves of images")
    parser.add_argument("--noise", type=float, default=0.1, help="of --pair augment")
    parser.add_argument("--share", action="store_true", help="one network for both views")
    parser.add_argument("--encoder", required=True)
    parser.add_argument("--objective", choices=["infomax", "barlow", "dcca", "infonce"], default="infomax")
    parser.add_argument("--lambda", dest="weight", type=float, default=0.0)
    parser.add_argument("--optimizer", choices=OPTIMIZERS, default="adam")
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--batch", type=int, default=4096, help="global rows; 0 = all")
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dtype", choices=["float", "double"], default="float")
    parser.add_argument("--autocast", action="store_true",
                        help="the networks in bfloat16 by torch.autocast, the objective in --dtype")
    parser.add_argument("--initial", help="model.h5 to start from")
    parser.add_argument("--output", help="where the parameters go, as in model.h5")
    parser.add_argument("--metrics")
    return parser.parse_args(arguments)


def use_threads(threads):
    """For processes started from now on: OpenBLAS and OpenMP read these when they are loaded."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ[name] = str(threads)


def blas():
    """The kernel and the threads of the OpenBLAS that this process has loaded, and its sgemm rate."""
    found = {"torch": torch.__version__, "torch_threads": torch.get_num_threads()}
    with open("/proc/self/maps") as maps:
        libraries = sorted({line.split()[-1] for line in maps if "libopenblas" in line})
    if libraries:
        library = ctypes.CDLL(libraries[0])
        library.openblas_get_corename.restype = ctypes.c_char_p
        found |= {"library": os.path.basename(libraries[0]),
                  "kernel": library.openblas_get_corename().decode(),
                  "blas_threads": library.openblas_get_num_threads()}
    a = torch.rand(1024, 1024)
    seconds = []
    for _ in range(10):
        start = time.perf_counter()
        a @ a
        seconds.append(time.perf_counter() - start)
    return found | {"sgemm_gflops": round(2e-9 * 1024 ** 3 / min(seconds), 1)}


def train(model, rows, objective, options, on_step):
    """Steps of ascent on `objective`; on_step(step, J, local rows, seconds) after each."""
    optimizer = OPTIMIZERS[options.optimizer](model.parameters(), lr=options.learning_rate)
    generator = torch.Generator().manual_seed(options.seed)
    batches = iter(())
    for step in range(1, options.steps + 1):
        start = time.perf_counter()
        numbers = next(batches, None)
        if numbers is None:
            batches = iter(rows.epoch(options.batch or rows.global_count, generator))
            numbers = next(batches)
        with torch.autocast("cpu", torch.bfloat16, enabled=options.autocast):
            outputs = model(*rows.take(numbers))
        value = objective(*(y.to(getattr(torch, options.dtype)) for y in outputs))
        optimizer.zero_grad(set_to_none=True)
        (-value).backward()
        optimizer.step()
        on_step(step, value.item(), len(numbers), time.perf_counter() - start)


def run(rank, options, scratch):
    torch.set_num_threads(options.threads)
    if options.bind:
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, cores[rank * options.threads:(rank + 1) * options.threads])
    if options.processes > 1:
        os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
        dist.init_process_group("gloo", init_method=f"file://{scratch}/meeting", rank=rank,
                                world_size=options.processes)
    rows = sides.Rows(options.data, options.pair, getattr(torch, options.dtype), options.share,
                      rank, options.processes)
    torch.manual_seed(options.seed)
    bare = sides.Sides(options.pair, options.encoder, rows, options.noise, options.share)
    if options.initial:
        bare.load(options.initial)
    torch.manual_seed(options.seed + rank)
    machine = blas()
    model = bare
    if options.processes > 1:
        model = torch.nn.parallel.DistributedDataParallel(bare, gradient_as_bucket_view=True)
    lines = []
    train(model, rows, objectives.make(options.objective, options.weight), options,
          lambda *line: lines.append(line))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    with open(f"{scratch}/{rank}", "w") as file:
        json.dump({"lines": lines, "machine": machine, "peak_bytes": peak}, file)
    if rank == 0 and options.output:
        bare.save(options.output)


def main(arguments=None):
    options = parse(arguments)
    use_threads(options.threads)
    reports = []
    with tempfile.TemporaryDirectory() as scratch:
        mp.spawn(run, (options, scratch), nprocs=options.processes)
        for rank in range(options.processes):
            with open(f"{scratch}/{rank}") as file:
                reports.append(json.load(file))
    steps = []
    for parts in zip(*(report["lines"] for report in reports)):
        step, value, _, seconds = parts[0]
        steps.append({"kind": "step", "step": step, "objective": value,
                      "samples": sum(part[2] for part in parts), "seconds": seconds})
    if options.metrics:
        with open(options.metrics, "w") as file:
            file.writelines(json.dumps(step) + "\n" for step in steps)
    print(json.dumps({"processes": options.processes, "threads": options.threads,
                      **reports[0]["machine"],
                      "peak_bytes": max(report["peak_bytes"] for report in reports),
                      "seconds": sum(s["seconds"] for s in steps),
                      "objective": steps[-1]["objective"] if steps else None}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
