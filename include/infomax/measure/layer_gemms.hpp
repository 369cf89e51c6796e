// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"

/// @file
/// M rows at a time, B rows of a batch on this rank.

namespace infomax::measure {

/// The products of a layer.
struct LayerShape {
  std::size_t inputs = 0;           ///< columns of its input
  std::size_t outputs = 0;          ///< columns of its output
  bool input_gradient = true;       ///< false of a network's first layer
  std::size_t rows_per_sample = 1;  ///< places, of a convolution
  std::size_t count = 1;            ///< products alike: groups, of a convolution
};

/// The matrix products of a training step and nothing else, at the step's own shapes: forward,
/// gradient by the weights, gradient by the input. Their speed is an upper bound of the speed of a
/// step.
template <math::Real T>
class LayerGemms {
 public:
  /// B local rows, at most M (0 = all) at a time.
  LayerGemms(std::vector<LayerShape> layers, std::size_t local_rows, std::size_t micro_rows);

  /// Computes every product once, for all B rows.
  void run();

  /// Floating-point operations of run() on this rank.
  [[nodiscard]] double flops() const;

 private:
  void run(std::size_t rows);

  struct Layer {
    LayerShape shape;
    Matrix<T> x;   // [rows at a time, inputs]
    Matrix<T> dx;  // [rows at a time, inputs], or empty
    Matrix<T> y;   // [rows at a time, outputs], and its gradient
    Matrix<T> w;   // [inputs, outputs]
    Matrix<T> dw;  // [inputs, outputs]
  };

  std::size_t local_rows_;
  std::size_t micro_rows_;
  std::vector<Layer> layers_;
};

}  // namespace infomax::measure
