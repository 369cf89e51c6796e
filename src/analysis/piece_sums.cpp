// SPDX-License-Identifier: BSD-3-Clause
#include "analysis/piece_sums.hpp"

#include <algorithm>

namespace infomax::analysis {
namespace {

/// Rows less the shift, and their sum, which is added to `sum`.
template <math::Real T>
Matrix<double> shifted(MatrixView<const T> rows, std::span<const double> shift,
                       std::span<double> sum) {
  Matrix<double> result(rows.rows(), rows.columns());
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    for (std::size_t j = 0; j < rows.columns(); ++j) {
      result(i, j) = static_cast<double>(rows(i, j)) - shift[j];
      sum[j] += result(i, j);
    }
  }
  return result;
}

Buffer<double> diagonal_of(const Matrix<double>& matrix) {
  Buffer<double> values(matrix.rows());
  for (std::size_t j = 0; j < values.size(); ++j) {
    values[j] = matrix(j, j);
  }
  return values;
}

Buffer<double> mean_of(std::span<const double> sum, double n, std::span<const double> shift) {
  Buffer<double> mean(sum.size());
  std::ranges::transform(sum, shift, mean.begin(), [n](double s, double by) { return s / n + by; });
  return mean;
}

}  // namespace

PieceSums::PieceSums(std::size_t pieces, std::span<const double> shift_a,
                     std::span<const double> shift_b)
    : q_(shift_a.size()),
      shift_a_(shift_a.begin(), shift_a.end()),
      shift_b_(shift_b.begin(), shift_b.end()),
      sums_(pieces, 1 + 2 * q_ + 3 * q_ * q_, 0.0) {}

template <math::Real T>
void PieceSums::add(std::size_t piece, MatrixView<const T> a, MatrixView<const T> b) {
  const auto sums = sums_.view().row(piece);
  sums[0] += static_cast<double>(a.rows());
  const Matrix<double> x = shifted(a, shift_a_, sums.subspan(1, q_));
  const Matrix<double> y = shifted(b, shift_b_, sums.subspan(1 + q_, q_));
  const auto add_product = [&](const Matrix<double>& left, const Matrix<double>& right,
                               std::size_t which) {
    math::gemm<double>(math::Transpose::yes, math::Transpose::no, 1.0, left.view(), right.view(),
                       1.0, MatrixView<double>(&sums[products(which)], q_, q_));
  };
  add_product(x, x, 0);
  add_product(x, y, 1);
  add_product(y, y, 2);
}

/// Replaces sums over pairs by half of those of pairs in both directions.
void PieceSums::add_backwards(std::span<double> total) const {
  const auto average = [](double& x, double& y) { x = y = 0.5 * (x + y); };
  for (std::size_t i = 0; i < q_; ++i) {
    average(total[1 + i], total[1 + q_ + i]);
    for (std::size_t j = 0; j < q_; ++j) {
      average(total[products(0) + i * q_ + j], total[products(2) + i * q_ + j]);
    }
    for (std::size_t j = 0; j < i; ++j) {
      average(total[products(1) + i * q_ + j], total[products(1) + j * q_ + i]);
    }
  }
}

std::optional<PieceMoments> PieceSums::moments(std::span<const double> weights,
                                               bool reversible) const {
  Buffer<double> total(sums_.columns());
  math::gemv_transposed<double>(1.0, sums_.view(), weights, 0.0, total);
  const double n = total[0];
  if (n < 2.0) {
    return std::nullopt;
  }
  if (reversible) {
    add_backwards(total);
  }
  const auto sum_a = std::span<const double>(total).subspan(1, q_);
  const auto sum_b = std::span<const double>(total).subspan(1 + q_, q_);
  PieceMoments found{{}, mean_of(sum_a, n, shift_a_), mean_of(sum_b, n, shift_b_)};
  stats::SecondMoments& moments = found.about_means;
  moments.samples = n;
  moments.aa = covariance(total, 0, sum_a, sum_a);
  moments.ab = covariance(total, 1, sum_a, sum_b);
  moments.bb = covariance(total, 2, sum_b, sum_b);
  moments.variance_a = diagonal_of(moments.aa);
  moments.variance_b = diagonal_of(moments.bb);
  return found;
}

double PieceSums::pairs() const {
  double count = 0.0;
  for (std::size_t m = 0; m < sums_.rows(); ++m) {
    count += sums_(m, 0);
  }
  return count;
}

std::size_t PieceSums::pieces_with_pairs() const {
  std::size_t count = 0;
  for (std::size_t m = 0; m < sums_.rows(); ++m) {
    count += sums_(m, 0) > 0.0 ? 1 : 0;
  }
  return count;
}

Matrix<double> PieceSums::covariance(std::span<const double> total, std::size_t which,
                                     std::span<const double> sum_a,
                                     std::span<const double> sum_b) const {
  const double n = total[0];
  const auto sums = total.subspan(products(which));
  Matrix<double> result(q_, q_);
  for (std::size_t i = 0; i < q_; ++i) {
    for (std::size_t j = 0; j < q_; ++j) {
      result(i, j) = sums[i * q_ + j] / n - sum_a[i] / n * (sum_b[j] / n);
    }
  }
  return result;
}

template void PieceSums::add<float>(std::size_t, MatrixView<const float>, MatrixView<const float>);
template void PieceSums::add<double>(std::size_t, MatrixView<const double>,
                                     MatrixView<const double>);

}  // namespace infomax::analysis
