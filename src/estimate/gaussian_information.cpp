// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include <fmt/format.h>
#include <boost/math/special_functions/digamma.hpp>

#include "estimate/sides.hpp"
#include "estimate/without_training.hpp"
#include "infomax/core/error.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/math/lapack.hpp"

namespace infomax::estimate {
namespace {

/// Rows whose distances are computed at a time.
constexpr std::size_t solved_rows = 512;

/// What is known of rows from their covariance.
struct Covariance {
  double log_determinant = 0.0;
  std::vector<double> distances;  ///< [B], the squared Mahalanobis distance of each row to the mean
};

/// Of columns [first, first + count) of the covariance of centred rows. Throws DataError.
Covariance analyse(MatrixView<const double> rows, MatrixView<const double> covariance,
                   std::size_t first, std::size_t count, const char* whose) {
  Matrix<double> block(count, count);
  for (std::size_t i = 0; i < count; ++i) {
    std::ranges::copy(covariance.row(first + i).subspan(first, count), block.view().row(i).begin());
  }
  const auto factor = math::cholesky(block.view());
  double least = 1.0;  // of the pivots' shares of the variances: 1 - R^2 by the columns before
  Covariance result;
  for (std::size_t i = 0; factor && i < count; ++i) {
    const double pivot = (*factor)(i, i);
    least = std::min(least, pivot * pivot / block(i, i));
    result.log_determinant += 2.0 * std::log(pivot);
  }
  if (!factor || least < 1e-12) {
    throw DataError(fmt::format("the columns of {} are linearly dependent", whose));
  }
  Matrix<double> tile(std::min(solved_rows, std::max<std::size_t>(rows.rows(), 1)), count);
  for (std::size_t begin = 0; begin < rows.rows(); begin += solved_rows) {
    const std::size_t here = std::min(solved_rows, rows.rows() - begin);
    const auto solved = tile.view().row_range(0, here);
    for (std::size_t i = 0; i < here; ++i) {
      std::ranges::copy(rows.row(begin + i).subspan(first, count), solved.row(i).begin());
    }
    math::solve_lower(math::Side::right, math::Transpose::yes, factor->view(), solved);
    for (std::size_t i = 0; i < here; ++i) {
      double square = 0.0;
      for (const double each : solved.row(i)) {
        square += each * each;
      }
      result.distances.push_back(square);
    }
  }
  return result;
}

/// The mean of ln |C| - ln |truth| of the covariance of n + 1 normal rows of `columns` columns,
/// without the terms that are linear in the columns: sum_i psi((n + 1 - i) / 2).
double log_determinant_bias(double n, std::size_t columns) {
  double bias = 0.0;
  for (std::size_t i = 1; i <= columns; ++i) {
    bias += boost::math::digamma(0.5 * (n + 1.0 - static_cast<double>(i)));
  }
  return bias;
}

}  // namespace

stats::ValueOfRows gaussian_information(const mpi::Communicator& communicator,
                                        MatrixView<const double> x, MatrixView<const double> y) {
  const std::size_t d = x.columns();
  const std::size_t e = y.columns();
  const std::size_t n = communicator.sum(std::uint64_t{x.rows()});
  if (n <= d + e) {
    throw DataError(fmt::format("{} rows are too few for the covariance of {} columns", n, d + e));
  }
  Matrix<double> rows = joined(x, y);
  std::vector<double> means(d + e, 0.0);
  for (std::size_t i = 0; i < x.rows(); ++i) {
    for (std::size_t j = 0; j < d + e; ++j) {
      means[j] += rows(i, j) / static_cast<double>(n);
    }
  }
  communicator.sum(std::span<double>(means));
  for (std::size_t i = 0; i < x.rows(); ++i) {
    for (std::size_t j = 0; j < d + e; ++j) {
      rows(i, j) -= means[j];
    }
  }
  Matrix<double> covariance(d + e, d + e, 0.0);
  math::gemm<double>(math::Transpose::yes, math::Transpose::no, 1.0 / static_cast<double>(n),
                     rows.view(), rows.view(), 0.0, covariance.view());
  communicator.sum(covariance.span());
  const auto of_x = analyse(rows.view(), covariance.view(), 0, d, "x");
  const auto of_y = analyse(rows.view(), covariance.view(), d, e, "y");
  const auto both = analyse(rows.view(), covariance.view(), 0, d + e, "x and y together");

  const auto freedom = static_cast<double>(n - 1);
  const double bias = 0.5 * (log_determinant_bias(freedom, d) + log_determinant_bias(freedom, e) -
                             log_determinant_bias(freedom, d + e));
  stats::ValueOfRows result;
  result.value = 0.5 * (of_x.log_determinant + of_y.log_determinant - both.log_determinant) - bias;
  // The derivative of ln |C| by the weight of a row is its squared distance less the columns.
  for (std::size_t i = 0; i < x.rows(); ++i) {
    result.influence.push_back(0.5 * (of_x.distances[i] + of_y.distances[i] - both.distances[i]));
  }
  return result;
}

}  // namespace infomax::estimate
