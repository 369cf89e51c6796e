// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/stats/histogram.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include "infomax/math/elementwise.hpp"
#include "infomax/stats/tiles.hpp"

namespace infomax::stats {
namespace {

/// Columns that are counted together: few enough that their power sums stay in the cache, and many
/// enough that a row's additions finish before the next row adds to the same cells.
constexpr std::size_t column_block = 128;

/// Adds the counts that follow from a cell's power sums s to its four bins.
void add_to_bins(const double* s, double* bin) {
  bin[0] += (s[0] - 3.0 * s[1] + 3.0 * s[2] - s[3]) / 6.0;
  bin[1] += (4.0 * s[0] - 6.0 * s[2] + 3.0 * s[3]) / 6.0;
  bin[2] += (s[0] + 3.0 * s[1] + 3.0 * s[2] - 3.0 * s[3]) / 6.0;
  bin[3] += s[3] / 6.0;
}

/// Returns q of sum_k l_k w_k'(f) = q0 + q1 f + q2 f^2, over a cell's four bins.
std::array<double, 3> slope_polynomial(const double* l) {
  return {0.5 * (l[2] - l[0]), l[0] - 2.0 * l[1] + l[2], 0.5 * (l[3] - l[0]) + 1.5 * (l[1] - l[2])};
}

}  // namespace

SoftHistogram::SoftHistogram(std::size_t bins, HistogramRange range) : cells_(bins, range) {}

void SoftHistogram::begin(double samples, std::span<const double> mean,
                          std::span<const double> variance, bool with_gradient) {
  samples_ = std::max(1.0, samples);
  with_gradient_ = with_gradient;
  cells_.begin(mean, variance);
  powers_.resize(columns() * column_size());  // a rank may have no rows to count
}

std::size_t SoftHistogram::message_size() const {
  return columns() * (with_gradient_ ? column_size() : bins());
}

template <math::Real T>
void SoftHistogram::count(const RowSource<T>& source, std::size_t first_row, std::size_t row_count,
                          Buffer<T>& scratch, std::span<double> message) {
  assert(source.columns() == columns() && message.size() == message_size());
  std::ranges::fill(powers_, 0.0);
  for_each_tile(first_row, row_count, columns(), [&](std::size_t first, std::size_t rows) {
    const MatrixView<const T> tile = source.tile(first, rows, scratch);
    // Counts row by row, so that consecutive additions go to different columns and do not depend on
    // each other.
    for (std::size_t j = 0; j < columns(); j += column_block) {
      const std::size_t width = std::min(column_block, columns() - j);
      const auto table = std::span(powers_).subspan(j * column_size(), width * column_size());
      for (std::size_t i = 0; i < rows; ++i) {
        cells_.locate<T>(tile.row(i).subspan(j, width), j);
        math::add_power_sums(cells_.cell().subspan(j, width), cells_.fraction().subspan(j, width),
                             static_cast<int>(cells_.cells()), table);
      }
    }
  });
  if (with_gradient_) {
    std::ranges::copy(powers_, message.begin());
  } else {
    to_counts(powers_, message);
  }
}

void SoftHistogram::to_counts(std::span<const double> powers, std::span<double> counts) const {
  std::ranges::fill(counts, 0.0);
  for (std::size_t j = 0; j < columns(); ++j) {
    const double* const slots = powers.data() + j * column_size();
    double* const bins = counts.data() + j * cells_.bins();
    for (std::size_t c = 0; c < cells_.cells(); ++c) {
      add_to_bins(slots + 4 * (c + 1), bins + c);
    }
    // A value clamped below lies at f = 0 of the first cell, one clamped above at f = 1 of the
    // last.
    const double below = slots[0];
    const double above = slots[4 * (cells_.cells() + 1)];
    const double low_end[4] = {below, 0.0, 0.0, 0.0};
    const double high_end[4] = {above, above, above, above};
    add_to_bins(low_end, bins);
    add_to_bins(high_end, bins + cells_.cells() - 1);
  }
}

void SoftHistogram::finish(std::span<const double> message) {
  assert(message.size() == message_size());
  if (probabilities_.rows() != columns()) {
    probabilities_ = Matrix<double>(columns(), bins());
  }
  if (with_gradient_) {
    std::ranges::copy(message, powers_.begin());
    to_counts(powers_, probabilities_.span());
  } else {
    std::ranges::copy(message, probabilities_.data());
  }
  for (std::size_t j = 0; j < columns(); ++j) {
    const double factor = cells_.constant(j) ? 0.0 : 1.0 / samples_;
    for (double& p : probabilities_.view().row(j)) {
      p *= factor;
    }
  }
}

void SoftHistogram::differentiate(MatrixView<const double> derivative) {
  assert(with_gradient_ && derivative.rows() == columns() && derivative.columns() == bins());
  coefficients_.assign(columns() * column_size(), 0.0);
  shift_.assign(columns(), 0.0);
  tilt_.assign(columns(), 0.0);
  for (std::size_t j = 0; j < columns(); ++j) {
    if (!cells_.constant(j)) {
      differentiate_column(j, derivative.row(j));
    }
  }
}

void SoftHistogram::differentiate_column(std::size_t j, std::span<const double> derivative) {
  const double per_z = cells_.cells_per_z();
  const double to_z = per_z / samples_;  // dJ/dz = to_z (q0 + q1 f + q2 f^2)
  const double scale = cells_.z_per_value(j);
  double sum_g = 0.0;
  double sum_gz = 0.0;
  for (std::size_t c = 0; c < cells_.cells(); ++c) {
    const auto q = slope_polynomial(derivative.data() + c);
    const std::size_t slot = j * column_size() + 4 * (c + 1);
    const double* const s = powers_.data() + slot;
    const double g = to_z * (q[0] * s[0] + q[1] * s[1] + q[2] * s[2]);
    const double gf = to_z * (q[0] * s[1] + q[1] * s[2] + q[2] * s[3]);
    sum_g += g;
    sum_gz += (cells_.range().low + static_cast<double>(c) / per_z) * g + gf / per_z;
    for (std::size_t k = 0; k < 3; ++k) {
      coefficients_[slot + k] = scale * to_z * q[k];
    }
  }
  if (cells_.range().standardised) {
    shift_[j] = -scale * sum_g / samples_;
    tilt_[j] = -scale * scale * sum_gz / samples_;
  }
}

template <math::Real T>
void SoftHistogram::add_gradient(const RowSource<T>& source, Buffer<T>& scratch,
                                 MatrixView<T> gradient) {
  assert(gradient.rows() == source.rows() && gradient.columns() == columns());
  for_each_tile(0, source.rows(), columns(), [&](std::size_t first, std::size_t rows) {
    const MatrixView<const T> tile = source.tile(first, rows, scratch);
    for (std::size_t i = 0; i < rows; ++i) {
      const auto row = tile.row(i);
      cells_.locate<T>(row, 0);
      const auto cell = cells_.cell();
      const auto fraction = cells_.fraction();
      T* const out = gradient.row(first + i).data();
      for (std::size_t j = 0; j < columns(); ++j) {
        const double f = fraction[j];
        const auto clamped = static_cast<int>(f > 1.0) - static_cast<int>(f < 0.0);
        const int slot = cell[j] + 1 + clamped;
        const double* const q =
            coefficients_.data() + j * column_size() + 4 * static_cast<std::size_t>(slot);
        const double deviation = static_cast<double>(row[j]) - cells_.mean(j);
        out[j] += static_cast<T>(q[0] + f * (q[1] + f * q[2]) + shift_[j] + tilt_[j] * deviation);
      }
    }
  });
}

#define INFOMAX_INSTANTIATE(T)                                                                     \
  template void SoftHistogram::count<T>(const RowSource<T>&, std::size_t, std::size_t, Buffer<T>&, \
                                        std::span<double>);                                        \
  template void SoftHistogram::add_gradient<T>(const RowSource<T>&, Buffer<T>&, MatrixView<T>);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::stats
