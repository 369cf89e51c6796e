// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "infomax/math/blas.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/model.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/options.hpp"

// The linear start of the pair multi, as linear_start.hpp has that of two sides.
namespace infomax::train {

/// Throws UsageError where an encoder does not end in a dense layer without activation, or a ridge
/// is given to an objective that has none.
void check_linear_views(const objective::ObjectiveOptions& objective, std::optional<double> ridge,
                        const std::vector<std::string>& encoders);

/// Collective. Puts the last layer of each view's network at the linear solution
/// (objective::solve_linear_views), given what the layers before make of its rows. Its eigenvalues
/// are logged, and become a setting of the model, `linear_eigenvalues`, a list in JSON.
template <math::Real T>
void start_linear_views(const mpi::Communicator& communicator, model::Model<T>& model,
                        const model::Examples& examples,
                        const objective::ObjectiveOptions& objective, std::optional<double> ridge,
                        bool reproducible);

}  // namespace infomax::train
