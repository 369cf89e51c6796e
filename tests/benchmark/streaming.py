#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""How fast rows are read while they are trained on: of a file larger than the memory that a rank gets for
rows, with nothing of it in the system's cache (run as root, so that the cache can be dropped).

    tests/benchmark/streaming.py [--gigabytes 4] [--repeats 3] [--program build/release/infomax]

By turns, medians and extremes of the rate in one run:
  compute-bound   an encoder of three layers, streamed, beside the same batches from rows in memory (whose
                  time to load does not count)
  read-bound      an encoder of one narrow layer whose outputs are compared with four targets, streamed, beside a
                  plain sequential read of the same bytes
  PyTorch         a DataLoader that shuffles rows of h5py in two workers, for the same narrow layer"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

import h5py
import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]
COLUMNS, BATCH, RANKS = 1024, 16384, 2
NARROW, WIDE = "dense:16", "dense:1024,relu,dense:512,relu,dense:16"
TARGETS = ["--pair", "target", "--objective", "dcca"]


def write(path, rows):
    random = numpy.random.default_rng(1)
    with h5py.File(path, "w") as file:
        x = file.create_dataset("x", shape=(rows, COLUMNS), dtype="f4")
        mixture = random.standard_normal((16, COLUMNS), dtype="f4")
        for start in range(0, rows, 16384):
            count = min(16384, rows - start)
            x[start:start + count] = random.standard_normal((count, 16), dtype="f4") @ mixture
        file["y"] = x[:, :4]


def drop_cache():
    os.sync()
    pathlib.Path("/proc/sys/vm/drop_caches").write_text("3")


def trained(program, path, encoder, steps, *options):
    """Bytes of rows a second that an epoch, or so many of its steps, took."""
    drop_cache()
    with tempfile.TemporaryDirectory() as scratch:
        environment = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
        subprocess.run(
            ["mpirun", "-n", str(RANKS), program, "train", "--data", path, "--encoder", encoder, "--batch",
             str(BATCH), *(["--steps", str(steps)] if steps else ["--epochs", "1"]), "--normalize", "none",
             "--output", f"{scratch}/run", "--progress", "none", *options],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        lines = [json.loads(line) for line in open(f"{scratch}/run/metrics.jsonl", encoding="utf-8")]
    done = [line for line in lines if line["kind"] == "step"]
    return sum(line["samples"] for line in done) * COLUMNS * 4 / sum(line["seconds"] for line in done)


def read(path):
    drop_cache()
    size, started = os.path.getsize(path), time.monotonic()
    buffer = bytearray(1 << 23)
    with open(path, "rb", buffering=0) as file:
        while file.readinto(buffer):
            pass
    return size / (time.monotonic() - started)


class Rows:
    """As tutorials have it: every worker opens the file when it needs its first row."""

    def __init__(self, path):
        self.path, self.x = path, None
        with h5py.File(path) as file:
            self.count = len(file["x"])

    def __len__(self):
        return self.count

    def __getitem__(self, row):
        if self.x is None:
            self.x = h5py.File(self.path)["x"]
        return self.x[row]


def torch_rate(path, steps):
    import torch  # pylint: disable=import-outside-toplevel
    drop_cache()
    torch.set_num_threads(1)
    layer = torch.nn.Linear(COLUMNS, 16)
    optimizer = torch.optim.Adam(layer.parameters())
    loader = torch.utils.data.DataLoader(Rows(path), batch_size=BATCH, shuffle=True, num_workers=2)
    started = time.monotonic()
    for step, x in enumerate(loader):
        optimizer.zero_grad()
        (-layer(x).std()).backward()
        optimizer.step()
        if step + 1 == steps:
            break
    return steps * BATCH * COLUMNS * 4 / (time.monotonic() - started)


def told(name, rates):
    low, middle, high = min(rates), statistics.median(rates), max(rates)
    print(f"{name:34} {middle / 1e6:8.0f} MB/s ({low / 1e6:.0f} to {high / 1e6:.0f})", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=4)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--steps", type=int, default=30, help="of the compute-bound encoder")
    parser.add_argument("--torch-steps", type=int, default=3)
    parser.add_argument("--program", default=ROOT / "build/release/infomax")
    parser.add_argument("--folder", default=None, help="where the file is written")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as scratch:
        path = f"{scratch}/rows.h5"
        write(path, int(given.gigabytes * 1e9 / COLUMNS / 4))
        stream = ["--data-mode", "stream", "--data-memory", "512M"]
        memory = ["--data-mode", "memory", "--shuffle-pages", "1"]
        rates = {}
        for _ in range(given.repeats):
            for name, rate in {
                    "compute-bound, streamed": lambda: trained(given.program, path, WIDE, given.steps, *stream),
                    "compute-bound, in memory": lambda: trained(given.program, path, WIDE, given.steps, *memory),
                    "read-bound, streamed": lambda: trained(given.program, path, NARROW, None, *TARGETS,
                                                            *stream),
                    "a plain sequential read": lambda: read(path),
                    "PyTorch's DataLoader over h5py": lambda: torch_rate(path, given.torch_steps)}.items():
                rates.setdefault(name, []).append(rate())
    for name, found in rates.items():
        told(name, found)
    for first, second in (("compute-bound, streamed", "compute-bound, in memory"),
                          ("read-bound, streamed", "a plain sequential read"),
                          ("read-bound, streamed", "PyTorch's DataLoader over h5py")):
        ratios = [a / b for a, b in zip(rates[first], rates[second])]
        print(f"{first} / {second}: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


if __name__ == "__main__":
    main()
