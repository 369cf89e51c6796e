// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>

#include <pybind11/pybind11.h>

#include "infomax/model/model_file.hpp"
#include "python/options.hpp"
#include "python/ranks.hpp"

/// @file
/// N global rows. `rows` are what Source takes.

namespace infomax::python {

/// Collective. The representations of all rows, the same array [N,...] on every rank.
[[nodiscard]] pybind11::object encode(const model::StoredModel& stored,
                                      const pybind11::object& rows, const Texts& texts,
                                      const PythonCommunicator& communicator);

/// Collective. What `infomax evaluate --json` prints, of all rows as one global batch; under the
/// fit to other rows unless `fit` is None.
[[nodiscard]] std::string evaluate(const model::StoredModel& stored, const pybind11::object& rows,
                                   const pybind11::object& fit, std::size_t micro_batch,
                                   const Texts& texts, const PythonCommunicator& communicator);

/// Collective. What `infomax probe --json` prints, of representations, or of the features as they
/// are where `stored` is null. Without test rows (None), the texts say how many folds there are.
[[nodiscard]] std::string probe(const model::StoredModel* stored, const pybind11::object& train,
                                const pybind11::object& test, const pybind11::object& groups,
                                const Texts& texts, const PythonCommunicator& communicator);

/// The fields that probe() takes: those of the probe and of the encoder.
[[nodiscard]] pybind11::list probe_options();

}  // namespace infomax::python
