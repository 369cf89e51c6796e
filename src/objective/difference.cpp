// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/difference.hpp"

#include "infomax/stats/tiles.hpp"

namespace infomax::objective {
namespace {

template <class T>
void write_row(T factor, bool overwrite, std::span<const T> to, std::span<const T> from,
               std::span<T> out) {
  if (overwrite) {
    for (std::size_t j = 0; j < out.size(); ++j) {
      out[j] = factor * (to[j] - from[j]);
    }
  } else {
    for (std::size_t j = 0; j < out.size(); ++j) {
      out[j] += factor * (to[j] - from[j]);
    }
  }
}

}  // namespace

template <math::Real T>
void DifferenceGradient<T>::write(double weight, bool overwrite, const stats::RowPairs<T>& rows,
                                  const Gradients<T>& gradients) {
  const bool wanted_a = gradients.a.columns() != 0;
  const bool wanted_b = gradients.b.columns() != 0;
  if (!wanted_a && !wanted_b) {
    return;
  }
  const T factor = static_cast<T>(weight);
  stats::for_each_tile(rows, [&](std::size_t first, std::size_t count) {
    const MatrixView<const T> rows_a = rows.a.tile(first, count, scratch_a_);
    const MatrixView<const T> rows_b = rows.b.tile(first, count, scratch_b_);
    for (std::size_t i = 0; i < count; ++i) {
      if (wanted_a) {
        write_row<T>(factor, overwrite, rows_b.row(i), rows_a.row(i), gradients.a.row(first + i));
      }
      if (wanted_b) {
        write_row<T>(factor, overwrite, rows_a.row(i), rows_b.row(i), gradients.b.row(first + i));
      }
    }
  });
}

template class DifferenceGradient<float>;
template class DifferenceGradient<double>;

}  // namespace infomax::objective
