// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/nn/layer_table.hpp"
#include "nn/graph_builder.hpp"

namespace infomax::nn {
namespace {

/// y = x, under another shape.
template <class T>
class Reshape final : public Layer<T> {
 public:
  [[nodiscard]] BackwardNeeds backward_needs() const override { return {}; }

  void forward(const Call<T>& call, MatrixView<T> y) const override {
    std::copy_n(call.x[0].data(), y.size(), y.data());
  }

  void backward(const Call<T>& /*call*/, MatrixView<const T> /*y*/, MatrixView<T> dy,
                std::span<const MatrixView<T>> dx, std::span<T> /*gradient*/) const override {
    std::copy_n(dy.data(), dy.size(), dx[0].data());
  }
};

Shape shape_of(const ItemReader& item) {
  constexpr std::size_t most = std::size_t{1} << 30U;
  std::vector<std::size_t> extents;
  for (std::size_t k = 0; k < std::max<std::size_t>(1, item.item().arguments.size()); ++k) {
    extents.push_back(item.whole_number(k, most, "an extent", "reshape:1:28:28"));
  }
  return Shape(std::move(extents));
}

void check_reshape(const ItemReader& item) {
  (void)shape_of(item);
  item.expect(item.item().arguments.size());
}

void reshape(const ItemReader& item, GraphBuilder& graph, Shape shape) {
  if (graph.steps()) {
    item.refuse_place(fmt::format(
        "is given a sequence {}, whose steps may be fewer; put each before it to keep all steps",
        to_string(graph.shape())));
  }
  graph.put_in_order();
  if (graph.width(item) != shape.size()) {
    item.refuse_place(fmt::format("has {} numbers, and the samples are {}", shape.size(),
                                  to_string(graph.shape())));
  }
  graph.append(item, {.output = std::move(shape)}, make_layers<Reshape>());
}

void build_reshape(const ItemReader& item, GraphBuilder& graph) {
  reshape(item, graph, shape_of(item));
}

void build_flatten(const ItemReader& item, GraphBuilder& graph) {
  reshape(item, graph, graph.width(item));
}

}  // namespace

extern const LayerType reshape_type;
const LayerType reshape_type{.name = "reshape",
                             .usage = "reshape:C:H:W",
                             .help = "the same numbers as samples of another shape",
                             .check = check_reshape,
                             .build = build_reshape};

extern const LayerType flatten_type;
const LayerType flatten_type{.name = "flatten",
                             .usage = "flatten",
                             .help = "a sample of any shape as one row, as dense takes it anyway",
                             .check = expect_nothing,
                             .build = build_flatten};

}  // namespace infomax::nn
