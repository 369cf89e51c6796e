// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/math/gelu.hpp"

#include "infomax/nn/layer_table.hpp"
#include "nn/graph_builder.hpp"

namespace infomax::nn {
namespace {

/// y = x Phi(x), Phi the distribution function of the standard normal (Hendrycks and Gimpel 2016,
/// "Gaussian error linear units", exactly). It falls and rises again, so only x says the
/// derivative.
template <class T>
class Gelu final : public Layer<T> {
 public:
  [[nodiscard]] BackwardNeeds backward_needs() const override { return {.input = true}; }

  void forward(const Call<T>& call, MatrixView<T> y) const override {
    math::gelu<T>({call.x[0].data(), y.size()}, {y.data(), y.size()});
  }

  void backward(const Call<T>& call, MatrixView<const T> /*y*/, MatrixView<T> dy,
                std::span<const MatrixView<T>> dx, std::span<T> /*gradient*/) const override {
    math::gelu_gradient<T>({call.x[0].data(), dy.size()}, {dy.data(), dy.size()},
                           {dx[0].data(), dy.size()});
  }
};

void build_gelu(const ItemReader& item, GraphBuilder& graph) {
  (void)graph.width(item);
  graph.append(item, {.output = graph.shape()}, make_layers<Gelu>());
}

}  // namespace

extern const LayerType gelu_type;
const LayerType gelu_type{.name = "gelu",
                          .usage = "gelu",
                          .help = "z times the normal distribution function of z",
                          .check = expect_nothing,
                          .build = build_gelu};

}  // namespace infomax::nn
