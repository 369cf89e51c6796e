// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/stats/gram_coordinates.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <limits>

#include "infomax/math/lapack.hpp"
#include "infomax/stats/exact_sum.hpp"

namespace infomax::stats {
namespace {

using math::Side;
using math::Transpose;

/// Squared lengths up to this, for the longest row's of 1, are rounding errors of G.
double rounding_of(std::size_t n) {
  return 4.0 * static_cast<double>(std::max<std::size_t>(n, 64)) *
         std::numeric_limits<double>::epsilon();
}

std::size_t triangle(std::size_t n) { return n * (n + 1) / 2; }

}  // namespace

std::size_t GramCoordinates::bytes(std::size_t n, std::size_t p, std::size_t ranks,
                                   bool same_bits) {
  // The matrix and its factor; or the matrix, its triangle and three limbs for each number of it.
  const std::size_t numbers = same_bits ? n * n + 4 * triangle(n) : 2 * n * n;
  return ColumnSlices::bytes(n, p, ranks) + numbers * sizeof(double);
}

/// Returns G, of which only the lower triangle counts.
Matrix<double> GramCoordinates::sum_gram(const mpi::Communicator& communicator, bool same_bits) {
  const std::size_t n = slices_.rows();
  Matrix<double> gram(n, n, 0.0);
  if (!same_bits) {
    slices_.for_each_block([&](std::size_t /*first*/, MatrixView<double> block) {
      math::syrk<double>(1.0, block, 1.0, gram.view());
    });
    communicator.sum(gram.span());
  } else {
    ExactSum exact(3);
    exact.start(triangle(n));
    slices_.for_each_block([&](std::size_t /*first*/, MatrixView<double> block) {
      math::syrk<double>(1.0, block, 0.0, gram.view());
      for (std::size_t i = 0, at = 0; i < n; at += n - i, ++i) {
        exact.add<double>(at, gram.view().row(i).subspan(i));
      }
    });
    Buffer<double> sums(triangle(n));
    exact.finish(communicator, std::span<double>(sums));
    auto from = sums.begin();
    for (std::size_t i = 0; i < n; ++i) {
      const auto row = gram.view().row(i).subspan(i);
      std::copy_n(from, row.size(), row.begin());
      from += static_cast<std::ptrdiff_t>(row.size());
    }
  }
  math::symmetrize(gram.view());
  return gram;
}

/// Makes the coordinates and pivots of a Gram matrix.
void GramCoordinates::factor(const mpi::Communicator& communicator, Matrix<double> gram) {
  const std::size_t n = gram.rows();
  double longest = 0.0;
  double sum = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    longest = std::max(longest, gram(i, i));
    sum += gram(i, i);
  }
  pivots_.clear();
  if (!std::isfinite(sum) || longest == 0.0) {
    const double all = sum == 0.0 ? 0.0 : std::numeric_limits<double>::quiet_NaN();
    z_ = Matrix<double>(n, 1, all);
    return;
  }
  math::PivotedCholesky factored;
  if (communicator.is_root()) {
    factored = math::pivoted_cholesky(std::move(gram), rounding_of(n) * longest);
  } else {
    gram = {};
  }
  std::uint64_t rank = factored.pivots.size();
  communicator.broadcast(std::span<std::uint64_t>(&rank, 1), 0);
  pivots_.assign(factored.pivots.begin(), factored.pivots.end());
  pivots_.resize(rank);
  communicator.broadcast(std::span<std::uint64_t>(pivots_), 0);
  z_ = communicator.is_root() ? std::move(factored.z) : Matrix<double>(n, rank);
  communicator.broadcast(z_.span(), 0);
}

template <math::Real T>
void GramCoordinates::find(const mpi::Communicator& communicator,
                           std::span<const CentredRows<T>> sources, bool same_bits) {
  slices_.gather(communicator, sources);
  first_rows_.clear();
  local_rows_.clear();
  for (std::size_t k = 0; k < sources.size(); ++k) {
    first_rows_.push_back(slices_.first_row(k));
    local_rows_.push_back(slices_.local_rows(k));
  }
  factor(communicator, sum_gram(communicator, same_bits));
}

