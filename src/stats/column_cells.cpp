// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/stats/column_cells.hpp"

#include <cassert>
#include <cmath>

#include "infomax/math/elementwise.hpp"

namespace infomax::stats {

ColumnCells::ColumnCells(std::size_t bins, HistogramRange range) : bins_(bins), range_(range) {
  assert(bins >= 4 && range.high > range.low);
}

double ColumnCells::cells_per_z() const {
  return static_cast<double>(cells()) / (range_.high - range_.low);
}

void ColumnCells::begin(std::span<const double> mean, std::span<const double> variance) {
  assert(mean.size() == variance.size());
  const std::size_t n = mean.size();
  mean_.assign(mean.begin(), mean.end());
  for (Buffer<double>* vector : {&inverse_deviation_, &slope_, &offset_, &fraction_}) {
    vector->resize(n);
  }
  cell_.resize(n);
  for (std::size_t j = 0; j < n; ++j) {
    const bool is_constant = variance[j] == 0.0;
    inverse_deviation_[j] = is_constant ? 0.0 : 1.0 / std::sqrt(variance[j]);
    const double scale = range_.standardised ? inverse_deviation_[j] : 1.0;
    const double shift = range_.standardised ? mean[j] : 0.0;
    slope_[j] = is_constant ? 0.0 : cells_per_z() * scale;
    offset_[j] = is_constant ? 0.0 : -cells_per_z() * (shift * scale + range_.low);
  }
}

template <math::Real T>
void ColumnCells::locate(std::span<const T> values, std::size_t first) {
  const auto range = [&](auto& all) { return std::span(all).subspan(first, values.size()); };
  math::locate_cells<T>(values, range(slope_), range(offset_), static_cast<int>(cells()),
                        range(cell_), range(fraction_));
}

template void ColumnCells::locate<float>(std::span<const float>, std::size_t);
template void ColumnCells::locate<double>(std::span<const double>, std::size_t);

}  // namespace infomax::stats
