// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <span>

#include "infomax/math/blas.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/model.hpp"
#include "infomax/model/settings.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/nn/spec.hpp"
#include "infomax/objective/linear_solution.hpp"
#include "infomax/objective/options.hpp"

namespace infomax::train {

/// Throws UsageError, which says what to do, unless the last layer of an encoder is dense with
/// nothing after it, and none of its layers depends on the batch.
void require_linear_end(const nn::Spec& encoder);

/// Writes y = W^T (h - mean) as a layer h W + bias: parameters [n q + q], weights and then biases.
template <math::Real T>
void assign_linear(const objective::LinearLayer& layer, std::span<T> parameters);

/// Checks what does not depend on data: throws UsageError if the objective of this pair has no
/// linear solution, `ridges` are given and it is not one of two maps to canonical variables, or an
/// encoder does not end in a dense layer without activation. `encoder_b` is that of the second
/// network, where there is one.
void check_linear_start(const objective::ObjectiveOptions& objective, model::Pair pair,
                        const objective::LinearRidges& ridges, const nn::Spec& encoder,
                        const std::optional<nn::Spec>& encoder_b);

/// Collective. Puts the last layer of each of the model's networks at the exact linear solution
/// (objective::solve_linear) for all samples of all ranks, given what the layers before make of
/// them as they are; with one layer that is the preprocessed rows. Biases centre the outputs. Reads
/// the samples tile by tile, whatever the width of the layers, and each of them twice. The result
/// is the same at any number of ranks: to rounding, or where `reproducible` to the last bit. The
/// correlations of a solution of canonical variables are logged, and become a setting of the model,
/// `linear_correlations`, a list in JSON. Throws
/// UsageError where a layer has more outputs than there are directions, and what solve_linear and
/// check_linear_start do.
template <math::Real T>
void start_linear(const mpi::Communicator& communicator, model::Model<T>& model,
                  const model::Examples& examples, const model::PairSettings& pair,
                  const objective::ObjectiveOptions& objective,
                  const objective::LinearRidges& ridges = {}, bool reproducible = false);

}  // namespace infomax::train
