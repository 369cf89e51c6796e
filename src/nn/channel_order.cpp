// SPDX-License-Identifier: BSD-3-Clause
#include "nn/channel_order.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "infomax/nn/graph.hpp"
#include "nn/graph_builder.hpp"

// Images are [C,H,W] to users, in files and at the ends of a network, as in NumPy and PyTorch.
// Layers that look at places want the channels of a place side by side: a patch of an image then is
// a few long runs, a convolution is one product whose rows are places, and what goes by channel
// goes by column.
namespace infomax::nn {
namespace {

/// Channels, and places of each.
std::pair<std::size_t, std::size_t> channels_and_places(const Shape& shape) {
  const std::size_t channels = shape.extents().front();
  return {channels, shape.size() / channels};
}

/// y = x with its axes in another order.
template <class T>
class Reorder final : public Layer<T> {
 public:
  /// Each row of x is [m, n], and of y [n, m].
  Reorder(std::size_t m, std::size_t n) : m_(m), n_(n) {}

  [[nodiscard]] BackwardNeeds backward_needs() const override { return {}; }

  void forward(const Call<T>& call, MatrixView<T> y) const override {
    transpose_rows(call.x[0], m_, n_, y);
  }

  void backward(const Call<T>& /*call*/, MatrixView<const T> /*y*/, MatrixView<T> dy,
                std::span<const MatrixView<T>> dx, std::span<T> /*gradient*/) const override {
    transpose_rows(MatrixView<const T>(dy), n_, m_, dx[0]);
  }

 private:
  std::size_t m_;
  std::size_t n_;
};

}  // namespace

void GraphBuilder::put_channels_last(const ItemReader& item) {
  (void)width(item);
  if (steps()) {
    item.refuse_place(fmt::format(
        "takes images, and is given a sequence {}; use conv1d, or last, mean or max before it",
        to_string(shape())));
  }
  if (shape().axes() != 2 && shape().axes() != 3) {
    item.refuse_place(
        fmt::format("takes images [C,H,W] or sequences [C,T], and these samples are {}; put "
                    "reshape:C:H:W before it",
                    to_string(shape())));
  }
  const auto [channels, places] = channels_and_places(shape());
  if (!channels_last() && channels > 1 && places > 1) {
    append("reorder", {.output = shape(), .channels_last = true},
           make_layers<Reorder>(channels, places));
  }
}

std::size_t GraphBuilder::columns(const ItemReader& item) {
  if (steps()) {
    return shape().extents().back();
  }
  if (shape().axes() > 1) {
    put_channels_last(item);
  }
  return shape().extents().front();
}

void GraphBuilder::put_in_order() {
  if (!channels_last()) {
    return;
  }
  const auto [channels, places] = channels_and_places(shape());
  if (channels == 1 || places == 1) {
    graph_->nodes_[current_].channels_last = false;  // it is the same order
  } else {
    append("reorder", {.output = shape()}, make_layers<Reorder>(places, channels));
  }
}

void GraphBuilder::put_as(std::size_t other, const ItemReader& item) {
  if (graph_->nodes_[other].channels_last) {
    put_channels_last(item);
  } else {
    put_in_order();
  }
}

template <math::Real T>
void Graph::copy_in_order(std::size_t node, MatrixView<const T> value, MatrixView<T> out,
                          std::span<const std::uint32_t> lengths) const {
  if (nodes_[node].channels_last) {
    const auto [channels, places] = channels_and_places(nodes_[node].output);
    transpose_rows(value, places, channels, out);
    return;
  }
  for (std::size_t i = 0; i < value.rows(); ++i) {
    const auto& steps = nodes_[node].steps;
    const std::size_t used =
        steps ? steps->of({.lengths = lengths}, i) * (value.columns() / steps->most())
              : value.columns();
    std::ranges::copy(value.row(i).first(used), out.row(i).begin());
    std::ranges::fill(out.row(i).subspan(used), T{0});
  }
}

template void Graph::copy_in_order<float>(std::size_t, MatrixView<const float>, MatrixView<float>,
                                          std::span<const std::uint32_t>) const;
template void Graph::copy_in_order<double>(std::size_t, MatrixView<const double>,
                                           MatrixView<double>,
                                           std::span<const std::uint32_t>) const;

}  // namespace infomax::nn
