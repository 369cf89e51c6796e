// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"

/// @file
/// n: columns of the side. M: bins. c, f: cell and fraction, u = 1 + c + f.

namespace infomax::stats {

/// The range that a histogram's bins cover.
struct HistogramRange {
  bool standardised = true;  ///< true: (v - mean) / deviation is binned; false: v itself
  double low = -4.0;         ///< in deviations if standardised, else in the values' unit
  double high = 4.0;         ///< greater than low; values outside the range count at its ends
  /// True if both cover the same range in the same way.
  friend bool operator==(const HistogramRange&, const HistogramRange&) = default;
};

/// Locates the values of one side's columns in the M - 3 cells of a cubic B-spline histogram:
///
///   z = (v - m) / s, or v
///   u = 1 + (M - 3)(z - low)/(high - low)
///   c = floor(u) - 1, clamped to [0, M - 4]
///   f = u - 1 - c, outside [0, 1] where z is outside the range
///
/// Reuses its memory from call to call.
class ColumnCells {
 public:
  /// M >= 4.
  ColumnCells(std::size_t bins, HistogramRange range);

  /// Begins a global batch with its means and variances [n].
  void begin(std::span<const double> mean, std::span<const double> variance);

  [[nodiscard]] std::size_t columns() const { return mean_.size(); }  ///< n
  [[nodiscard]] std::size_t bins() const { return bins_; }            ///< M
  [[nodiscard]] std::size_t cells() const { return bins_ - 3; }       ///< M - 3
  /// The range that the bins cover.
  [[nodiscard]] const HistogramRange& range() const { return range_; }

  /// Returns du/dz.
  [[nodiscard]] double cells_per_z() const;

  /// Whether column j has zero variance and therefore no histogram.
  [[nodiscard]] bool constant(std::size_t j) const { return inverse_deviation_[j] == 0.0; }

  /// Returns dz/dv of column j for constant m and s: 1/s, or 1 if the values are not standardised.
  [[nodiscard]] double z_per_value(std::size_t j) const {
    return range_.standardised ? inverse_deviation_[j] : 1.0;
  }

  [[nodiscard]] double mean(std::size_t j) const { return mean_[j]; }  ///< of column j in the batch

  /// Locates one row's values of the columns [first, first + values.size()).
  template <math::Real T>
  void locate(std::span<const T> values, std::size_t first);

  /// The cells c of the values located last, [n].
  [[nodiscard]] std::span<const std::int32_t> cell() const { return cell_; }
  /// The fractions f of the values located last, [n].
  [[nodiscard]] std::span<const double> fraction() const { return fraction_; }

 private:
  std::size_t bins_;
  HistogramRange range_;
  Buffer<double> mean_;
  Buffer<double> inverse_deviation_;  // [n], 0 if the variance is 0
  Buffer<double> slope_;              // [n], u - 1 = slope v + offset
  Buffer<double> offset_;
  Buffer<std::int32_t> cell_;
  Buffer<double> fraction_;
};

}  // namespace infomax::stats
