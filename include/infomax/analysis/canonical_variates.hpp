// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <vector>

#include "infomax/analysis/variate_rows.hpp"
#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/canonical.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// N global rows, n local ones, p columns of a side, D of its inputs, k components.

namespace infomax::analysis {

/// The canonical variates of two sides, as a fit to N rows has them: of mean 0 and variance 1 on
/// these rows, and with signs that do not depend on how a network arranges its outputs. Of a lag,
/// they are the singular functions of the Koopman operator but for the constant one: of side a the
/// left, of side b the right ones (Wu and Noe 2020).
struct CanonicalVariates {
  VariateMap a;                      ///< of side a
  VariateMap b;                      ///< of side b
  std::vector<double> correlations;  ///< [k], descending, as objective::CanonicalFit has them
};

/// Collective. Fits the variates of the `components` largest correlations, without those that are 0
/// within rounding, whose variates would be arbitrary: of one-hot rows there is always one. The
/// sign of a pair of variates is such that the column of `inputs` [n, D] that correlates most with
/// that of side a does so positively; `inputs` are columns of the same samples that mean something
/// to users. Throws as objective::fit_canonical(), and NumericError where none is left.
template <math::Real T>
[[nodiscard]] CanonicalVariates fit_variates(const mpi::Communicator& communicator,
                                             const stats::RowPairs<T>& sides,
                                             const stats::RowSource<T>& inputs,
                                             const objective::CanonicalOptions& options);

/// How the columns of a side's inputs go with its variates.
struct Loadings {
  Matrix<double> correlations;  ///< [D, k], Pearson's; 0 where a column is constant
  Buffer<double> input_mean;    ///< [D]
};

/// Collective. Two passes over the rows, which are the same samples in both arguments.
template <math::Real T>
[[nodiscard]] Loadings measure_loadings(const mpi::Communicator& communicator,
                                        const stats::RowSource<T>& inputs,
                                        const stats::RowSource<T>& variates);

}  // namespace infomax::analysis
