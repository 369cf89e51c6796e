// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <vector>

#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/stats/row_source.hpp"

namespace infomax::objective {

/// The canonical correlations of the rows themselves, without a ridge (Hotelling 1936).
struct SampleCorrelations {
  std::vector<double> values;  ///< [min(rank_a, rank_b)], descending, at most 1
  std::size_t rank_a = 0;      ///< directions in which side a varies
  std::size_t rank_b = 0;      ///< the same of side b
  double samples = 0.0;        ///< N
};

/// Collective. All canonical correlations of two sides within the column spaces of their
/// covariances, the same on every rank. Throws NumericError where a side does not vary.
template <math::Real T>
[[nodiscard]] SampleCorrelations sample_correlations(const mpi::Communicator& communicator,
                                                     const stats::RowPairs<T>& rows);

}  // namespace infomax::objective
