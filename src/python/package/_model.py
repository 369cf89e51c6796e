# SPDX-License-Identifier: BSD-3-Clause
"""What training makes: a model, which encodes rows, and is evaluated and probed."""

from __future__ import annotations

import json
import os
import tempfile
from typing import Any, Dict, List

import numpy

from infomax import _core
from infomax._errors import UsageError
from infomax._metrics import metrics_of_run
from infomax._options import texts
from infomax._ranks import handle_of, library, together
from infomax._rows import ARRAYS, is_path, source_of


class Model:
    """Networks with their preprocessing, pair and objective, in memory.

    Methods that take rows are collective where several ranks run: all ranks of `comm` call them alike.
    Rows are an array [N,...], the same on every rank, or the path of a data set file. Results are the same
    on every rank. Ctrl-C is heeded when a method has done its work.
    """

    def __init__(self, stored: _core.StoredModel, metrics: numpy.ndarray | None = None,
                 config: Dict[str, str] | None = None, summary: Dict[str, Any] | None = None):
        self._stored = stored
        self.metrics: numpy.ndarray | None = metrics
        """The numbers of each step, as a structured array: `step`, `epoch` and `samples` (counts), `objective`
        and `dependence`, `entropy_a` and `entropy_b` (nats), `seconds` and where they went, and what the
        objective adds. None where a model was loaded without its run."""
        self.config: Dict[str, str] = config or {}
        """All options of the run as texts; empty for a model that was loaded."""
        self.summary: Dict[str, Any] = summary or {}
        """`steps`, `seconds`, `samples`, means over the last epoch (`objective`, ...), `ending` (why the run
        ended early; empty if it did not), and with a validation `best_step` and `best_objective`."""

    @classmethod
    def load(cls, path: str | os.PathLike, comm: Any = None) -> Model:
        """Collective. The model of a run: its directory, its model.h5, or one of its checkpoints."""
        handle = handle_of(comm)
        with library:
            file = together(handle, lambda: os.fsdecode(path), "path")
            stored = _core.StoredModel.load(file, handle)
            metrics = together(handle, lambda: metrics_of_run(file))
        return cls(stored, metrics)

    def save(self, path: str | os.PathLike) -> None:
        """Writes a model.h5, which the program reads too. Called on one rank."""
        with library:
            self._stored.save(os.fspath(path))

    def encode(self, x: Any, *, x_lengths: Any = None, x_offsets: Any = None, comm: Any = None,
               **options: Any) -> numpy.ndarray:
        """Collective. The representations of all rows, [N, q] in the model's precision; of sequences whose
        every step is represented, [N, T, F].

        `x` is [N,...], or a file. Options are those of `infomax encode`: `network` "a" or "b" of two views,
        `layer`, `pool`, `projected`, `micro_batch`, and of a file `x`'s data set, `path`.
        """
        handle = handle_of(comm)
        if "path" in options:
            options["x"] = options.pop("path")
        with library:
            rows, given = together(handle, lambda: (
                source_of(x, x_lengths=x_lengths, x_offsets=x_offsets), texts(options, "encode")), "encode")
            return self._stored.encode(rows, given, handle)

    def evaluate(self, x: Any, y: Any = None, *, lengths: Any = None, x_lengths: Any = None,
                 x_offsets: Any = None, y_lengths: Any = None, y_offsets: Any = None, fit: Any = None,
                 micro_batch: int = 4096, comm: Any = None, **options: Any) -> Dict[str, Any]:
        """Collective. The exact objective and its parts over all rows as one global batch, by the names of
        `infomax evaluate --json`: `objective`, `dependence`, `entropy_a` and `entropy_b` (nats), `samples`,
        and for objectives of canonical correlations these.

        `x` [N,...], and as the pair needs it `y` [N,...] (classes, values or the second view), `lengths`
        (rows of each trajectory); or a file. With `fit`, which is a file, an array, a tuple (x, y) or a dict of
        arrays, canonical correlations are fitted to these rows, and applied to `x` as they are.

        `permutations=999` adds p-values, and `bootstrap=200` intervals; `infomax.options("evaluate")` lists what
        goes with them.
        """
        handle = handle_of(comm)
        others = {"lengths": lengths, "x_lengths": x_lengths, "x_offsets": x_offsets, "y_lengths": y_lengths,
                  "y_offsets": y_offsets}

        def prepare() -> tuple[Any, ...]:
            fitted = fit
            if isinstance(fit, tuple):
                if len(fit) != 2:
                    raise UsageError(f"`fit` is a tuple of {len(fit)}; give (x, y)")
                fitted = dict(zip("xy", fit))
            if fitted is not None:
                parts = fitted if isinstance(fitted, dict) else {"x": fitted}
                unknown = set(parts) - set(ARRAYS)
                if unknown or "x" not in parts:
                    raise UsageError(f"`fit` has {', '.join(sorted(map(str, parts)))}; give \"x\" and as needed others of "
                                     + ", ".join(ARRAYS[1:]))
                fitted = source_of(**parts)
            if not isinstance(micro_batch, (int, numpy.integer)) or micro_batch < 0:
                raise UsageError("`micro_batch` must be a whole number from 1, or 0 for all rows")
            return source_of(x, y=y, **others), fitted, int(micro_batch), texts(options, "evaluate")

        with library:
            rows, fitted, at_a_time, given = together(handle, prepare, "evaluate")
            return json.loads(self._stored.evaluate(rows, fitted, at_a_time, given, handle))

    def probe(self, x: Any, y: Any = None, test_x: Any = None, test_y: Any = None, *, groups: Any = None,
              comm: Any = None, **options: Any) -> Dict[str, Any]:
        """Collective. How well `y` is predicted from representations of `x`, by the names of `infomax probe
        --json`: `accuracy` of classes, by multinomial logistic regression, or `r2` of values, by ridge
        regression.

        `x` [N,...] with `y` [N] or [N, t]; the test rows alike, or `folds=5`. Or files. `groups` [N]: rows of
        one group are never on both sides. Options are those of `infomax probe`.
        """
        return probe(x, y, test_x, test_y, model=self, groups=groups, comm=comm, **options)

    @property
    def settings(self) -> Dict[str, str]:
        """What model.h5 keeps besides networks: the pair, the objective and its options, the precision."""
        return self._stored.settings()

    @property
    def networks(self) -> List[Dict[str, Any]]:
        """Each network: `name` ("a", "b"), `spec`, `input_shape`, `shift` and `scale` of the preprocessing
        (z = (x - shift) * scale), and `parameters`, flat, as float64, which holds either precision exactly."""
        return self._stored.networks()

    @property
    def parameters(self) -> numpy.ndarray:
        """The parameters of all networks, one after the other, in the model's precision."""
        flat = numpy.concatenate([network["parameters"] for network in self.networks])
        return flat.astype(numpy.float32 if self.settings["precision"] == "float" else numpy.float64)

    def __repr__(self) -> str:
        networks = ", ".join(f"{network['name']}: {network['spec']}" for network in self.networks)
        return f"<infomax.Model of {self.settings['objective']}, {networks}>"

    def __getstate__(self) -> Dict[str, Any]:
        with tempfile.TemporaryDirectory(prefix="infomax-") as folder:
            path = os.path.join(folder, "model.h5")
            self.save(path)
            with open(path, "rb") as file:
                content = file.read()
        return {**self.__dict__, "_stored": content}

    def __setstate__(self, state: Dict[str, Any]) -> None:
        with tempfile.TemporaryDirectory(prefix="infomax-") as folder:
            path = os.path.join(folder, "model.h5")
            with open(path, "wb") as file:
                file.write(state["_stored"])
            with library:
                self.__dict__.update(state, _stored=_core.StoredModel.read(path))


def probe(x: Any, y: Any = None, test_x: Any = None, test_y: Any = None, *, model: Model | None = None,
          groups: Any = None, comm: Any = None, **options: Any) -> Dict[str, Any]:
    """Collective. As `Model.probe`; without a model, of the features as they are."""
    handle = handle_of(comm)

    def prepare() -> tuple[Any, ...]:
        if test_x is None and test_y is not None:
            raise UsageError("`test_y` is given without `test_x`; give both, or `folds`")
        for name, rows, targets in (("y", x, y), ("test_y", test_x, test_y)):
            if rows is not None and not is_path(rows) and targets is None:
                raise UsageError(f"`{name}` is missing; give what the rows are to predict")
        test = None if test_x is None else source_of(test_x, y=test_y)
        numbers = None if groups is None else numpy.unique(
            groups, return_inverse=True)[1].astype(numpy.uint64)
        return source_of(x, y=y), test, numbers, texts(options, "probe")

    with library:
        train, test, numbers, given = together(handle, prepare, "probe")
        stored = None if model is None else model._stored
        return json.loads(_core.probe(stored, train, test, numbers, given, handle))
