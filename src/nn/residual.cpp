// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>

#include <fmt/format.h>

#include "infomax/nn/layer_table.hpp"
#include "nn/graph_builder.hpp"

namespace infomax::nn {
namespace {

/// y = the sum of the inputs, all of one shape.
template <class T>
class Sum final : public Layer<T> {
 public:
  [[nodiscard]] BackwardNeeds backward_needs() const override { return {}; }

  void forward(const Call<T>& call, MatrixView<T> y) const override {
    std::copy_n(call.x[0].data(), y.size(), y.data());
    for (const auto& x : call.x.subspan(1)) {
      math::axpy(T{1}, std::span<const T>(x.data(), y.size()), std::span<T>(y.data(), y.size()));
    }
  }

  void backward(const Call<T>& /*call*/, MatrixView<const T> /*y*/, MatrixView<T> dy,
                std::span<const MatrixView<T>> dx, std::span<T> /*gradient*/) const override {
    for (const auto& into : dx) {
      std::copy_n(dy.data(), into.size(), into.data());
    }
  }
};

/// x + f(x) (He et al. 2016, "Deep residual learning for image recognition").
void build_residual(const ItemReader& item, GraphBuilder& graph) {
  const std::size_t skipped = graph.branch();
  const Shape shape = graph.shape();
  (void)graph.width(item);
  graph.append_items(item.spec(), item.items());
  if (graph.shape() != shape) {
    item.refuse_place(
        fmt::format("is given {} and makes {} of it, which cannot be added; the shapes must be "
                    "equal",
                    to_string(shape), to_string(graph.shape())));
  }
  graph.append(item, {.output = shape, .inputs = {skipped, graph.current()}}, make_layers<Sum>());
}

void check_residual(const ItemReader& item) { item.expect(0, {}, true); }

}  // namespace

extern const LayerType residual_type;
const LayerType residual_type{.name = "residual",
                              .usage = "residual(ITEMS)",
                              .help = "what comes in plus what the items make of it",
                              .check = check_residual,
                              .build = build_residual};

}  // namespace infomax::nn
