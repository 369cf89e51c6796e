// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <numeric>

#include "infomax/math/exponentials.hpp"
#include "infomax/nn/layer_table.hpp"
#include "nn/graph_builder.hpp"

namespace infomax::nn {
namespace {

/// y_j = exp(x_j) / sum_k exp(x_k) over the C features that lie side by side: those of a sample, of
/// each step of a sequence, or of each place of an image. The largest x is subtracted from all
/// before, which changes nothing and keeps exp finite.
template <class T>
class Softmax final : public Layer<T> {
 public:
  explicit Softmax(std::size_t columns) : c_(columns) {}

  [[nodiscard]] BackwardNeeds backward_needs() const override { return {.output = true}; }

  void forward(const Call<T>& call, MatrixView<T> y) const override {
    const MatrixView<const T> in = by_place(call.x[0]);
    const MatrixView<T> out = by_place(y);
    for (std::size_t i = 0; i < out.rows(); ++i) {
      const T most = math::largest<T>(in.row(i));
      std::ranges::transform(in.row(i), out.row(i).begin(), [most](T x) { return x - most; });
    }
    math::exp_weights<T>(T{1}, T{0}, {}, {out.data(), out.size()});
    for (std::size_t i = 0; i < out.rows(); ++i) {
      const auto row = out.row(i);
      const T sum = std::accumulate(row.begin(), row.end(), T{0});
      std::ranges::transform(row, row.begin(), [sum](T e) { return e / sum; });
    }
  }

  /// dx_j = y_j (dy_j - sum_k dy_k y_k).
  void backward(const Call<T>& /*call*/, MatrixView<const T> y, MatrixView<T> dy,
                std::span<const MatrixView<T>> dx, std::span<T> /*gradient*/) const override {
    const MatrixView<const T> out = by_place(y);
    const MatrixView<const T> d = by_place(MatrixView<const T>(dy.data(), dy.rows(), dy.columns()));
    const MatrixView<T> into = by_place(dx[0]);
    for (std::size_t i = 0; i < into.rows(); ++i) {
      const auto p = out.row(i);
      const T mean = std::inner_product(p.begin(), p.end(), d.row(i).begin(), T{0});
      std::ranges::transform(p, d.row(i), into.row(i).begin(),
                             [mean](T share, T derivative) { return share * (derivative - mean); });
    }
  }

 private:
  /// The features of each place as a row; nothing of nothing.
  template <class U>
  [[nodiscard]] MatrixView<U> by_place(MatrixView<U> samples) const {
    return {samples.data(), samples.size() / c_, c_};
  }

  std::size_t c_;
};

void build_softmax(const ItemReader& item, GraphBuilder& graph) {
  const std::size_t columns = graph.columns(item);
  graph.append(
      item,
      {.output = graph.shape(), .channels_last = graph.channels_last(), .steps = graph.steps()},
      make_layers<Softmax>(columns));
}

}  // namespace

extern const LayerType softmax_type;
const LayerType softmax_type{
    .name = "softmax",
    .usage = "softmax",
    .help =
        "exp(z) / sum exp(z) over a sample's features, a step's, or the channels of a place: "
        "memberships of states, which add up to 1",
    .check = expect_nothing,
    .build = build_softmax};

}  // namespace infomax::nn
