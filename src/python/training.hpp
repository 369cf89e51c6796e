// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pybind11/pybind11.h>

#include "python/options.hpp"
#include "python/ranks.hpp"

namespace infomax::python {

/// Collective. Trains as `texts` say, on the file that they name where `rows` is None, else on the
/// arrays in it (Source). The callback is told each step. Returns a dict: the model, the
/// configuration's texts, a summary, and the numbers of all steps.
[[nodiscard]] pybind11::dict train(const Texts& texts, const pybind11::object& rows,
                                   const PythonCommunicator& communicator,
                                   const pybind11::object& callback);

}  // namespace infomax::python
