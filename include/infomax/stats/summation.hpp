// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "infomax/mpi/communicator.hpp"
#include "infomax/stats/exact_sum.hpp"
#include "infomax/stats/row_source.hpp"

namespace infomax::stats {

/// A sum over all rows of a batch on all ranks: of what each rank adds up in its own order, by
/// MPI_SUM; or, where the rows have parts, of what each part adds up to, exactly. Keeps its memory.
class Summation {
 public:
  /// Collective. `sums` becomes the sum of what `add_part(first, count)` adds to it for all local
  /// rows of all ranks, which it is called for part by part.
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

  // The same step by step, the arguments equal in all of them.

  void begin(const RowParts* parts, std::span<double> sums) {
    std::ranges::fill(sums, 0.0);
    if (parts != nullptr) {
      exact_.start(sums.size());
    }
  }

  /// After each part: `sums` holds what it adds.
  void end_part(const RowParts* parts, std::span<double> sums) {
    if (parts != nullptr) {
      exact_.add<double>(0, sums);
      std::ranges::fill(sums, 0.0);
    }
  }

  /// Collective.
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
