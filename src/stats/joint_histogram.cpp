// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/stats/joint_histogram.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include "infomax/stats/tiles.hpp"

namespace infomax::stats {
namespace {

using Four = std::array<double, 4>;

/// Columns that are counted together, so that their tables stay in the second-level cache for a
/// tile of rows. Consecutive additions still go to different tables and do not depend on each
/// other.
constexpr std::size_t pair_block = 32;

bool is_clamped(double f) { return f < 0.0 || f > 1.0; }

double clamped(double f) { return f < 0.0 ? 0.0 : (f > 1.0 ? 1.0 : f); }  // NaN stays NaN

/// Returns beta3 over a cell's four bins, at a fraction in [0, 1].
Four weights(double f) {
  const double g = 1.0 - f;
  return {g * g * g / 6.0, (4.0 + f * f * (3.0 * f - 6.0)) / 6.0,
          (1.0 + f * (3.0 + f * (3.0 - 3.0 * f))) / 6.0, f * f * f / 6.0};
}

/// Returns the derivatives of weights().
Four slopes(double f) {
  const double g = 1.0 - f;
  return {-0.5 * g * g, f * (1.5 * f - 2.0), 0.5 + f * (1.0 - 1.5 * f), 0.5 * f * f};
}

double dot(const Four& x, const Four& y) {
  return (x[0] * y[0] + x[1] * y[1]) + (x[2] * y[2] + x[3] * y[3]);
}

}  // namespace

template <math::Real T>
JointHistogram<T>::JointHistogram(std::size_t bins, HistogramRange range)
    : cells_a_(bins, range), cells_b_(bins, range) {}

template <math::Real T>
void JointHistogram<T>::begin(const Means& means, const SecondMoments& moments) {
  assert(means.a.size() == means.b.size());
  samples_ = std::max(1.0, means.samples);
  cells_a_.begin(means.a, moments.variance_a);
  cells_b_.begin(means.b, moments.variance_b);
}

template <math::Real T>
void JointHistogram<T>::count_rows(const RowSource<T>& a, const RowSource<T>& b,
                                   std::size_t first_row, std::size_t row_count) {
  const std::size_t bins = cells_a_.bins();
  const std::size_t columns = cells_a_.columns();
  for_each_tile(first_row, row_count, columns, [&](std::size_t first, std::size_t rows) {
    const MatrixView<const T> tile_a = a.tile(first, rows, scratch_a_);
    const MatrixView<const T> tile_b = b.tile(first, rows, scratch_b_);
    for (std::size_t from = 0; from < columns; from += pair_block) {
      const std::size_t width = std::min(pair_block, columns - from);
      const auto cell_a = cells_a_.cell().subspan(from, width);
      const auto cell_b = cells_b_.cell().subspan(from, width);
      const auto fraction_a = cells_a_.fraction().subspan(from, width);
      const auto fraction_b = cells_b_.fraction().subspan(from, width);
      for (std::size_t i = 0; i < rows; ++i) {
        cells_a_.locate<T>(tile_a.row(i).subspan(from, width), from);
        cells_b_.locate<T>(tile_b.row(i).subspan(from, width), from);
        for (std::size_t j = 0; j < width; ++j) {
          const Four w_a = weights(clamped(fraction_a[j]));
          const Four w_b = weights(clamped(fraction_b[j]));
          double* row = table_.data() + (from + j) * bins * bins +
                        static_cast<std::size_t>(cell_a[j]) * bins +
                        static_cast<std::size_t>(cell_b[j]);
          for (const double w : w_a) {
            for (std::size_t l = 0; l < 4; ++l) {
              row[l] += w * w_b[l];
            }
            row += bins;
          }
        }
      }
    }
  });
}

template <math::Real T>
void JointHistogram<T>::count(const mpi::Communicator& communicator, const RowPairs<T>& rows) {
  table_.resize(cells_a_.columns() * cells_a_.bins() * cells_a_.bins());
  const std::span<double> table = table_;
  summation_.over(
      communicator, rows.parts, rows.count(), table,
      [&](std::size_t first, std::size_t count) { count_rows(rows.a, rows.b, first, count); });
  math::scale<double>(1.0 / samples_, table);
}

template <math::Real T>
MatrixView<const double> JointHistogram<T>::probabilities(std::size_t j) const {
  const std::size_t bins = cells_a_.bins();
  return {table_.data() + j * bins * bins, bins, bins};
}

template <math::Real T>
void JointHistogram<T>::differentiate_row(MatrixView<const double> derivative, std::span<const T> a,
                                          std::span<const T> b, std::span<T> da, std::span<T> db) {
  const std::size_t n = cells_a_.columns();
  const std::size_t bins = cells_a_.bins();
  const double to_z = cells_a_.cells_per_z() / samples_;
  cells_a_.locate<T>(a, 0);
  cells_b_.locate<T>(b, 0);
  for (std::size_t j = 0; j < n; ++j) {
    double g_a = 0.0;
    double g_b = 0.0;
    if (!constant_a(j) && !constant_b(j)) {
      const double f_a = cells_a_.fraction()[j];
      const double f_b = cells_b_.fraction()[j];
      const Four w_a = weights(clamped(f_a));
      const Four w_b = weights(clamped(f_b));
      const double* row = derivative.row(j).data() +
                          static_cast<std::size_t>(cells_a_.cell()[j]) * bins +
                          static_cast<std::size_t>(cells_b_.cell()[j]);
      Four over_b{};  // sum_l w_l dJ/dp_kl
      Four over_a{};  // sum_k w_k dJ/dp_kl
      for (std::size_t k = 0; k < 4; ++k) {
        for (std::size_t l = 0; l < 4; ++l) {
          over_b[k] += w_b[l] * row[l];
          over_a[l] += w_a[k] * row[l];
        }
        row += bins;
      }
      g_a = is_clamped(f_a) ? 0.0 : to_z * dot(slopes(f_a), over_b);
      g_b = is_clamped(f_b) ? 0.0 : to_z * dot(slopes(f_b), over_a);
    }
    const auto store = [&](const ColumnCells& cells, double g, std::span<const T> values,
                           std::span<T> out, double* sums) {
      if (!out.empty()) {
        out[j] = static_cast<T>(g);
        sums[j] += g;
        sums[n + j] += g * cells.z_per_value(j) * (static_cast<double>(values[j]) - cells.mean(j));
      }
    };
    store(cells_a_, g_a, a, da, sums_.data());
    store(cells_b_, g_b, b, db, sums_.data() + 2 * n);
  }
}

template <math::Real T>
void JointHistogram<T>::differentiate(const mpi::Communicator& communicator,
                                      MatrixView<const double> derivative, const RowPairs<T>& rows,
                                      MatrixView<T> da, MatrixView<T> db) {
  sums_.resize(4 * cells_a_.columns());
  const auto differentiate_tile = [&](std::size_t first, std::size_t count) {
    const MatrixView<const T> tile_a = rows.a.tile(first, count, scratch_a_);
    const MatrixView<const T> tile_b = rows.b.tile(first, count, scratch_b_);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t row = first + i;
      differentiate_row(derivative, tile_a.row(i), tile_b.row(i),
                        da.columns() == 0 ? std::span<T>{} : da.row(row),
                        db.columns() == 0 ? std::span<T>{} : db.row(row));
    }
  };
  const std::span<double> sums = sums_;
  summation_.over(communicator, rows.parts, rows.count(), sums,
                  [&](std::size_t first, std::size_t count) {
                    for_each_tile(first, count, cells_a_.columns(), differentiate_tile);
                  });
  const auto half = sums.size() / 2;
  through_side(cells_a_, sums.first(half), rows.a, da);
  through_side(cells_b_, sums.subspan(half), rows.b, db);
}

