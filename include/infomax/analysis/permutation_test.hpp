// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "infomax/analysis/paired_statistic.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/stats/row_source.hpp"

/// @file
/// N samples, K permutations.

namespace infomax::analysis {

/// How samples of side b are given to samples of side a at random.
struct PermutationOptions {
  std::size_t count = 0;   ///< K
  std::size_t block = 1;   ///< consecutive samples that keep together, 1 or more
  std::uint64_t seed = 1;  ///< of the orders
};

/// How often chance does as well. A p-value is (1 + number of orders whose value is as large) / (K
/// + 1), never 0 (Phipson and Smyth 2010); values that are equal to 1e-10 count as equally large.
struct PermutationTest {
  std::size_t permutations = 0;                ///< K
  double p_value = 1.0;                        ///< of the objective
  std::vector<double> p_values;                ///< of each correlation
  double by_chance = 0.0;                      ///< the mean objective of the orders
  std::vector<double> correlations_by_chance;  ///< the mean correlations of the orders
};

/// Collective. Compares a statistic of the rows with the same of K random orders of side b. They
/// are the same at any number of ranks, and keyed by the seed. An order moves the rows of the
/// narrower side, which comes to the same pairs; PermutedRows says what is sent. Throws
/// NumericError where a value is not finite, and as `statistic` does.
template <math::Real T>
[[nodiscard]] PermutationTest test_by_permutation(const mpi::Communicator& communicator,
                                                  const stats::RowPairs<T>& rows,
                                                  const PermutationOptions& options, Rival rival,
                                                  const StatisticOf<T>& statistic);

}  // namespace infomax::analysis
