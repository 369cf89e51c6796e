// SPDX-License-Identifier: BSD-3-Clause
#include "report/filters.hpp"

#include <algorithm>
#include <span>

#include "report/numbers.hpp"

namespace infomax::report {
namespace {

constexpr std::size_t most_filters = 64;  // as many as fit on a screen
constexpr int filter_digits = 3;

}  // namespace

Json filters(const model::StoredNetwork& network) {
  const nn::Graph graph(nn::parse_spec(network.spec), network.input);
  const auto& nodes = graph.nodes();
  const auto first = std::ranges::find_if(nodes, [](const auto& node) { return node.layer == 0; });
  if (first == nodes.end() || !first->item.starts_with("conv")) {
    return nullptr;
  }
  const auto block = std::ranges::find_if(
      graph.blocks(), [](const auto& each) { return each.layer == 0 && each.name == "weight"; });
  if (block == graph.blocks().end() || block->shape.size() != 4 ||
      (block->shape[1] != 1 && block->shape[1] != 3)) {
    return nullptr;
  }
  const std::size_t size = block->size() / block->shape[0];
  Json values = Json::array();
  for (std::size_t k = 0; k < std::min(most_filters, block->shape[0]); ++k) {
    values.push_back(rounded_list(
        std::span(network.parameters).subspan(block->offset + k * size, size), filter_digits));
  }
  return {{"item", first->item},       {"count", block->shape[0]}, {"channels", block->shape[1]},
          {"height", block->shape[2]}, {"width", block->shape[3]}, {"values", values}};
}

}  // namespace infomax::report
