# SPDX-License-Identifier: BSD-3-Clause
"""Trains neural encoders that maximise statistical dependence, on one process or many.

    import infomax

    model = infomax.train(x=rows, encoder="dense:64,tanh,dense:8", epochs=20)
    representations = model.encode(rows)

Under `mpirun -n 4 python3 script.py` the same script trains on four ranks, to the same result. Estimators for
scikit-learn are in `infomax.sklearn`.
"""

from infomax import _core
from infomax._errors import (DataError, Error, Interrupted, NumericError, Stopped, SystemError, UnknownOption,
                             UsageError)
from infomax._model import Model, probe
from infomax._options import Option, options
from infomax._ranks import rank, ranks
from infomax._train import train

__version__: str = _core.version

# Users see the names that they import.
for _public in (DataError, Error, Interrupted, Model, NumericError, Option, Stopped, SystemError, UnknownOption,
                UsageError, options, probe, rank, ranks, train):
    _public.__module__ = "infomax"
del _public

__all__ = ["DataError", "Error", "Interrupted", "Model", "NumericError", "Option", "Stopped", "SystemError",
           "UnknownOption", "UsageError", "options", "probe", "rank", "ranks", "train"]
