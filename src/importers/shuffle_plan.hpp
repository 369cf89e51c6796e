// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "infomax/data/loader.hpp"
#include "infomax/importers/shuffle.hpp"
#include "infomax/mpi/communicator.hpp"

/// @file
/// What of a file `shuffle` puts into another order, and how a row of it lies in a record.

namespace infomax::importers {

/// What a record begins with: the key of its row, and the row, by which equal keys are ordered.
struct ShuffledPlace {
  std::uint64_t key = 0;
  std::uint64_t row = 0;
};

/// A data set whose rows are put into the new order.
struct ShuffledColumn {
  std::string name;
  data::DatasetShape shape;
  bool is_lengths = false;    ///< of the sequences of the column before this one
  std::size_t row_bytes = 0;  ///< of a record
  std::size_t offset = 0;     ///< in a record
};

/// What there is to shuffle.
struct ShufflePlan {
  std::vector<ShuffledColumn> columns;
  std::vector<std::string> left_out;  ///< of as many rows as /x, but of no type that is shuffled
  std::size_t rows = 0;
  std::size_t record_bytes = sizeof(ShuffledPlace);
};

/// Collective. Finds every data set of the file that has as many rows as x. Throws DataError where
/// the order of rows means something.
ShufflePlan plan_shuffle(const mpi::Communicator& communicator, const ShuffleRequest& request,
                         data::DatasetFile& file);

}  // namespace infomax::importers
