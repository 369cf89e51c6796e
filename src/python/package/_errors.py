# SPDX-License-Identifier: BSD-3-Clause
"""The exceptions of the package: one for each exit code of the program `infomax`."""

from __future__ import annotations


class Error(Exception):
    """The base of all errors of the package. The text says what is wrong and what to do."""

    exit_code: int = 5
    """The exit code with which the program ends by an error of this kind."""


class UsageError(Error, ValueError):
    """An option or an argument is invalid, or two of them contradict each other."""

    exit_code = 2


class UnknownOption(UsageError, TypeError):
    """A keyword is none of the options."""


class DataError(Error, ValueError):
    """A file or rows are missing, damaged or unsuitable."""

    exit_code = 3


class NumericError(Error, ArithmeticError):
    """A computation gives no finite result."""

    exit_code = 4


class SystemError(Error, RuntimeError):  # noqa: A001  named as in the library
    """MPI, the file system or memory failed."""

    exit_code = 5


class Stopped(Error):
    """A run was stopped on request, such as by a time limit. With an `output`, it can go on: `resume=True`."""

    exit_code = 75


class Interrupted(KeyboardInterrupt):
    """Ctrl-C stopped a run that has an `output`. It has written a checkpoint and can go on: `resume=True`."""

    exit_code = 75


_BY_EXIT_CODE = {kind.exit_code: kind for kind in (UsageError, DataError, NumericError, SystemError, Stopped)}


def error_of(exit_code: int, text: str) -> Error:
    """The exception that an exit code stands for."""
    return _BY_EXIT_CODE.get(exit_code, SystemError)(text)


def exit_code_of(error: BaseException) -> int:
    """The exit code that an exception stands for, also one that is not the package's."""
    if isinstance(error, Error):
        return error.exit_code
    return 2 if isinstance(error, (TypeError, ValueError)) else 5
