// SPDX-License-Identifier: BSD-3-Clause
#include "exporters/layer_converter.hpp"
#include "exporters/sequence_values.hpp"

// N sequences [T] of numbers of tokens; D features for each of V tokens.
namespace infomax::exporters {

/// Ids beyond a sequence's end may be any numbers, so that they become 0 before they are looked up.
Value convert_embedding(const LayerContext& context) {
  OnnxGraph& graph = context.graph;
  const auto columns = static_cast<std::int64_t>(context.node().output.extents().back());
  const auto tokens = static_cast<std::int64_t>(context.block("weight").size()) / columns;
  std::string ids = context.input().name;
  if (!context.input().lengths.empty()) {
    ids = graph.add("Where", {steps_that_exist(graph, context.input()), ids, graph.integers({0})});
  }
  const std::string weight = context.constant("weight", {tokens, columns});
  return context.with(graph.add("Gather", {weight, ids}));
}

}  // namespace infomax::exporters
