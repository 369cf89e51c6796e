// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "infomax/objective/needs.hpp"
#include "infomax/objective/objective.hpp"
#include "infomax/objective/options.hpp"
#include "infomax/stats/moment_memory.hpp"
#include "objective/description.hpp"

namespace infomax::objective {

/// Predictive coding: infonce between what an encoder makes of the steps so far and what it makes
/// of a step some steps later.
struct PredictOptions {
  std::optional<std::size_t> horizon;          ///< K, steps ahead; unset: sides are no sequences
  std::optional<std::string> predicted_shape;  ///< [H,Q]: columns of a context, and of a step
};

[[nodiscard]] OptionGroup predictive_options();

/// Whether the options ask for it.
[[nodiscard]] bool is_predictive(const ObjectiveOptions& options);

[[nodiscard]] Needs predictive_needs();

[[nodiscard]] stats::MemoryUse predictive_memory(const ObjectiveOptions& options,
                                                 const stats::BatchExtent& batch);

/// J = (1/K) sum_k J_k, where J_k is infonce of the pairs (c_t, z_{t+k}) of all sequences and steps
/// of all ranks, by the scores c_t . W_k z (van den Oord, Li and Vinyals 2018, "Representation
/// learning with contrastive predictive coding"). Side b holds the contexts c [T,H], and the tapped
/// value the steps z [T,Q]. Side a is not read.
template <math::Real T>
[[nodiscard]] std::unique_ptr<Objective<T>> make_predictive(const ObjectiveOptions& options);

}  // namespace infomax::objective
