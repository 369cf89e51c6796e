// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "nn/stage.hpp"

namespace infomax::nn {

/// y = activation(x), for an activation that follows no layer it could be fused with.
template <math::Real T>
class Elementwise final : public Stage<T> {
 public:
  Elementwise(std::size_t width, std::size_t offset, math::Activation activation);

  [[nodiscard]] double gemm_flops() const override { return 0.0; }
  void initialize(std::uint64_t seed, std::uint64_t network, std::uint64_t layer,
                  std::span<T> parameters) const override;
  void forward(std::span<const T> parameters, MatrixView<const T> x, MatrixView<T> y,
               const Pass& pass) const override;
  void backward(std::span<const T> parameters, MatrixView<const T> x, MatrixView<const T> y,
                MatrixView<T> dy, MatrixView<T> dx, std::span<T> gradient,
                const Pass& pass) const override;

 private:
  math::Activation activation_;
};

}  // namespace infomax::nn
