# SPDX-License-Identifier: BSD-3-Clause
"""Ranks: mpi4py's communicators, what all ranks do together, and the end of a job of several."""

from __future__ import annotations

import atexit
import functools
import sys
import threading
import zlib
from typing import Any, Callable, Iterator, TypeVar

import numpy

from infomax import _core
from infomax._errors import Error, UsageError, exit_code_of

_Result = TypeVar("_Result")

# The library is used by one thread at a time: MPI was promised that. A callback may use it again.
library = threading.RLock()


def handle_of(comm: Any) -> int | None:
    """The handle of a communicator of mpi4py as Fortran knows it; None stands for all ranks."""
    if comm is None:
        return None
    if not hasattr(comm, "py2f"):
        raise UsageError(f"`comm` is {type(comm).__name__}; give a communicator of mpi4py, or None for all ranks")
    mpi = sys.modules["mpi4py.MPI"]
    if comm != mpi.COMM_NULL and comm.Is_inter():
        raise UsageError("`comm` joins two groups of ranks; give a communicator of one group")
    if comm == mpi.COMM_NULL:
        raise UsageError("`comm` is MPI.COMM_NULL, which has no ranks; let only the ranks of the communicator call")
    theirs = mpi.Get_library_version().partition(",")[0].partition("\n")[0]
    if theirs != _core.mpi_version():
        raise UsageError(f"mpi4py uses {theirs}, and infomax {_core.mpi_version()}; build both for the same MPI")
    return comm.py2f()


def _lines(name: str, value: Any) -> Iterator[str]:
    """What must be the same on all ranks, a line each: of arrays, their type, shape and a part of their
    bytes."""
    if isinstance(value, dict):
        for key in sorted(value):
            yield from _lines(f"{name}, {key}" if name else key, value[key])
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _lines(name, item)
    elif isinstance(value, numpy.ndarray):
        content = value.reshape(-1).view(numpy.uint8) if value.size else value
        pieces = numpy.linspace(0, max(0, len(content) - _PIECE), 16).astype(int)
        sum_ = functools.reduce(lambda crc, at: zlib.crc32(content[at:at + _PIECE], crc), pieces, 0)
        yield f"{name} = an array of {value.dtype} {list(value.shape)} with the checksum {sum_:08x}"
    elif value is not None:
        yield f"{name} = {value!r}".replace("\n", " ")


_PIECE = 1 << 18  # bytes; 16 of them are seen of an array


def together(comm: int | None, work: Callable[[], _Result], call: str = "") -> _Result:
    """Collective. What `work` returns. Where it raises on one rank, all ranks raise: that one the
    exception itself, and the others an error with its text. `work` must not communicate. Ranks that have
    unequal results raise too, where `call` names what they are of."""
    try:
        result, failure = work(), None
    except Exception as error:  # whatever it is, the other ranks must not wait for this one
        result, failure = None, error
    made = "\n".join(_lines(call, result)) if call and failure is None and ranks() > 1 else ""
    try:
        _core.agree(exit_code_of(failure) if failure else 0, str(failure) if failure else "", made, comm)
    except Error:
        if failure is None:
            raise
    if failure is not None:
        raise failure
    return result  # type: ignore[return-value]


def rank() -> int:
    """This process's number among the ranks of the job, from 0."""
    return _core.rank()


def ranks() -> int:
    """The number of ranks of the job: 1 unless mpirun started it."""
    return _core.ranks()


def _end_job_by_exceptions() -> None:
    """Lets an exception that a script does not catch on one rank end all ranks: MPI would otherwise wait
    at its end for the ranks that wait for this one."""
    former = sys.excepthook

    def hook(kind, error, trace):  # type: ignore[no-untyped-def]
        former(kind, error, trace)
        _core.end_job(f"{kind.__name__}: {error}")

    sys.excepthook = hook


if ranks() > 1:
    _end_job_by_exceptions()
    atexit.register(_core.leave)
