// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "infomax/mpi/communicator.hpp"

/// @file
/// B local rows, C strata, G groups, K parts.

namespace infomax::analysis {

/// This rank's rows that are dealt to parts. All ranks' rows follow each other in order of rank.
struct RowsToDeal {
  std::span<const std::uint32_t> strata;  ///< [B], below C: the class of a row, or 0
  std::size_t stratum_count = 1;          ///< C
  std::span<const std::uint64_t> groups;  ///< [B], or empty: every row is its own group
};

/// Collective. Deals the rows of all ranks to K parts, the same at any number of ranks: returns the
/// part of each local row [B]. `seed` and `deal` key the random choice.
///
/// Without groups, the rows of a stratum are dealt in their order, K at a time, one to each part,
/// in an order that is random for every K rows. Those that remain of all strata are dealt one after
/// another. So parts have the same number of rows, and of rows of every stratum, up to one.
///
/// With groups, all rows of a group go to one part. Groups are dealt from the largest on (of equal
/// ones in a random order), each to the part that thereby gets nearest to its share of every
/// stratum; of equal parts, to the one with fewest rows. Every rank holds the list of all groups.
/// Throws UsageError where K is below 2 or above the number of rows or groups.
[[nodiscard]] std::vector<std::uint32_t> deal_rows(const mpi::Communicator& communicator,
                                                   const RowsToDeal& rows, std::size_t parts,
                                                   std::uint64_t seed, std::uint64_t deal);

/// Collective. The number of rows of all ranks, or of different groups where they have groups.
[[nodiscard]] std::size_t count_units(const mpi::Communicator& communicator,
                                      const RowsToDeal& rows);

}  // namespace infomax::analysis
