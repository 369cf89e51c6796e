# SPDX-License-Identifier: BSD-3-Clause
"""The numbers of a run's steps as a structured array."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, List

import numpy

_COUNTS = {"step", "epoch", "samples", "evaluations"}


def _empty(names: List[str], count: int) -> numpy.ndarray:
    kinds = [(name, numpy.int64 if name in _COUNTS else numpy.float64) for name in names]
    return numpy.zeros(count, dtype=kinds)


def metrics_of(names: List[str], numbers: numpy.ndarray) -> numpy.ndarray:
    """Of the names of the columns and numbers [steps, columns]."""
    metrics = _empty(names, len(numbers))
    for column, name in enumerate(names):
        metrics[name] = numbers[:, column]
    return metrics


def metrics_of_run(path: str) -> numpy.ndarray | None:
    """The steps in the metrics.jsonl of a run directory, or of the one that a model.h5 lies in; None where
    there is none that can be read."""
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    try:
        with open(os.path.join(folder, "metrics.jsonl"), encoding="utf-8") as file:
            lines: List[Dict[str, Any]] = [json.loads(line) for line in file if line.endswith("\n")]
    except (OSError, ValueError):
        return None
    steps = [line for line in lines if line.pop("kind", "") == "step"]
    names = list(dict.fromkeys(name for line in steps for name in line))
    metrics = _empty(names, len(steps))
    for name in names:
        gap = 0 if name in _COUNTS else numpy.nan
        metrics[name] = [line.get(name, gap) for line in steps]
    return metrics
