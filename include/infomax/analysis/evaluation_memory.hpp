// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include "infomax/math/blas.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/model.hpp"
#include "infomax/model/settings.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/options.hpp"

namespace infomax::analysis {

/// Collective. Throws an Error of ExitCode::system, which names rows and columns, where an
/// evaluation of all of these examples as one batch needs more memory than there is. Called before
/// the sides are made.
template <math::Real T>
void require_evaluation_memory(const mpi::Communicator& communicator, const model::Model<T>& model,
                               const model::Examples& examples, const model::PairSettings& pair,
                               const objective::ObjectiveOptions& options, std::size_t micro_batch);

}  // namespace infomax::analysis
