// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/stats/compact_rows.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moments.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// p, q: columns of a and b. r: coordinates of a side. K: columns of a map.

namespace infomax::stats {

/// For what is computed once from all rows, such as linear maps in closed form: the rows of both
/// sides with coordinates in place of wide ones, and the way of a map of coordinates back to one of
/// columns.
template <math::Real T>
class CompactSides {
 public:
  /// Collective. Returns null where the plan replaces no side. The plan also says which sides'
  /// maps will be restored. The rows outlive the result.
  [[nodiscard]] static std::unique_ptr<CompactSides> of(const mpi::Communicator& communicator,
                                                        const typename CompactRows<T>::Plan& plan,
                                                        const RowPairs<T>& rows,
                                                        const Means& means);

  [[nodiscard]] const RowPairs<double>& rows() const { return *rows_; }  ///< of both sides

  /// @{ Collective. Replaces a map [r, K] of a side's coordinates by that of its columns, [p, K] or
  /// [q, K]. A map of a side that is not wide, and an empty one, stay as they are.
  void restore_a(const mpi::Communicator& communicator, Matrix<double>& map);
  void restore_b(const mpi::Communicator& communicator, Matrix<double>& map);
  /// @}

 private:
  CompactRows<T> compact_;
  std::optional<RowPairs<double>> rows_;
};

}  // namespace infomax::stats
