// SPDX-License-Identifier: BSD-3-Clause
#include "nn/dense.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "infomax/core/random.hpp"

namespace infomax::nn {
template <math::Real T>
Dense<T>::Dense(std::size_t inputs, std::size_t outputs, std::size_t offset,
                math::Activation activation)
    : Stage<T>(inputs, outputs, offset, inputs * outputs + outputs), activation_(activation) {}

template <math::Real T>
double Dense<T>::gemm_flops() const {
  return 2.0 * static_cast<double>(weight_count());
}

template <math::Real T>
void Dense<T>::initialize(std::uint64_t seed, std::uint64_t network, std::uint64_t layer,
                          std::span<T> parameters) const {
  const CounterRandom random(seed, RandomStream::initialization, network, layer);
  const double limit = std::sqrt(6.0 / static_cast<double>(this->inputs() + this->outputs()));
  const auto weight = parameters.first(weight_count());
  for (std::size_t i = 0; i < weight.size(); ++i) {
    weight[i] = static_cast<T>(limit * (2.0 * random.uniform(i) - 1.0));
  }
  std::ranges::fill(parameters.subspan(weight.size()), T{0});
}

template <math::Real T>
void Dense<T>::forward(std::span<const T> parameters, MatrixView<const T> x, MatrixView<T> y,
                       const Pass& /*pass*/) const {
  const MatrixView<const T> weight(parameters.data(), this->inputs(), this->outputs());
  const auto bias = parameters.subspan(weight_count());
  math::gemm(math::Transpose::no, math::Transpose::no, T{1}, x, weight, T{0}, y);
  math::add_bias_and_activate(activation_, bias, y);
}

template <math::Real T>
void Dense<T>::backward(std::span<const T> parameters, MatrixView<const T> x, MatrixView<const T> y,
                        MatrixView<T> dy, MatrixView<T> dx, std::span<T> gradient,
                        const Pass& /*pass*/) const {
  const auto bias_gradient = gradient.empty() ? gradient : gradient.subspan(weight_count());
  math::multiply_by_derivative(activation_, y, dy, bias_gradient);  // dz, in place of dy
  if (!gradient.empty()) {
    const MatrixView<T> weight_gradient(gradient.data(), this->inputs(), this->outputs());
    math::gemm(math::Transpose::yes, math::Transpose::no, T{1}, x, dy, T{1}, weight_gradient);
  }
  if (!dx.empty()) {
    const MatrixView<const T> weight(parameters.data(), this->inputs(), this->outputs());
    math::gemm(math::Transpose::no, math::Transpose::yes, T{1}, dy, weight, T{0}, dx);
  }
}

template class Dense<float>;
template class Dense<double>;

}  // namespace infomax::nn
