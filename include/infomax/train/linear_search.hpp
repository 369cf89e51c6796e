// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>

#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/linear_solution.hpp"

namespace infomax::train {

/// Collective: objective::Maximiser by L-BFGS on the root, while the other ranks wait. Throws
/// NumericError where the function has no value at the start.
double maximise(const mpi::Communicator& communicator, std::span<double> x,
                const objective::SmoothFunction& function);

}  // namespace infomax::train