/// L [r, r], the coordinates of the rows of the pivots.
Matrix<double> GramCoordinates::pivot_coordinates() const {
  Matrix<double> l(pivots_.size(), pivots_.size());
  for (std::size_t k = 0; k < pivots_.size(); ++k) {
    std::ranges::copy(z_.view().row(pivots_[k]), l.view().row(k).begin());
  }
  return l;
}

Matrix<double> GramCoordinates::restore(const mpi::Communicator& communicator,
                                        MatrixView<const double> weight) {
  assert(weight.rows() == columns());
  const std::size_t k = weight.columns();
  Matrix<double> solved(weight.rows(), k);
  for (std::size_t i = 0; i < weight.rows(); ++i) {
    std::ranges::copy(weight.row(i), solved.view().row(i).begin());
  }
  Matrix<double> by_row(slices_.rows(), k, 0.0);
  if (!pivots_.empty()) {
    math::solve_lower(Side::left, Transpose::yes, pivot_coordinates().view(), solved.view());
    for (std::size_t i = 0; i < pivots_.size(); ++i) {
      std::ranges::copy(solved.view().row(i), by_row.view().row(pivots_[i]).begin());
    }
  }
  Matrix<double> restored(slices_.columns(), k, 0.0);
  slices_.for_each_block([&](std::size_t first, MatrixView<double> block) {
    math::gemm<double>(Transpose::no, Transpose::no, 1.0, block, by_row.view(), 0.0,
                       restored.view().row_range(first, block.rows()));
  });
  // Each row comes from one rank, so the sum rounds nothing.
  communicator.sum(restored.span());
  return restored;
}

template <math::Real T>
void GramCoordinates::pull_back(const mpi::Communicator& communicator, MatrixView<const double> dz,
                                MatrixView<T> dx) {
  assert(dz.columns() == columns() && local_rows_.size() == 1);
  const std::size_t n = slices_.rows();
  Matrix<double> solved(n, columns(), 0.0);  // dJ/dZ of all rows, then times L^-1
  for (std::size_t i = 0; i < dz.rows(); ++i) {
    std::ranges::copy(dz.row(i), solved.view().row(first_rows_[0] + i).begin());
  }
  communicator.sum(solved.span());
  Matrix<double> by_row(n, n, 0.0);  // dJ/dX = by_row X
  if (!pivots_.empty()) {
    math::solve_lower(Side::right, Transpose::no, pivot_coordinates().view(), solved.view());
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k < pivots_.size(); ++k) {
        by_row(i, pivots_[k]) = solved(i, k);
      }
    }
  }
  Matrix<double> kept(ColumnSlices::block_columns, n);
  slices_.for_each_block([&](std::size_t /*first*/, MatrixView<double> block) {
    const auto before = kept.view().row_range(0, block.rows());
    for (std::size_t j = 0; j < block.rows(); ++j) {
      std::ranges::copy(block.row(j), before.row(j).begin());
    }
    math::gemm<double>(Transpose::no, Transpose::yes, 1.0, before, by_row.view(), 0.0, block);
  });
  slices_.scatter(communicator, 0, dx);
}

template void GramCoordinates::find<float>(const mpi::Communicator&,
                                           std::span<const CentredRows<float>>, bool);
template void GramCoordinates::pull_back<float>(const mpi::Communicator&, MatrixView<const double>,
                                                MatrixView<float>);
template void GramCoordinates::find<double>(const mpi::Communicator&,
                                            std::span<const CentredRows<double>>, bool);
template void GramCoordinates::pull_back<double>(const mpi::Communicator&, MatrixView<const double>,
                                                 MatrixView<double>);

}  // namespace infomax::stats
