// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/stats/gram_coordinates.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moments.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// N: global rows. B: local rows. p, q: columns of a and b. r: coordinates of a side.

namespace infomax::stats {

/// Whether the second moments of N rows of p columns are better had from products of rows, N by N,
/// than from those of columns, p by p. This is the one place that decides: with at least twice as
/// many columns as rows, the Gram matrix with its factor, its coordinates and their covariance
/// takes no more memory than a covariance of p columns, and fewer operations. The answer depends on
/// no rank.
[[nodiscard]] constexpr bool is_wide(double samples, std::size_t columns) {
  return samples > 0.0 && static_cast<double>(columns) >= 2.0 * samples;
}

/// Coordinates of rows, in place of these.
class CoordinateRows final : public RowSource<double> {
 public:
  /// `coordinates` [B, r] outlives this; `original` are the columns of the rows.
  CoordinateRows(MatrixView<const double> coordinates, std::size_t original)
      : coordinates_(coordinates), original_(original) {}

  [[nodiscard]] std::size_t rows() const override { return coordinates_.rows(); }
  [[nodiscard]] std::size_t columns() const override { return coordinates_.columns(); }
  [[nodiscard]] std::size_t original_columns() const override { return original_; }
  /// As RowSource describes it.
  [[nodiscard]] MatrixView<const double> tile(std::size_t first, std::size_t count,
                                              Buffer<double>& /*scratch*/) const override {
    return coordinates_.row_range(first, count);
  }

 private:
  MatrixView<const double> coordinates_;
  std::size_t original_;
};

/// Rows of either precision, in double.
template <math::Real T>
class WideningRows final : public RowSource<double> {
 public:
  /// `rows` outlive this.
  explicit WideningRows(const RowSource<T>& rows) : rows_(&rows) {}

  [[nodiscard]] std::size_t rows() const override { return rows_->rows(); }
  [[nodiscard]] std::size_t columns() const override { return rows_->columns(); }
  /// As RowSource describes it.
  [[nodiscard]] MatrixView<const double> tile(std::size_t first, std::size_t count,
                                              Buffer<double>& scratch) const override {
    if constexpr (std::is_same_v<T, double>) {
      return rows_->tile(first, count, scratch);
    } else {
      const MatrixView<const T> narrow = rows_->tile(first, count, narrow_);
      scratch.resize(std::max(scratch.size(), narrow.size()));
      const MatrixView<double> wide(scratch.data(), count, narrow.columns());
      for (std::size_t i = 0; i < count; ++i) {
        std::ranges::copy(narrow.row(i), wide.row(i).begin());
      }
      return wide;
    }
  }

 private:
  const RowSource<T>* rows_;
  mutable Buffer<T> narrow_;  // of the tile that is read; not part of the value of this
};

/// The rows of both sides of a batch in double, where those of a wide side are replaced by their
/// coordinates. Keeps the coordinates of a side a of known content, and its memory.
template <math::Real T>
class CompactRows {
 public:
  /// Which sides are replaced, and what is to be done with their coordinates later.
  struct Plan {
    /// Whether any side is.
    [[nodiscard]] bool any() const { return compact_a || compact_b; }

    bool compact_a = false;  ///< whether coordinates take the place of the rows of a
    bool compact_b = false;  ///< the same of b
    bool joint = false;      ///< one basis for both sides, which have the same columns
    bool keep_a = false;     ///< whether restore or pull_back will be called for a
    bool keep_b = false;     ///< the same of b
  };

  /// Which sides are wide in a batch of so many global rows, among those of which a function needs
  /// these moments.
  [[nodiscard]] static Plan plan(const MomentNeeds& needs, const RowPairs<T>& rows, double samples);

  /// The same for sides of equal columns that get one basis, which has the rows of both: both are
  /// replaced or neither.
  [[nodiscard]] static Plan joint_plan(const RowPairs<T>& rows, double samples);

  /// Collective. Finds the coordinates. `variances` are those of the columns, and outlive the call.
  /// The result is valid until the next call.
  RowPairs<double> find(const mpi::Communicator& communicator, const RowPairs<T>& rows,
                        const Means& means, const SecondMoments& variances, const Plan& plan);

  /// The means of the rows that find() returned: zeros for coordinates.
  [[nodiscard]] const Means& means() const { return means_; }

  /// @{ The coordinates of a side that was replaced. Jointly, those of a are of both.
  [[nodiscard]] GramCoordinates& a() { return a_.coordinates; }
  [[nodiscard]] GramCoordinates& b() { return plan_.joint ? a_.coordinates : b_.coordinates; }
  /// @}
  [[nodiscard]] const Plan& plan() const { return plan_; }  ///< of the last find()

 private:
  struct Side {
    GramCoordinates coordinates;
    std::optional<CoordinateRows> compact;
    std::optional<WideningRows<T>> widened;

    const RowSource<double>& show(bool is_compact, const GramCoordinates& from, std::size_t source,
                                  const RowSource<T>& rows);
  };

  Plan plan_;
  Side a_;
  Side b_;
  Means means_;
  LastContent kept_;
};

}  // namespace infomax::stats
