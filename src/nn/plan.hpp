// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "infomax/nn/graph.hpp"

namespace infomax::nn {

/// Which of several buffers holds what belongs to each node, and how wide each buffer must be.
/// Nodes whose times do not overlap share one.
struct BufferPlan {
  static constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();

  std::vector<std::size_t> of;       ///< the buffer of each node, or nowhere
  std::vector<std::size_t> columns;  ///< of each buffer
};

/// The nodes between two layers with global sums; such a layer begins the segment. On the way back
/// the layer belongs to the segment before, for its gradients need the sums that its own segment
/// makes.
struct Segment {
  std::size_t begin = 0;  ///< nodes [begin, end)
  std::size_t end = 0;
  bool uses_input = false;  ///< the network's input
  std::vector<std::size_t> loads =
      {};  ///< values of earlier segments that it uses, but for the input
  std::vector<std::size_t> stores = {};           ///< its own values that later segments use
  std::vector<std::size_t> gradient_loads = {};   ///< gradients that later segments have begun
  std::vector<std::size_t> gradient_stores = {};  ///< gradients that earlier segments go on with

  /// Nodes whose backward runs with this segment.
  [[nodiscard]] std::size_t backward_begin() const { return begin == 0 ? 1 : begin + 1; }
  [[nodiscard]] std::size_t backward_end(std::size_t nodes) const {
    return end == nodes ? end : end + 1;
  }
};

/// How an executor goes through a graph and where it keeps what: made once, the same for any batch.
struct Plan {
  std::vector<Segment> segments;
  std::vector<bool> needs_gradient;
  /// Of each node and each of its inputs: whether the gradient that the node gives is the first to
  /// arrive there, so that it is written and not added.
  std::vector<std::vector<bool>> arrives_first;
  std::vector<bool> has_gradient;  ///< whether any node, or the objective, gives one

  BufferPlan values;              ///< of the range at hand
  BufferPlan gradients;           ///< of the range at hand, but for the output's
  BufferPlan kept;                ///< values of the whole batch, where that is several ranges ...
  BufferPlan kept_gradients;      ///< ... and gradients, in the same buffers
  std::size_t added_columns = 0;  ///< of gradients to be added, of one node at most
};

/// `for_backward`: whether there is a way back; without one nothing is kept but taps and the
/// output, and training passes through several segments have no place. `input_gradient`: whether
/// the way back goes to the input, of graphs of one segment.
[[nodiscard]] Plan make_plan(const Graph& graph, bool for_backward,
                             std::span<const std::size_t> taps, bool input_gradient);

}  // namespace infomax::nn
