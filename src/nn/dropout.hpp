// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "nn/stage.hpp"

namespace infomax::nn {

/// y = x with each element 0 by `probability`, else x / (1 - probability) (Srivastava et al. 2014;
/// so scaled that evaluation, where y = x, needs no scale). What is dropped is a function of the
/// pass's key, the sample and the element, made again by backward rather than kept.
template <math::Real T>
class Dropout final : public Stage<T> {
 public:
  /// `purpose` tells apart the dropouts of a network.
  Dropout(std::size_t width, std::size_t offset, double probability, std::uint32_t purpose);

  [[nodiscard]] double gemm_flops() const override { return 0.0; }
  void initialize(std::uint64_t seed, std::uint64_t network, std::uint64_t layer,
                  std::span<T> parameters) const override;
  void forward(std::span<const T> parameters, MatrixView<const T> x, MatrixView<T> y,
               const Pass& pass) const override;
  void backward(std::span<const T> parameters, MatrixView<const T> x, MatrixView<const T> y,
                MatrixView<T> dy, MatrixView<T> dx, std::span<T> gradient,
                const Pass& pass) const override;

 private:
  void copy_and_drop(MatrixView<const T> from, MatrixView<T> to, const Pass& pass) const;

  double probability_;
  std::uint32_t purpose_;
};

}  // namespace infomax::nn
