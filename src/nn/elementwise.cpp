// SPDX-License-Identifier: BSD-3-Clause
#include "nn/elementwise.hpp"

#include <algorithm>

namespace infomax::nn {

template <math::Real T>
Elementwise<T>::Elementwise(std::size_t width, std::size_t offset, math::Activation activation)
    : Stage<T>(width, width, offset, 0), activation_(activation) {}

template <math::Real T>
void Elementwise<T>::initialize(std::uint64_t /*seed*/, std::uint64_t /*network*/,
                                std::uint64_t /*layer*/, std::span<T> /*parameters*/) const {}

template <math::Real T>
void Elementwise<T>::forward(std::span<const T> /*parameters*/, MatrixView<const T> x,
                             MatrixView<T> y, const Pass& /*pass*/) const {
  for (std::size_t i = 0; i < x.rows(); ++i) {
    std::ranges::copy(x.row(i), y.row(i).begin());
  }
  math::add_bias_and_activate(activation_, std::span<const T>{}, y);
}

template <math::Real T>
void Elementwise<T>::backward(std::span<const T> /*parameters*/, MatrixView<const T> /*x*/,
                              MatrixView<const T> y, MatrixView<T> dy, MatrixView<T> dx,
                              std::span<T> /*gradient*/, const Pass& /*pass*/) const {
  if (dx.empty()) {
    return;
  }
  math::multiply_by_derivative(activation_, y, dy);
  for (std::size_t i = 0; i < dy.rows(); ++i) {
    std::ranges::copy(dy.row(i), dx.row(i).begin());
  }
}

template class Elementwise<float>;
template class Elementwise<double>;

}  // namespace infomax::nn
