// SPDX-License-Identifier: BSD-3-Clause
// Sums of values and products, and the conversion of element types.
// Included by kernels_body.hpp only, once for each instruction set.

namespace infomax::math {
namespace {

template <class T>
void add(const T* __restrict values, T* __restrict sums, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    sums[i] += values[i];
  }
}

template <class T>
void accumulate(const T* __restrict values, double* __restrict sums, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    sums[i] += static_cast<double>(values[i]);
  }
}

template <class T>
void accumulate_products(const T* x, const T* y, double* __restrict sums, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    sums[i] += static_cast<double>(x[i]) * static_cast<double>(y[i]);
  }
}

template <class From, class To>
void shift_and_scale(const From* in, const double* shift, const double* scale, To* out,
                     std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = static_cast<To>((static_cast<double>(in[i]) - shift[i]) * scale[i]);
  }
}

}  // namespace
}  // namespace infomax::math
