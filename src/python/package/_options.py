# SPDX-License-Identifier: BSD-3-Clause
"""Options by keywords. The library's tables say which there are, and read their values from texts."""

from __future__ import annotations

import functools
import keyword
import os
import types
from typing import Any, Dict, Mapping, NamedTuple

import numpy

from infomax import _core
from infomax._errors import UnknownOption, UsageError


class Option(NamedTuple):
    """What the library says of one option."""

    name: str
    """As a keyword of Python: `learning_rate`, and `lambda_`, as Python has the word itself."""
    field: str
    """As the command line and config.ini have it: `learning-rate`."""
    group: str
    help: str
    expected: str
    """What a value must be, in words."""
    default: str | None
    """As a text; None where there is none, or where the data decide."""
    used_by: str
    """The choices of another option that use this one; empty where all do."""
    of_invocation: bool
    """Whether it steers one call and is not kept with the run."""


@functools.lru_cache(maxsize=None)
def options(of: str = "train") -> Mapping[str, Option]:
    """The options of `train`, or of `Model.encode`, `evaluate` or `probe`, by their keywords.

    >>> print(infomax.options()["learning_rate"].help)
    """
    found = {}
    for entry in _core.fields(of):
        name = entry["name"] + ("_" if keyword.iskeyword(entry["name"]) else "")
        found[name] = Option(name, entry["field"], entry["group"], entry["help"], entry["expected"],
                             entry["default"], entry["used_by"], entry["of_invocation"])
    return types.MappingProxyType(found)


def text_of(name: str, value: Any) -> str:
    """The value of an option as the tables read it: numbers to the last bit, and lists with commas between their items."""
    if isinstance(value, (bool, numpy.bool_)):
        return "true" if value else "false"
    if isinstance(value, numpy.generic):
        value = value.item()
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, (list, tuple)):
        return ",".join(text_of(name, item) for item in value)
    if isinstance(value, (str, int)):
        return str(value)
    raise UsageError(f"`{name}` is of type {type(value).__name__}; give a number, a text, True or False, or a list "
                     "of these")


def texts(given: Mapping[str, Any], of: str = "train", also: tuple[str, ...] = ()) -> Dict[str, str]:
    """The texts of options by the names of the library's table. None stands for an option's default.
    `also` are other keywords of the caller, which an unknown one may have meant."""
    known = options(of)
    found = {}
    for name, value in given.items():
        if not isinstance(name, str):
            raise UsageError(f"{name!r} is no name of an option; give names as texts")
        option = known.get(name) or known.get(name.replace("-", "_")) or known.get(name + "_")
        if option is None:
            advice = _core.did_you_mean(name, [*known, *also]) or f"; infomax.options({of!r}) lists them"
            raise UnknownOption(f"there is no option `{name}`{advice}")
        if value is not None:
            found[option.field] = text_of(name, value)
    return found


def configuration(config: Any) -> Dict[str, Any]:
    """A configuration as a dict: of a mapping, or of a config.ini, which a run directory holds."""
    if config is None:
        return {}
    if isinstance(config, Mapping):
        return dict(config)
    if not isinstance(config, (str, os.PathLike)):
        raise UsageError(f"`config` is of type {type(config).__name__}; give a dict, a config.ini or the directory of a run")
    path = os.fspath(config)
    if os.path.isdir(path):
        path = os.path.join(path, "config.ini")
    try:
        with open(path, encoding="utf-8") as file:
            return _core.parse_ini(file.read())
    except OSError as error:
        raise UsageError(f"cannot read `config` {path}: {error.strerror}; give a dict, a config.ini or the "
                         "directory of a run") from error
