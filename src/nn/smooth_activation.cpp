// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/math/smooth.hpp"

#include "infomax/nn/layer_table.hpp"
#include "nn/graph_builder.hpp"

namespace infomax::nn {
namespace {

/// y = function(x). Backward reads x, as the function may fall and rise again.
template <class T>
class SmoothActivation final : public Layer<T> {
 public:
  explicit SmoothActivation(math::Smooth function) : function_(function) {}

  [[nodiscard]] BackwardNeeds backward_needs() const override { return {.input = true}; }

  void forward(const Call<T>& call, MatrixView<T> y) const override {
    math::smooth<T>(function_, {call.x[0].data(), y.size()}, {y.data(), y.size()});
  }

  void backward(const Call<T>& call, MatrixView<const T> /*y*/, MatrixView<T> dy,
                std::span<const MatrixView<T>> dx, std::span<T> /*gradient*/) const override {
    math::smooth_gradient<T>(function_, {call.x[0].data(), dy.size()}, {dy.data(), dy.size()},
                             {dx[0].data(), dy.size()});
  }

 private:
  math::Smooth function_;
};

template <math::Smooth function>
void build_smooth(const ItemReader& item, GraphBuilder& graph) {
  (void)graph.width(item);
  graph.append(
      item,
      {.output = graph.shape(), .channels_last = graph.channels_last(), .steps = graph.steps()},
      make_layers<SmoothActivation>(function));
}

}  // namespace

extern const LayerType gelu_type;
const LayerType gelu_type{.name = "gelu",
                          .usage = "gelu",
                          .help = "z times the normal distribution function of z",
                          .check = expect_nothing,
                          .build = build_smooth<math::Smooth::gelu>};

extern const LayerType silu_type;
const LayerType silu_type{.name = "silu",
                          .usage = "silu",
                          .help = "z / (1 + exp(-z))",
                          .check = expect_nothing,
                          .build = build_smooth<math::Smooth::silu>};

extern const LayerType softplus_type;
const LayerType softplus_type{.name = "softplus",
                              .usage = "softplus",
                              .help = "ln(1 + exp(z))",
                              .check = expect_nothing,
                              .build = build_smooth<math::Smooth::softplus>};

}  // namespace infomax::nn
