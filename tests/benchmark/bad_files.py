#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What becomes of files that cannot be trained on: the exit code, the seconds until all of three ranks have
ended, and the line that is said, for rows in memory and streamed.

    tests/benchmark/bad_files.py [--program build/release/infomax] [--mpiexec build/release/tests/mpiexec]"""

import argparse
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import time

import h5py
import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/cli"))
import hdf5_zoo  # noqa: E402


def plain(path, **options):
    with h5py.File(path, "w") as file:
        x = numpy.random.default_rng(1).normal(size=(60000, 64)).astype("f4")
        file.create_dataset("x", data=x, **options)
        file["x"].attrs["columns"] = [f"c{k}" for k in range(64)]


def changed(path, change, **options):
    plain(path, **options)
    content = bytearray(path.read_bytes())
    change(content)
    path.write_bytes(content)


def flip(content):
    """In the first bytes, which say where everything is."""
    chance = random.Random(4)
    for _ in range(3):
        content[chance.randrange(8, 200)] ^= 1 << chance.randrange(8)


def break_chunk(content):
    begin = len(content) // 2
    content[begin:begin + 64] = os.urandom(64)


def claim(content, size):
    struct.pack_into("<Q", content, content.index(b"GCOL") + 24, size)


def loop(path):
    with h5py.File(path, "w") as file:
        file["x"] = h5py.SoftLink("/y")
        file["y"] = h5py.SoftLink("/x")


FILES = {
    "missing": lambda path: None,
    "empty": lambda path: path.write_bytes(b""),
    "a folder": lambda path: path.mkdir(),
    "another format": lambda path: path.write_bytes(b"%PDF-1.4 no data"),
    "cut in half": lambda path: changed(path, lambda c: c.__delitem__(slice(len(c) // 2, None))),
    "bits flipped in its head": lambda path: changed(path, flip),
    "a damaged chunk": lambda path: changed(path, break_chunk, chunks=(500, 64), compression="gzip"),
    "a heap object of 2^62 bytes": lambda path: changed(path, lambda c: claim(c, 1 << 62)),
    "10^12 rows claimed": hdf5_zoo.immense((10 ** 12, 64)),
    "2^60 rows of 8 claimed": hdf5_zoo.immense((1 << 60, 8)),
    "links in a circle": loop,
    "a link to nothing": hdf5_zoo.ZOO["soft-dangling"][0],
    "references": hdf5_zoo.references,
    "rows of varying length": hdf5_zoo.varying,
    "a part of it in a lost file": hdf5_zoo.ZOO["virtual-missing"][0],
    "a filter without its plugin": hdf5_zoo.ZOO["lz4"][0],
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--program", default=ROOT / "build/release/infomax")
    parser.add_argument("--mpiexec", default=ROOT / "build/release/tests/mpiexec")
    given = parser.parse_args()
    print("| file | in memory | streamed | what is said |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as scratch:
        for number, (name, make) in enumerate(FILES.items()):
            path = pathlib.Path(scratch) / f"f{number}.h5"
            make(path)
            found, said = [], ""
            for mode in ("memory", "stream"):
                started = time.monotonic()
                done = subprocess.run(
                    [given.mpiexec, "-n", "3", given.program, "train", "--data", path, "--encoder", "dense:2",
                     "--steps", "50", "--data-mode", mode, "--data-memory", "8M", "--progress", "none",
                     "--output", f"{scratch}/run", "--overwrite"],
                    capture_output=True, text=True, check=False, timeout=120,
                    env={**os.environ, "OMPI_MCA_orte_execute_quiet": "1"})
                found.append(f"{done.returncode} in {time.monotonic() - started:.1f} s")
                lines = [line for line in done.stderr.splitlines() if line.startswith("infomax: ")]
                said = lines[0].removeprefix("infomax: ").replace(str(scratch) + "/", "") if lines else ""
                if len(lines) != 1:
                    said += f" ({len(lines)} LINES)"
            print(f"| {name} | {found[0]} | {found[1]} | {said} |", flush=True)


if __name__ == "__main__":
    main()
