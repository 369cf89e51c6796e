// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>

#include "infomax/nn/layer_table.hpp"
#include "nn/graph_builder.hpp"

namespace infomax::nn {
namespace {

/// y = activation(x), for an activation that follows no layer it could be fused with.
template <class T>
class Elementwise final : public Layer<T> {
 public:
  explicit Elementwise(math::Activation activation) : activation_(activation) {}

  [[nodiscard]] BackwardNeeds backward_needs() const override { return {.output = true}; }

  void forward(const Call<T>& call, MatrixView<T> y) const override {
    std::copy_n(call.x[0].data(), y.size(), y.data());
    math::add_bias_and_activate(activation_, std::span<const T>{}, y);
  }

  void backward(const Call<T>& /*call*/, MatrixView<const T> y, MatrixView<T> dy,
                std::span<const MatrixView<T>> dx, std::span<T> /*gradient*/) const override {
    math::multiply_by_derivative(activation_, y, dy);
    std::copy_n(dy.data(), dy.size(), dx[0].data());
  }

 private:
  math::Activation activation_;
};

template <math::Activation activation>
void build_activation(const ItemReader& item, GraphBuilder& graph) {
  (void)graph.width(item);
  if (!graph.fuse(item, activation)) {
    graph.append(
        item,
        {.output = graph.shape(), .channels_last = graph.channels_last(), .steps = graph.steps()},
        make_layers<Elementwise>(activation));
  }
}

}  // namespace

extern const LayerType tanh_type;
const LayerType tanh_type{.name = "tanh",
                          .usage = "tanh",
                          .help = "the hyperbolic tangent",
                          .check = expect_nothing,
                          .build = build_activation<math::Activation::tanh>};

extern const LayerType relu_type;
const LayerType relu_type{.name = "relu",
                          .usage = "relu",
                          .help = "max(z, 0)",
                          .check = expect_nothing,
                          .build = build_activation<math::Activation::relu>};

extern const LayerType sigmoid_type;
const LayerType sigmoid_type{.name = "sigmoid",
                             .usage = "sigmoid",
                             .help = "1 / (1 + exp(-z))",
                             .check = expect_nothing,
                             .build = build_activation<math::Activation::sigmoid>};

extern const LayerType identity_type;
const LayerType identity_type{.name = "identity",
                              .usage = "identity",
                              .help = "z as it is",
                              .check = expect_nothing,
                              .build = build_activation<math::Activation::identity>};

}  // namespace infomax::nn
