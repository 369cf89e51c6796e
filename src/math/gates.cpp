// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/math/gates.hpp"

#include <cassert>

#include "math/kernels.hpp"

namespace infomax::math {
namespace {

template <class T>
bool is_block(MatrixView<T> values, std::size_t rows, std::size_t columns) {
  return values.rows() == rows && values.columns() == columns && values.stride() == columns;
}

/// The matrix, or null where it is empty.
template <class T>
const T* or_null([[maybe_unused]] MatrixView<const T> values, [[maybe_unused]] std::size_t rows,
                 [[maybe_unused]] std::size_t columns) {
  assert(values.empty() || is_block(values, rows, columns));
  return values.empty() ? nullptr : values.data();
}

}  // namespace

template <Real T>
void lstm_step(std::span<const T> bias, MatrixView<T> gates, MatrixView<const T> previous,
               MatrixView<T> c, MatrixView<T> squashed, MatrixView<T> h) {
  const std::size_t rows = h.rows();
  const std::size_t units = h.columns();
  assert(bias.size() == 4 * units && is_block(gates, rows, 4 * units));
  assert(is_block(c, rows, units) && is_block(squashed, rows, units) && is_block(h, rows, units));
  real_kernels<T>().lstm_step(bias.data(), gates.data(), or_null(previous, rows, units), c.data(),
                              squashed.data(), h.data(), rows, units);
}

template <Real T>
void lstm_step_gradient(MatrixView<const T> gates, MatrixView<const T> previous,
                        MatrixView<const T> squashed, MatrixView<const T> dh, MatrixView<T> dc,
                        MatrixView<T> dgates) {
  const std::size_t rows = dh.rows();
  const std::size_t units = dh.columns();
  assert(is_block(gates, rows, 4 * units) && is_block(dgates, rows, 4 * units));
  assert(is_block(squashed, rows, units) && is_block(dh, rows, units));
  assert(is_block(dc, rows, units));
  real_kernels<T>().lstm_step_gradient(gates.data(), or_null(previous, rows, units),
                                       squashed.data(), dh.data(), dc.data(), dgates.data(), rows,
                                       units);
}

template <Real T>
void gru_step(std::span<const T> input_bias, std::span<const T> hidden_bias, MatrixView<T> gates,
              MatrixView<const T> hidden_sums, MatrixView<const T> previous, MatrixView<T> h) {
  const std::size_t rows = h.rows();
  const std::size_t units = h.columns();
  assert(input_bias.size() == 3 * units && hidden_bias.size() == 3 * units);
  assert(is_block(gates, rows, 4 * units) && is_block(h, rows, units));
  real_kernels<T>().gru_step(input_bias.data(), hidden_bias.data(), gates.data(),
                             or_null(hidden_sums, rows, 3 * units), or_null(previous, rows, units),
                             h.data(), rows, units);
}

template <Real T>
void gru_step_gradient(MatrixView<const T> gates, MatrixView<const T> previous, MatrixView<T> dh,
                       MatrixView<T> dgates) {
  const std::size_t rows = dh.rows();
  const std::size_t units = dh.columns();
  assert(is_block(gates, rows, 4 * units) && is_block(dgates, rows, 4 * units));
  assert(is_block(dh, rows, units));
  real_kernels<T>().gru_step_gradient(gates.data(), or_null(previous, rows, units), dh.data(),
                                      dgates.data(), rows, units);
}

#define INFOMAX_INSTANTIATE(T)                                                                 \
  template void lstm_step<T>(std::span<const T>, MatrixView<T>, MatrixView<const T>,           \
                             MatrixView<T>, MatrixView<T>, MatrixView<T>);                     \
  template void lstm_step_gradient<T>(MatrixView<const T>, MatrixView<const T>,                \
                                      MatrixView<const T>, MatrixView<const T>, MatrixView<T>, \
                                      MatrixView<T>);                                          \
  template void gru_step<T>(std::span<const T>, std::span<const T>, MatrixView<T>,             \
                            MatrixView<const T>, MatrixView<const T>, MatrixView<T>);          \
  template void gru_step_gradient<T>(MatrixView<const T>, MatrixView<const T>, MatrixView<T>,  \
                                     MatrixView<T>);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::math
