# SPDX-License-Identifier: BSD-3-Clause
"""Rows: arrays as the library takes them, or the path of a file."""

from __future__ import annotations

import os
from typing import Any, Dict, Mapping

import numpy

from infomax._errors import UsageError

ARRAYS = ("x", "y", "lengths", "x_lengths", "x_offsets", "y_lengths", "y_offsets")
"""What arrays may be: rows [N,...], targets or a second view [N,...], the rows of each trajectory, and
for sequences the steps of each row [N], or where each begins and ends [N+1]."""


def is_path(value: Any) -> bool:
    """Whether rows are in a file."""
    return isinstance(value, (str, os.PathLike))


def array_of(what: str, value: Any) -> numpy.ndarray:
    """Contiguous elements of a type that data sets have. They are the caller's own where these are so."""
    if hasattr(value, "toarray") and hasattr(value, "nnz"):
        raise UsageError(f"`{what}` is a sparse matrix; give a dense one, such as {what}.toarray()")
    if isinstance(value, numpy.ma.MaskedArray) and numpy.ma.is_masked(value):
        raise UsageError(f"`{what}` hides some of its elements; fill them, such as by {what}.filled(0), or leave their "
                         "rows out")
    try:
        rows = numpy.asarray(value)
    except ValueError as error:
        raise UsageError(f"`{what}` is no array: {error}; give rows of equal shape, or sequences one after the other "
                         "with x_offsets") from error
    if rows.ndim == 0:
        raise UsageError(f"`{what}` is a single value; give an array with rows along its first axis")
    if rows.dtype.kind == "b":
        rows = rows.astype(numpy.uint8)
    if rows.dtype.kind == "f" and rows.dtype.itemsize not in (4, 8):
        rows = rows.astype(numpy.float32 if rows.dtype.itemsize < 4 else numpy.float64)
    if rows.dtype.kind not in "fiu":
        raise UsageError(f"`{what}` holds {rows.dtype}; give numbers, such as the classes of texts by "
                         "numpy.unique(texts, return_inverse=True)[1]")
    if what in ARRAYS[2:] and rows.dtype.kind == "f":
        raise UsageError(f"`{what}` holds {rows.dtype}; give integers")
    return numpy.require(rows, dtype=rows.dtype.newbyteorder("="), requirements=["C", "ALIGNED"])


def arrays_of(given: Mapping[str, Any]) -> Dict[str, numpy.ndarray]:
    """The arrays that are given, by what they are."""
    return {what: array_of(what, value) for what, value in given.items() if value is not None}


def source_of(x: Any, **others: Any) -> Any:
    """What the library reads: the path of a data set file, or arrays. Labels, lengths and offsets stand in
    the file, where `x` is one."""
    if x is None or is_path(x) and not os.fspath(x):
        raise UsageError("`x` is missing; give an array, or the path of a file")
    if not is_path(x):
        return arrays_of({"x": x, **others})
    given = [name for name, value in others.items() if value is not None]
    if given:
        raise UsageError(f"`{given[0]}` cannot be given beside a file; it is read from {os.fspath(x)}")
    return os.fspath(x)
