// SPDX-License-Identifier: BSD-3-Clause
#include "analysis/even_rows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "infomax/math/elementwise.hpp"
#include "infomax/stats/tiles.hpp"

namespace infomax::analysis {
namespace {

/// Of a scale: columns of denormal numbers would ask for one above all doubles.
constexpr int largest_exponent = 1022;

}  // namespace

EvenRows::EvenRows(const mpi::Communicator& communicator, const stats::RowSource<double>& source)
    : source_(&source), shift_(source.columns()), scale_(source.columns()) {
  const std::size_t columns = source.columns();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  // The least element of each column, and the least of its negatives.
  Buffer<double> least(2 * columns, infinity);
  stats::for_each_tile(0, source.rows(), source.columns(),
                       [&](std::size_t first, std::size_t count) {
                         const MatrixView<const double> rows = source.tile(first, count, raw_);
                         for (std::size_t i = 0; i < count; ++i) {
                           const double* const row = rows.row(i).data();
                           for (std::size_t j = 0; j < columns; ++j) {
                             least[j] = std::min(least[j], row[j]);
                             least[columns + j] = std::min(least[columns + j], -row[j]);
                           }
                         }
                       });
  communicator.min(std::span<double>(least));
  least_ = infinity;
  most_ = -infinity;
  for (std::size_t j = 0; j < columns; ++j) {
    const double low = least[j];
    const double high = -least[columns + j];
    least_ = std::min(least_, low);
    most_ = std::max(most_, high);
    shift_[j] = low <= high ? low + 0.5 * (high - low) : 0.0;
    const double half = 0.5 * (high - low);
    scale_[j] = half > 0.0 && std::isfinite(half)
                    ? std::exp2(std::min(largest_exponent, -std::ilogb(half)))
                    : 1.0;
  }
}

MatrixView<const double> EvenRows::tile(std::size_t first, std::size_t count,
                                        Buffer<double>& scratch) const {
  const MatrixView<const double> rows = source_->tile(first, count, raw_);
  scratch.resize(std::max(scratch.size(), count * columns()));
  const MatrixView<double> even(scratch.data(), count, columns());
  for (std::size_t i = 0; i < count; ++i) {
    math::shift_and_scale<double, double>(rows.row(i).data(), shift_, scale_, even.row(i));
  }
  return even;
}

}  // namespace infomax::analysis
