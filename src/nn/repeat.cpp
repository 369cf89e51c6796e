// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/nn/layer_table.hpp"
#include "nn/graph_builder.hpp"

namespace infomax::nn {
namespace {

std::size_t times_of(const ItemReader& item) {
  constexpr std::size_t most = 1000;
  return item.whole_number(0, most, "how often", "repeat:3(dense:64,relu)");
}

void check_repeat(const ItemReader& item) {
  (void)times_of(item);
  item.expect(1, {}, true);
}

/// The items again and again, each time with parameters of their own.
void build_repeat(const ItemReader& item, GraphBuilder& graph) {
  for (std::size_t k = 0; k < times_of(item); ++k) {
    graph.append_items(item.spec(), item.items());
  }
}

}  // namespace

extern const LayerType repeat_type;
const LayerType repeat_type{.name = "repeat",
                            .usage = "repeat:N(ITEMS)",
                            .help = "the items N times, each with parameters of its own",
                            .check = check_repeat,
                            .build = build_repeat};

}  // namespace infomax::nn
