// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "infomax/analysis/linear_refit.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/model/whole_sides.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/options.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// What is computed of pairs of rows again and again: for pairs that were made at random (a test by
/// permutation), or for pairs that were drawn with replacement (a bootstrap). What was fitted to
/// the pairs must be fitted to every such set of them too, or noise looks like a dependence.
/// Canonical correlations of outputs are; networks are not, as that would train them K times, so
/// the outputs must be those of rows that the networks were not trained on; the linear solution is,
/// by linear_statistic().

namespace infomax::analysis {

/// What is compared: the value of an objective and, where it has them, canonical correlations.
struct Statistic {
  double objective = 0.0;            ///< the larger, the more dependent
  std::vector<double> correlations;  ///< as many for all rows; may be empty
  double dependence = 0.0;           ///< the objective before entropies
};

/// A statistic of paired rows. Collective. Entropies and other terms that no order of the rows
/// changes may be left out of its objective.
template <math::Real T>
using StatisticOf = std::function<Statistic(const stats::RowPairs<T>&)>;

/// Which correlation of an order a correlation of the data is compared with.
enum class Rival : std::uint8_t {
  /// The one at the same place, of maps that are fixed.
  same,
  /// The largest, of maps that are fitted anew to every order. A second correlation beside a strong
  /// first one is what is largest once that has been taken away; compared with the second one of an
  /// order, it would look significant where it is noise (Winkler et al. 2020). The p-values hold
  /// together: the probability of any below alpha by chance is alpha.
  largest,
};

/// Rows, and the statistic that is computed of them and of rows like them.
template <math::Real T>
struct PairedStatistic {
  stats::RowPairs<T> rows;  ///< of the data
  StatisticOf<T> of;        ///< of any such rows
  Rival rival;              ///< of its correlations
};

/// The objective of the networks' outputs as they are. With `fitted`, as evaluate() has it, nothing
/// is fitted to the rows; without, canonical correlations are. All that is given must outlive the
/// result. Collective with `fitted`. Throws as evaluate() does.
template <math::Real T>
[[nodiscard]] PairedStatistic<T> output_statistic(const mpi::Communicator& communicator,
                                                  const objective::ObjectiveOptions& options,
                                                  const model::WholeSides<T>& sides,
                                                  const model::WholeSides<T>* fitted);

/// The same of the inputs of a linear solution, which is fitted to the rows. All that is given must
/// outlive the result, whose statistic throws as LinearRefit::fit() does.
template <math::Real T>
[[nodiscard]] PairedStatistic<T> linear_statistic(const mpi::Communicator& communicator,
                                                  const objective::ObjectiveOptions& options,
                                                  const LinearRefit<T>& refit);

}  // namespace infomax::analysis
