# SPDX-License-Identifier: BSD-3-Clause
"""What a run leaves that must have the same bits, for the tests and the tables of --reproducible."""

import json

import h5py

TIMES = ("seconds", "input_s", "compute_s", "reduce_s")


def bits(run_directory):
    """All arrays of model.h5 as bytes, and the lines of metrics.jsonl without their times."""
    arrays = {}

    def collect(name, item):
        if isinstance(item, h5py.Dataset):
            arrays[name] = item[()].tobytes()

    with h5py.File(run_directory / "model.h5") as file:
        file["networks"].visititems(collect)
    lines = [json.loads(line)
             for line in (run_directory / "metrics.jsonl").read_text().splitlines()]
    # As text, in which equal numbers are equal bits: JSON's shortest form that comes back exactly.
    metrics = [json.dumps({name: value for name, value in line.items() if name not in TIMES})
               for line in lines]
    return arrays, metrics
