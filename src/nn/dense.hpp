// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "nn/stage.hpp"

namespace infomax::nn {

/// y = activation(x W + b), parameters W [in, out] row-major, then b [out].
template <math::Real T>
class Dense final : public Stage<T> {
 public:
  Dense(std::size_t inputs, std::size_t outputs, std::size_t offset, math::Activation activation);

  [[nodiscard]] double gemm_flops() const override;
  void initialize(std::uint64_t seed, std::uint64_t network, std::uint64_t layer,
                  std::span<T> parameters) const override;
  void forward(std::span<const T> parameters, MatrixView<const T> x, MatrixView<T> y,
               const Pass& pass) const override;
  void backward(std::span<const T> parameters, MatrixView<const T> x, MatrixView<const T> y,
                MatrixView<T> dy, MatrixView<T> dx, std::span<T> gradient,
                const Pass& pass) const override;

 private:
  [[nodiscard]] std::size_t weight_count() const { return this->inputs() * this->outputs(); }

  math::Activation activation_;
};

}  // namespace infomax::nn
