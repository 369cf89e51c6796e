// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cassert>

#include "infomax/math/random_rows.hpp"
#include "infomax/nn/layer_table.hpp"
#include "nn/graph_builder.hpp"

namespace infomax::nn {
namespace {

/// y = x with each element 0 by `probability`, else x / (1 - probability) (Srivastava et al. 2014;
/// so scaled that evaluation, where y = x, needs no scale). What is dropped is a function of the
/// pass's key, the sample and the element, so backward makes it again and nothing is kept.
template <class T>
class Dropout final : public Layer<T> {
 public:
  /// `purpose` tells apart the dropouts of a network.
  Dropout(double probability, std::uint32_t purpose)
      : probability_(probability), purpose_(purpose) {}

  [[nodiscard]] BackwardNeeds backward_needs() const override { return {}; }

  void forward(const Call<T>& call, MatrixView<T> y) const override {
    copy_and_drop(call.x[0], y, call.pass);
  }

  void backward(const Call<T>& call, MatrixView<const T> /*y*/, MatrixView<T> dy,
                std::span<const MatrixView<T>> dx, std::span<T> /*gradient*/) const override {
    copy_and_drop(dy, dx[0], call.pass);
  }

 private:
  void copy_and_drop(MatrixView<const T> from, MatrixView<T> to, const Pass& pass) const {
    assert(!pass.training || pass.samples.size() == from.rows());
    const T kept = static_cast<T>(1.0 / (1.0 - probability_));
    for (std::size_t i = 0; i < from.rows(); ++i) {
      std::ranges::copy(from.row(i), to.row(i).begin());
      if (pass.training) {
        math::drop({.key = pass.key, .index = pass.samples[i], .purpose = purpose_}, probability_,
                   kept, to.row(i));
      }
    }
  }

  double probability_;
  std::uint32_t purpose_;
};

double probability_of(const ItemReader& item) {
  return item.number(
      0, [](double p) { return p >= 0.0 && p < 1.0; },
      "a probability from 0 to below 1, as in dropout:0.2");
}

void check_dropout(const ItemReader& item) {
  (void)probability_of(item);
  item.expect(1);
}

void build_dropout(const ItemReader& item, GraphBuilder& graph) {
  (void)graph.width(item);
  graph.append(
      item,
      {.output = graph.shape(), .channels_last = graph.channels_last(), .steps = graph.steps()},
      make_layers<Dropout>(probability_of(item), graph.next_purpose()));
}

}  // namespace

extern const LayerType dropout_type;
const LayerType dropout_type{.name = "dropout",
                             .usage = "dropout:P",
                             .help = "in training, each element is 0 with probability P",
                             .check = check_dropout,
                             .build = build_dropout};

}  // namespace infomax::nn