template <math::Real T>
void JointHistogram<T>::through_side(const ColumnCells& cells, std::span<const double> sums,
                                     const RowSource<T>& source, MatrixView<T> gradient) {
  if (gradient.columns() == 0 || !cells.range().standardised) {
    return;  // dz/dv is 1
  }
  const std::size_t n = cells.columns();
  for (Buffer<double>* vector : {&scale_, &shift_, &tilt_}) {
    vector->resize(n);
  }
  for (std::size_t j = 0; j < n; ++j) {
    scale_[j] = cells.z_per_value(j);
    shift_[j] = -scale_[j] * sums[j] / samples_;
    tilt_[j] = -scale_[j] * scale_[j] * sums[n + j] / samples_;
  }
  for_each_tile(0, source.rows(), n, [&](std::size_t first, std::size_t rows) {
    const MatrixView<const T> tile = source.tile(first, rows, scratch_a_);
    for (std::size_t i = 0; i < rows; ++i) {
      const T* const values = tile.row(i).data();
      T* const out = gradient.row(first + i).data();
      for (std::size_t j = 0; j < n; ++j) {
        const double deviation = static_cast<double>(values[j]) - cells.mean(j);
        out[j] = static_cast<T>(scale_[j] * static_cast<double>(out[j]) + shift_[j] +
                                tilt_[j] * deviation);
      }
    }
  });
}

template class JointHistogram<float>;
template class JointHistogram<double>;

}  // namespace infomax::stats
