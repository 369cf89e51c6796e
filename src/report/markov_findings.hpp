// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>

#include "core/json.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/model/model_file.hpp"
#include "infomax/model/settings.hpp"
#include "infomax/mpi/communicator.hpp"
#include "report/findings.hpp"

namespace infomax::report {

/// Collective. Transitions between the states of a model of trajectories and its Chapman-Kolmogorov
/// test, as `infomax markov --json` has them, of the leading states and rounded to what a page
/// shows; nothing where they cannot be estimated. The same on every rank.
template <math::Real T>
[[nodiscard]] std::optional<Json> markov_findings(const mpi::Communicator& communicator,
                                                  const model::StoredModel& stored,
                                                  const model::PairSettings& pair,
                                                  const FindingsOptions& options);

}  // namespace infomax::report
