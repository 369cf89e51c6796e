// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "infomax/math/blas.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/role.hpp"
#include "infomax/model/views.hpp"
#include "infomax/nn/network.hpp"
#include "infomax/objective/options.hpp"
#include "infomax/stats/moment_memory.hpp"

/// @file
/// What passes over batches hold, before anything is allocated.

namespace infomax::model {

/// The networks of a model by their roles.
template <math::Real T>
using NetworksByRole = std::map<Role, const nn::Network<T>*>;

/// Batches, and how they are encoded.
struct Passes {
  std::size_t rows = 0;        ///< global, of the largest batch
  std::size_t local_rows = 0;  ///< of this rank, at most
  std::size_t micro_rows = 0;  ///< encoded at a time; 0 = all
  std::size_t ranks = 1;       ///< of the job
  bool for_backward = false;   ///< whether gradients are wanted
  bool reproducible = false;   ///< each block's part of a batch by itself
};

/// What passes hold of memory.
struct PassMemory {
  std::size_t sides = 0;        ///< bytes of inputs, activations, outputs and their gradients
  stats::MemoryUse statistics;  ///< sums over the batch, and what the objective makes of them
};

/// The memory that Sides and an objective take on this rank.
template <math::Real T>
[[nodiscard]] PassMemory pass_memory(const Views& views, const NetworksByRole<T>& networks,
                                     const objective::ObjectiveOptions& objective,
                                     const Passes& passes);

/// The nodes whose values are kept besides the outputs: that of the tapped layer, if there is one.
template <math::Real T>
[[nodiscard]] std::vector<std::size_t> tapped_nodes(const View& view,
                                                    const nn::Network<T>& network);

/// The columns that a side has, from its networks.
template <math::Real T>
[[nodiscard]] std::size_t columns_of(const View& view, const NetworksByRole<T>& networks);

/// Rows of a batch that one block may have, at most; at least 1, because 0 would mean all.
[[nodiscard]] std::size_t largest_part(const Examples& examples, std::size_t batch_rows);

}  // namespace infomax::model
