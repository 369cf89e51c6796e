// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/math/elementwise.hpp"
#include "infomax/nn/pass.hpp"

namespace infomax::nn {

/// One step of a network: y = f(x), with its own part of the flat parameter vector. What a new kind
/// of layer implements.
template <math::Real T>
class Stage {
 public:
  Stage(std::size_t inputs, std::size_t outputs, std::size_t offset, std::size_t parameter_count)
      : inputs_(inputs), outputs_(outputs), offset_(offset), parameter_count_(parameter_count) {}
  virtual ~Stage() = default;
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  [[nodiscard]] std::size_t inputs() const { return inputs_; }
  [[nodiscard]] std::size_t outputs() const { return outputs_; }
  [[nodiscard]] std::size_t offset() const { return offset_; }
  [[nodiscard]] std::size_t parameter_count() const { return parameter_count_; }

  /// Floating-point operations of one row in GEMMs, each of forward and of either backward product.
  [[nodiscard]] virtual double gemm_flops() const = 0;

  virtual void initialize(std::uint64_t seed, std::uint64_t network, std::uint64_t layer,
                          std::span<T> parameters) const = 0;

  /// y [B, outputs] from x [B, inputs].
  virtual void forward(std::span<const T> parameters, MatrixView<const T> x, MatrixView<T> y,
                       const Pass& pass) const = 0;

  /// Adds to `gradient`, unless that is empty; overwrites dx [B, inputs] unless it is empty (the
  /// first stage); may overwrite dy [B, outputs].
  virtual void backward(std::span<const T> parameters, MatrixView<const T> x, MatrixView<const T> y,
                        MatrixView<T> dy, MatrixView<T> dx, std::span<T> gradient,
                        const Pass& pass) const = 0;

 private:
  std::size_t inputs_;
  std::size_t outputs_;
  std::size_t offset_;
  std::size_t parameter_count_;
};

}  // namespace infomax::nn
