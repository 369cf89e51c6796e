# SPDX-License-Identifier: BSD-3-Clause
"""Estimators for scikit-learn: transformers that train an encoder, for pipelines and grid searches.

    from infomax.sklearn import Encoder

    codes = Encoder(encoder="dense:32,tanh,dense:8").fit_transform(rows)

Parameters are the options of `infomax.train` (`infomax.options()` explains them), but for those that name
the files of rows and of a run; None stands for an option's default. `SelfSupervised(temperature=0.2)` sets an option that only some
objectives read. `batch` is a limit: where there are fewer rows, it is all of them. Under mpirun, all ranks call
`fit` and the other methods alike, with the same rows: give splits and searches a `random_state`, and no `n_jobs`,
whose processes would take themselves for ranks of the job.
"""

from __future__ import annotations

import inspect
from typing import Any, Callable, Dict, Tuple

import numpy
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_array, check_is_fitted, column_or_1d

from infomax import _core
from infomax._errors import UnknownOption
from infomax._model import Model
from infomax._options import options
from infomax._ranks import library, together
from infomax._train import train

try:
    from sklearn.utils.validation import validate_data
except ImportError:  # before scikit-learn 1.6

    def validate_data(estimator: Any, rows: Any, **checks: Any) -> numpy.ndarray:
        return estimator._validate_data(rows, **checks)


__all__ = ["DeepCCA", "Encoder", "SelfSupervised", "VAMP"]

# Rows are the arguments of fit, and an estimator has no run directory.
_GROUPS_OF_FILES = ("Durability",)
_OF_FILES = ("data", "x", "y", "lengths", "data_mode", "data_memory", "page_rows", "output", "overwrite")


def _signature(defaults: Dict[str, Any], fixed: Dict[str, Any]) -> inspect.Signature:
    """The parameters of an estimator: first those that have defaults of its own, then all other options."""
    names = [*defaults, *(name for name, option in options().items()
                          if not {name} & {*defaults, *fixed, *_OF_FILES}
                          and option.group not in _GROUPS_OF_FILES)]
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Signature([
        inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD),
        *(inspect.Parameter(name, kind, default=defaults.get(name)) for name in names)])


def _explanation(signature: inspect.Signature) -> str:
    """What the library's table says of the parameters."""
    known = options()
    return "Parameters:\n" + "\n".join(
        f"    {parameter} -- {known[name].help}" for name, parameter in signature.parameters.items() if name in known)


def _on_all(work: Callable[[], Any]) -> Any:
    """What `work` returns; what it raises on one rank, all ranks raise."""
    with library:
        return together(None, work)


class _Trained(TransformerMixin, BaseEstimator):
    """What all estimators share. A class says its defaults, and gets its parameters from the library's table."""

    _defaults: Dict[str, Any] = {}
    _fixed: Dict[str, Any] = {}
    _parameters: Tuple[str, ...] = ()

    def __init_subclass__(cls, **keywords: Any):
        super().__init_subclass__(**keywords)
        if "_defaults" not in vars(cls) or "__init__" in vars(cls):
            return  # a user's own class, which has the parameters of its base or an __init__ of its own

        signature = _signature(cls._defaults, cls._fixed)
        cls._parameters = tuple(signature.parameters)[1:]

        def __init__(self: Any, **parameters: Any) -> None:
            known = signature.parameters
            unknown = [name for name in parameters if name not in known]
            if unknown:
                advice = _core.did_you_mean(unknown[0], list(known)[1:])
                raise UnknownOption(f"{type(self).__name__} has no parameter `{unknown[0]}`{advice}")
            for name, parameter in list(known.items())[1:]:
                setattr(self, name, parameters.get(name, parameter.default))

        __init__.__signature__ = signature  # type: ignore[attr-defined]
        __init__.__qualname__ = f"{cls.__qualname__}.__init__"
        __init__.__doc__ = _explanation(signature)
        cls.__init__ = __init__  # type: ignore[assignment]

    def _train(self, rows: numpy.ndarray, second: numpy.ndarray | None, **arrays: Any) -> None:
        given = {**{name: getattr(self, name) for name in self._parameters}, **self._fixed}
        lost = (given.get("lag") or 0) * (1 if arrays.get("lengths") is None else len(arrays["lengths"]))
        if isinstance(self.batch, (int, numpy.integer)) and self.batch + lost >= len(rows):
            given["batch"] = 0  # the folds of a search have fewer rows than all data
        self.model_: Model = train(x=rows, y=second, **arrays, **given)
        self.n_iter_: int = int(self.model_.summary["steps"])
        self._n_features_out: int = self._encode(rows[:1]).shape[1]

    def _encode(self, rows: numpy.ndarray, network: str | None = None) -> numpy.ndarray:
        encoded = self.model_.encode(rows, network=network)
        return encoded.reshape(len(encoded), -1)

    def _rows(self, X: Any, reset: bool = False) -> numpy.ndarray:
        # A covariance of one row says nothing.
        return _on_all(lambda: validate_data(self, X, reset=reset, dtype="numeric",
                                             ensure_min_samples=2 if reset else 1))

    def transform(self, X: Any) -> numpy.ndarray:
        """Representations [n, q] of rows X [n, features], in the precision of the model."""
        check_is_fitted(self)
        return self._encode(self._rows(X))

    def get_feature_names_out(self, input_features: Any = None) -> numpy.ndarray:
        """The names of the columns that transform gives: the class's name, and a number from 0."""
        check_is_fitted(self)
        prefix = type(self).__name__.lower()
        return numpy.array([f"{prefix}{column}" for column in range(self._n_features_out)], dtype=object)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model_")  # and not by a name with an underscore, as `lambda_` has

    def _more_tags(self) -> Dict[str, Any]:
        return {"preserves_dtype": []}


