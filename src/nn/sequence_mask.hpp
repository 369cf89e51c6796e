// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "infomax/nn/steps.hpp"
#include "nn/layer.hpp"

namespace infomax::nn {

/// y = x, with 0 in the steps after a sample's own. What follows may then read all steps alike.
template <class T>
class SequenceMask final : public Layer<T> {
 public:
  explicit SequenceMask(Steps steps) : steps_(std::move(steps)) {}

  [[nodiscard]] BackwardNeeds backward_needs() const override { return {}; }

  void forward(const Call<T>& call, MatrixView<T> y) const override {
    copy_steps(call.pass, call.x[0], y);
  }

  void backward(const Call<T>& call, MatrixView<const T> /*y*/, MatrixView<T> dy,
                std::span<const MatrixView<T>> dx, std::span<T> /*gradient*/) const override {
    copy_steps(call.pass, MatrixView<const T>(dy), dx[0]);
  }

 private:
  void copy_steps(const Pass& pass, MatrixView<const T> from, MatrixView<T> to) const {
    const std::size_t features = to.columns() / steps_.most();
    for (std::size_t i = 0; i < to.rows(); ++i) {
      const std::size_t count = steps_.of(pass, i) * features;
      std::copy_n(from.row(i).data(), count, to.row(i).data());
      std::fill_n(to.row(i).data() + count, to.columns() - count, T{0});
    }
  }

  Steps steps_;
};

}  // namespace infomax::nn
