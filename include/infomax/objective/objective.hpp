// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/value.hpp"
#include "infomax/stats/row_source.hpp"

namespace infomax::objective {

/// A function of two sets of N global rows, a [N, p] and b [N, q], of which every rank holds some.
/// It knows nothing of networks, files or micro-batches.
template <math::Real T>
class Objective {
 public:
  Objective() = default;
  virtual ~Objective() = default;
  Objective(const Objective&) = delete;
  Objective& operator=(const Objective&) = delete;

  /// Collective. The global value, and into `da` [B, p] and `db` [B, q] the gradient of the global
  /// J with respect to the local rows: overwritten, already divided by what J divides by, so that
  /// the parameter gradients of all ranks are simply summed. A side whose gradient is not wanted
  /// (data) passes an empty view with 0 columns, the same on every rank. Not reentrant: it keeps
  /// scratch memory from call to call.
  [[nodiscard]] virtual Value evaluate(const mpi::Communicator& communicator,
                                       const stats::RowSource<T>& a, const stats::RowSource<T>& b,
                                       MatrixView<T> da, MatrixView<T> db) = 0;
};

}  // namespace infomax::objective
