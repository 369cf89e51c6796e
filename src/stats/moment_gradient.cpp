// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/stats/moment_gradient.hpp"

#include <algorithm>
#include <cassert>

namespace infomax::stats {
namespace {

void reset_matrix(Extent extent, std::size_t rows, std::size_t columns, Matrix<double>& matrix) {
  if (extent != Extent::full) {
    return;
  }
  if (matrix.rows() != rows || matrix.columns() != columns) {
    matrix = Matrix<double>(rows, columns);
  }
  std::ranges::fill(matrix.span(), 0.0);
}

void reset_diagonal(Extent extent, std::size_t size, Buffer<double>& diagonal) {
  if (extent == Extent::diagonal) {
    diagonal.assign(size, 0.0);
  }
}

/// Adds the part of LengthGradient for centred rows.
template <math::Real T>
void add_lengths_part(const LengthGradient& gradient, double samples, MatrixView<const T> rows,
                      MatrixView<T> out) {
  if (gradient.third.empty()) {
    return;
  }
  const double factor = 4.0 * gradient.fourth / samples;
  const double* const third = gradient.third.data();
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const T* const z = rows.row(i).data();
    double square = 0.0;
    for (std::size_t j = 0; j < rows.columns(); ++j) {
      square += static_cast<double>(z[j]) * static_cast<double>(z[j]);
    }
    T* const __restrict to = out.row(i).data();
    for (std::size_t j = 0; j < rows.columns(); ++j) {
      to[j] += static_cast<T>(factor * (square * static_cast<double>(z[j]) - third[j]));
    }
  }
}

}  // namespace

void MomentGradient::reset(const MomentNeeds& needs, std::size_t p, std::size_t q) {
  reset_matrix(needs.aa, p, p, aa);
  reset_matrix(needs.ab, p, q, ab);
  reset_matrix(needs.bb, q, q, bb);
  reset_diagonal(needs.aa, p, variance_a);
  reset_diagonal(needs.ab, p, covariance);
  reset_diagonal(needs.bb, q, variance_b);
  for (LengthGradient* lengths : {&lengths_a, &lengths_b}) {
    lengths->fourth = 0.0;
    lengths->third.clear();
  }
}

template <math::Real T>
void MomentPullBack<T>::convert(Extent extent, const Matrix<double>& full,
                                std::span<const double> diagonal, double samples,
                                Symmetric& converted) {
  if (extent == Extent::full) {
    const std::size_t p = full.rows();
    if (converted.full.rows() != p) {
      converted.full = Matrix<T>(p, p);
    }
    for (std::size_t i = 0; i < p; ++i) {
      for (std::size_t j = 0; j < p; ++j) {
        converted.full(i, j) = static_cast<T>((full(i, j) + full(j, i)) / samples);
      }
    }
  } else {
    converted.diagonal.resize(diagonal.size());
    std::ranges::transform(diagonal, converted.diagonal.begin(),
                           [samples](double d) { return static_cast<T>(2.0 * d / samples); });
  }
}

template <math::Real T>
void MomentPullBack<T>::convert_cross(const MomentGradient& gradient, double samples) {
  const auto converted = [samples](double d) { return static_cast<T>(d / samples); };
  if (needs_.ab == Extent::full) {
    if (ab_.rows() != gradient.ab.rows() || ab_.columns() != gradient.ab.columns()) {
      ab_ = Matrix<T>(gradient.ab.rows(), gradient.ab.columns());
    }
    std::ranges::transform(gradient.ab.span(), ab_.data(), converted);
  } else if (needs_.ab == Extent::diagonal) {
    covariance_.resize(gradient.covariance.size());
    std::ranges::transform(gradient.covariance, covariance_.begin(), converted);
  }
}

template <math::Real T>
void MomentPullBack<T>::own_part(Extent extent, const Symmetric& d, MatrixView<const T> rows,
                                 MatrixView<T> out) {
  if (extent == Extent::full) {
    math::gemm<T>(math::Transpose::no, math::Transpose::no, T{1}, rows, d.full.view(), T{0}, out);
    return;
  }
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const T* const x = rows.row(i).data();
    const T* const factor = d.diagonal.data();
    T* const __restrict y = out.row(i).data();
    for (std::size_t j = 0; j < rows.columns(); ++j) {
      y[j] = factor[j] * x[j];
    }
  }
}

template <math::Real T>
void MomentPullBack<T>::cross_part(math::Transpose transpose, MatrixView<const T> other,
                                   MatrixView<T> out) {
  if (needs_.ab == Extent::full) {
    math::gemm<T>(math::Transpose::no, transpose, T{1}, other, ab_.view(), T{1}, out);
  } else if (needs_.ab == Extent::diagonal) {
    for (std::size_t i = 0; i < other.rows(); ++i) {
      const T* const x = other.row(i).data();
      const T* const factor = covariance_.data();
      T* const __restrict y = out.row(i).data();
      for (std::size_t j = 0; j < other.columns(); ++j) {
        y[j] += factor[j] * x[j];
      }
    }
  }
}

template <math::Real T>
void MomentPullBack<T>::apply(const RowPairs<T>& rows, const Means& means,
                              const MomentGradient& gradient, MatrixView<T> da, MatrixView<T> db) {
  const double samples = std::max(1.0, means.samples);
  if (gradient.wanted_a) {
    convert(needs_.aa, gradient.aa, gradient.variance_a, samples, aa_);
  }
  if (gradient.wanted_b) {
    convert(needs_.bb, gradient.bb, gradient.variance_b, samples, bb_);
  }
  convert_cross(gradient, samples);

  const bool crossed = needs_.ab != Extent::none;
  for_each_tile(rows, [&](std::size_t first, std::size_t count) {
    MatrixView<const T> rows_a;
    MatrixView<const T> rows_b;
    if (gradient.wanted_a || crossed) {
      rows_a = tiles_a_.read(rows.a, means.a, first, count);
    }
    if (gradient.wanted_b || crossed) {
      rows_b = tiles_b_.read(rows.b, means.b, first, count);
    }
    if (gradient.wanted_a) {
      own_part(needs_.aa, aa_, rows_a, da.row_range(first, count));
      cross_part(math::Transpose::yes, rows_b, da.row_range(first, count));
      add_lengths_part(gradient.lengths_a, samples, rows_a, da.row_range(first, count));
    }
    if (gradient.wanted_b) {
      own_part(needs_.bb, bb_, rows_b, db.row_range(first, count));
      cross_part(math::Transpose::no, rows_a, db.row_range(first, count));
      add_lengths_part(gradient.lengths_b, samples, rows_b, db.row_range(first, count));
    }
  });
}

template class MomentPullBack<float>;
template class MomentPullBack<double>;

}  // namespace infomax::stats
