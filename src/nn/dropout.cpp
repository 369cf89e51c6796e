// SPDX-License-Identifier: BSD-3-Clause
#include "nn/dropout.hpp"

#include <algorithm>
#include <cassert>

#include "infomax/math/random_rows.hpp"

namespace infomax::nn {

template <math::Real T>
Dropout<T>::Dropout(std::size_t width, std::size_t offset, double probability,
                    std::uint32_t purpose)
    : Stage<T>(width, width, offset, 0), probability_(probability), purpose_(purpose) {}

template <math::Real T>
void Dropout<T>::initialize(std::uint64_t /*seed*/, std::uint64_t /*network*/,
                            std::uint64_t /*layer*/, std::span<T> /*parameters*/) const {}

template <math::Real T>
void Dropout<T>::copy_and_drop(MatrixView<const T> from, MatrixView<T> to, const Pass& pass) const {
  assert(!pass.training || pass.samples.size() == from.rows());
  const T kept = static_cast<T>(1.0 / (1.0 - probability_));
  for (std::size_t i = 0; i < from.rows(); ++i) {
    std::ranges::copy(from.row(i), to.row(i).begin());
    if (pass.training) {
      math::drop({.key = pass.key, .index = pass.samples[i], .purpose = purpose_}, probability_,
                 kept, to.row(i));
    }
  }
}

template <math::Real T>
void Dropout<T>::forward(std::span<const T> /*parameters*/, MatrixView<const T> x, MatrixView<T> y,
                         const Pass& pass) const {
  copy_and_drop(x, y, pass);
}

template <math::Real T>
void Dropout<T>::backward(std::span<const T> /*parameters*/, MatrixView<const T> /*x*/,
                          MatrixView<const T> /*y*/, MatrixView<T> dy, MatrixView<T> dx,
                          std::span<T> /*gradient*/, const Pass& pass) const {
  if (!dx.empty()) {
    copy_and_drop(dy, dx, pass);
  }
}

template class Dropout<float>;
template class Dropout<double>;

}  // namespace infomax::nn
