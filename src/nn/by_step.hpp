// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "nn/graph_builder.hpp"

namespace infomax::nn {

/// A layer of rows [F], applied to every step of sequences [T,F]: B samples are B * T rows. The
/// inner layer may not ask which sample a row belongs to.
template <template <class> class Inner, class T>
class ByStep final : public Layer<T> {
 public:
  template <class... Arguments>
  explicit ByStep(std::size_t steps, const Arguments&... arguments)
      : steps_(steps), inner_(arguments...) {}

  [[nodiscard]] BackwardNeeds backward_needs() const override { return inner_.backward_needs(); }
  [[nodiscard]] WorkspaceSize workspace(std::size_t rows) const override {
    return inner_.workspace(rows * steps_);
  }
  [[nodiscard]] std::size_t saved_columns() const override {
    return steps_ * inner_.saved_columns();
  }
  void initialize(std::uint64_t seed, std::uint64_t network, std::uint64_t layer,
                  std::span<T> parameters) const override {
    inner_.initialize(seed, network, layer, parameters);
  }

  void forward(const Call<T>& call, MatrixView<T> y) const override {
    const MatrixView<const T> x = by_step(call.x[0]);
    inner_.forward(with(call, x), by_step(y));
  }

  void backward(const Call<T>& call, MatrixView<const T> y, MatrixView<T> dy,
                std::span<const MatrixView<T>> dx, std::span<T> gradient) const override {
    const MatrixView<const T> x = by_step(call.x[0]);
    const MatrixView<T> into = by_step(dx[0]);
    inner_.backward(with(call, x), by_step(y), by_step(dy), {&into, 1}, gradient);
  }

 private:
  /// Every step as a row; nothing of nothing.
  template <class U>
  [[nodiscard]] MatrixView<U> by_step(MatrixView<U> samples) const {
    return {samples.data(), samples.rows() * steps_, samples.columns() / steps_};
  }

  [[nodiscard]] static Call<T> with(const Call<T>& call, const MatrixView<const T>& x) {
    return {.parameters = call.parameters,
            .x = {&x, 1},
            .pass = call.pass,
            .state = call.state,
            .saved = call.saved,
            .workspace = call.workspace};
  }

  std::size_t steps_;
  Inner<T> inner_;
};

/// ByStep of a layer in either precision.
template <template <class> class Inner, class... Arguments>
[[nodiscard]] LayerPair make_layers_by_step(std::size_t steps, const Arguments&... arguments) {
  return {std::make_shared<const ByStep<Inner, float>>(steps, arguments...),
          std::make_shared<const ByStep<Inner, double>>(steps, arguments...)};
}

}  // namespace infomax::nn