class Encoder(_Trained):
    """Trains b = f(X) to tell most of X, or, with y, of y: `pair` is then target.

    y [n] holds classes: integers, texts or booleans; floats, several columns [n, t], and any numbers with
    `target="values"`, are values. `score` is the objective on the rows it is given.

    Attributes: `model_`, an `infomax.Model`, whose `metrics` are the training curve; `classes_` of y, where it
    holds classes; `n_features_in_`; `n_iter_`, the number of steps.
    """

    _defaults = {"encoder": "dense:32,tanh,dense:8", "pair": None, "objective": None, "precision": "double",
                 "batch": 256, "epochs": 50, "learning_rate": 0.003, "normalize": None, "seed": 1}

    def fit(self, X: Any, y: Any = None) -> Encoder:
        """Trains on rows X [n, features]. y is read with `pair` target alone."""
        rows = self._rows(X, reset=True)
        self.__dict__.pop("classes_", None)
        self._train(rows, _on_all(lambda: self._targets(y, reset=True)))
        return self

    def score(self, X: Any, y: Any = None) -> float:
        """The objective over rows X [n, features], and y with `pair` target, as one batch."""
        check_is_fitted(self)
        return float(self.model_.evaluate(self._rows(X), _on_all(lambda: self._targets(y)))["objective"])

    def _targets(self, y: Any, reset: bool = False) -> numpy.ndarray | None:
        if self.pair == "views":
            raise ValueError("`pair` views compares two views of each sample; use infomax.sklearn.DeepCCA")
        if self.pair != "target":
            return None
        if y is None:
            raise ValueError("`pair` target compares representations with y, which is missing; give y")
        y = numpy.asarray(y)
        if reset and self._are_values(y) or not reset and not hasattr(self, "classes_"):
            return check_array(y, ensure_2d=False, dtype=numpy.float64)
        y = column_or_1d(y)
        try:
            found, numbers = numpy.unique(y, return_inverse=True)
        except TypeError as error:
            raise ValueError("y holds values of several types; give classes of one type") from error
        if reset:
            self.classes_ = found
        if not numpy.isin(found, self.classes_).all():
            raise ValueError("y holds classes that fit has not seen; fit to rows of all classes")
        return numpy.searchsorted(self.classes_, found)[numbers]

    def _are_values(self, y: numpy.ndarray) -> bool:
        if self.target == "values" or y.ndim > 1 and y.shape[1] > 1:
            return True
        return y.dtype.kind == "f" and self.target != "classes"


