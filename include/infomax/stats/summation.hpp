// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "infomax/mpi/communicator.hpp"
#include "infomax/stats/exact_sum.hpp"
#include "infomax/stats/row_source.hpp"

namespace infomax::stats {

/// A sum over all rows of a batch on all ranks. Without parts, each rank adds up its rows, and
/// MPI_SUM adds the ranks. With parts, each part is added up by itself, and the sum of the parts is
/// exact. Reuses its memory.
class Summation {
 public:
  /// Collective. Calls `add_part(first, count)`, which adds rows to `sums`, for each part of the
  /// local rows, and replaces `sums` by the total over all rows of all ranks.
  template <class AddPart>
  void over(const mpi::Communicator& communicator, const RowParts* parts, std::size_t rows,
            std::span<double> sums, AddPart add_part) {
    begin(parts, sums);
    for_each_part(parts, rows, [&](std::size_t first, std::size_t count) {
      add_part(first, count);
      end_part(parts, sums);
    });
    finish(communicator, parts, sums);
  }

  /// The first of the steps of over(), which all take the same arguments. Sets `sums` to zero.

  void begin(const RowParts* parts, std::span<double> sums) {
    std::ranges::fill(sums, 0.0);
    if (parts != nullptr) {
      exact_.start(sums.size());
    }
  }

  /// Called after each part, when `sums` holds the part's sum.
  void end_part(const RowParts* parts, std::span<double> sums) {
    if (parts != nullptr) {
      exact_.add<double>(0, sums);
      std::ranges::fill(sums, 0.0);
    }
  }

  /// Collective. Replaces `sums` by the total over all parts, rows and ranks.
  void finish(const mpi::Communicator& communicator, const RowParts* parts,
              std::span<double> sums) {
    if (parts != nullptr) {
      exact_.finish(communicator, sums);
    } else {
      communicator.sum(sums);
    }
  }

 private:
  ExactSum exact_{3};
};

}  // namespace infomax::stats
