# SPDX-License-Identifier: BSD-3-Clause
"""Training."""

from __future__ import annotations

import os
from typing import Any, Callable, Dict, Mapping

from infomax import _core
from infomax._errors import UsageError
from infomax._metrics import metrics_of
from infomax._model import Model
from infomax._options import configuration, texts
from infomax._ranks import handle_of, library, together
from infomax._rows import ARRAYS, arrays_of, is_path


def train(config: Mapping[str, Any] | str | os.PathLike | None = None, *, x: Any = None, y: Any = None,
          comm: Any = None, callback: Callable[[Dict[str, Any]], Any] | None = None, **options: Any) -> Model:
    """Collective. Trains an encoder, and returns the model.

    >>> model = infomax.train(x=rows, encoder="dense:64,tanh,dense:8", epochs=20)

    `x` is an array [N,...], the same on every rank; floats, or integers of any width. Rows that lie one after
    the other are not copied: leave them as they are until `train` returns. `y` [N,...] holds classes (integers), values or the second view, as `pair` says; `lengths` the
    rows of each trajectory, and `x_lengths` [N] or `x_offsets` [N+1] (`y_lengths`, `y_offsets`) the steps of
    sequences. Or `x` is the path of a data set file; with `data`, which then is that file, `x`, `y` and
    `lengths` are names of data sets in it.

    Options are keywords, or `config`: a dict, a config.ini or the directory of a run; keywords come first.
    `infomax.options()` lists them, `infomax help train` too. With `output`, the run leaves files in that
    directory, as the program's do; with `resume=True` it goes on from its newest checkpoint, and options left out
    are those of the run.

    `comm` is a communicator of mpi4py, all of whose ranks call this alike; without it, all ranks of the job.

    `callback` is called on rank 0 after each step with a dict of the step's numbers, as `Model.metrics` has
    them; it must not call what is collective where several ranks run. Where it returns something true, the run ends in order: on one rank or with an `output` after this
    step, else after the epoch. What it raises ends the run at the same place, on all ranks.

    Ctrl-C ends a run after the present step: with an `output` by `Interrupted`, which is a KeyboardInterrupt,
    and a checkpoint that `resume=True` goes on from; without one by KeyboardInterrupt.

    Raises UsageError, DataError, NumericError, SystemError or Stopped, the same on every rank.
    """
    handle = handle_of(comm)

    def prepare() -> tuple[Dict[str, str], Any]:
        kept = configuration(config)
        if x is not None and (not is_path(x) or os.path.exists(x)):
            kept.pop("data", None)  # the rows of that run
        given = {**kept, **options}
        others = {name: given.pop(name) for name in ARRAYS[2:] if name in given and not is_path(given[name])}
        arrays = {"x": x, "y": y, **others}
        paths = {name: value for name, value in arrays.items() if is_path(value)}
        rows = arrays_of({name: value for name, value in arrays.items() if name not in paths})
        if paths and rows:
            raise UsageError(f"`{next(iter(paths))}` is a path and `{next(iter(rows))}` an array; give both as "
                             "arrays or both as data sets of a file")
        if "x" in paths and given.get("data") is None:
            given["data"] = paths.pop("x")
        named = [name for name in ARRAYS[2:] if rows and is_path(options.get(name))]
        if named:
            raise UsageError(f"`{named[0]}` names a data set and `x` is an array; give both as arrays")
        if rows and given.get("data") is not None:
            raise UsageError("rows cannot come from an array and from `data` both; leave one out")
        if not rows and given.get("data") is None and not given.get("resume"):
            raise UsageError("there are no rows to train on; give `x`, an array or the path of a file")
        return texts({**given, **paths}, also=("comm", "callback", *ARRAYS)), rows or None

    with library:
        given, rows = together(handle, prepare, "train")
        done = _core.train(given, rows, handle, callback)
    return Model(done["model"], metrics_of(*done["metrics"]), done["config"], done["summary"])