class SelfSupervised(_Trained):
    """Trains b = f(X) without labels, to be the same for two random changes of a row and to tell rows apart.

    `augment` says the changes: noise and masks by default, which suit rows of any kind; for images, name their
    shape by `image` and changes such as "shift:2,crop:0.6,noise:0.1". `score` is the objective on the rows it
    is given, with changes too.
    """

    _fixed = {"pair": "augment"}
    _defaults = {"encoder": "dense:64,relu,dense:16", "augment": "noise:0.1,mask:0.2", "objective": "infonce",
                 "projector": None, "precision": "double", "batch": 256, "epochs": 50, "learning_rate": 0.003,
                 "normalize": None, "seed": 1}

    def fit(self, X: Any, y: Any = None) -> SelfSupervised:
        """Trains on rows X [n, features]; y is ignored."""
        self._train(self._rows(X, reset=True), None)
        return self

    def score(self, X: Any, y: Any = None) -> float:
        """The objective over rows X [n, features] as one batch; y is ignored."""
        check_is_fitted(self)
        return float(self.model_.evaluate(self._rows(X))["objective"])


class VAMP(_Trained):
    """Trains features f(X) of states by the variational approach to Markov processes: X is one trajectory, a
    row for each point of time, and the objective the VAMP-2 score of f(x_t) and f(x_{t+lag}).

    `lag` counts rows. `score` is cross-validated: the score of the given trajectory under the singular functions
    that the trajectory of fit gave.
    """

    _fixed = {"pair": "lag"}
    _defaults = {"encoder": "dense:32,tanh,dense:4", "lag": 1, "objective": "vamp2", "precision": "double",
                 "batch": 0, "epochs": 100, "learning_rate": 0.003, "normalize": None, "seed": 1}

    def fit(self, X: Any, y: Any = None, lengths: Any = None) -> VAMP:
        """Trains on the trajectory X [n, features], or on several, one after the other, of `lengths` [k] rows;
        y is ignored."""
        rows = self._rows(X, reset=True)
        if lengths is None and len(rows) <= (self.lag or 1):
            raise ValueError(f"X has n_samples = {len(rows)} rows, and `lag` needs more than {self.lag or 1}")
        self._train(rows, None, lengths=lengths)
        # A copy: rows may be the caller's own. It goes into pickles too.
        self._fitted_to = {"x": rows.copy(), "lengths": lengths}
        return self

    def score(self, X: Any, y: Any = None) -> float:
        """The score of the trajectory X [n, features]; y is ignored."""
        check_is_fitted(self)
        fit = self._fitted_to if self.objective in ("vamp1", "vamp2") else None
        return float(self.model_.evaluate(self._rows(X), fit=fit)["objective"])


class DeepCCA(_Trained):
    """Trains a = f(X) and b = g(Y) of two views to have large canonical correlations, the sum of which is the
    objective dcca.

    `encoder` is f and `encoder_b` g, by default the same. `transform(X)` gives f(X), `transform(X, Y)` both.
    """

    _fixed = {"pair": "views"}
    _defaults = {"encoder": "dense:32,tanh,dense:2", "encoder_b": None, "objective": "dcca", "ridge": None,
                 "precision": "double", "batch": 0, "epochs": 100, "learning_rate": 0.003, "normalize": None,
                 "seed": 1}

    def fit(self, X: Any, y: Any = None) -> DeepCCA:
        """Trains on the views X [n, p] and y [n, q] or [n]."""
        if y is None:
            raise ValueError("requires y to be passed, but the target y is None: it is the second view")
        rows = self._rows(X, reset=True)
        self._train(rows, self._second(y, len(rows)))
        return self

    def transform(self, X: Any, y: Any = None) -> Any:
        """f(X) [n, q] of X [n, p], and, where the second view y is given, a tuple with g(y) too."""
        first = super().transform(X)
        return first if y is None else (first, self._encode(self._second(y, len(first)), network="b"))

    def score(self, X: Any, y: Any) -> float:
        """The objective, a sum of canonical correlations, over the views X [n, p] and y [n, q] as one batch."""
        check_is_fitted(self)
        rows = self._rows(X)
        return float(self.model_.evaluate(rows, self._second(y, len(rows)))["objective"])

    def _second(self, y: Any, rows: int) -> numpy.ndarray:
        view = _on_all(lambda: check_array(y, ensure_2d=False, dtype="numeric", input_name="y"))
        if len(view) != rows:
            raise ValueError(f"X has {rows} rows and y {len(view)}; give both views of each sample")
        return view.reshape(rows, -1)

    def _more_tags(self) -> Dict[str, Any]:
        return {**super()._more_tags(), "requires_y": True}
