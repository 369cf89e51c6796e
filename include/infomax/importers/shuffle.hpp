// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "infomax/core/progress_line.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::importers {

/// A copy of a data set file whose rows are in random order.
struct ShuffleRequest {
  std::string data;              ///< a file, or several as data::find_files() takes them
  std::filesystem::path output;  ///< the file to write
  std::string x = "/x";          ///< the data set that says how many rows there are
  std::uint64_t seed = 1;        ///< of the order
  std::size_t memory_bytes = std::size_t{1} << 30U;  ///< for rows, on each rank
};

/// What a shuffle wrote.
struct Shuffled {
  std::size_t rows = 0;               ///< N
  std::vector<std::string> datasets;  ///< that have their rows in the new order
  std::vector<std::string>
      left_out;  ///< of as many rows, but strings that are no labels, or no numbers
};

/// Collective. Writes all data sets of numbers that have as many rows as x, and /y where it has
/// strings, as class numbers, with the rows of all in one random order: each of the N! orders is as
/// likely as any other, up to ties among N keys of 64 bits, and it is a function of the seed alone,
/// not of ranks or memory. Sequences with lengths of their own become padded rows.
///
/// Row i has a random key; the new order is that of the keys. The first pass deals rows, by the
/// first bits of their keys, to files beside the output that are as small as memory wants them; the
/// second reads these one by one, sorts and writes. So the rows are read once, and twice written.
/// The files are removed, also after a failure.
///
/// Throws DataError where the data cannot be read or has trajectories, whose order means something;
/// SystemError where the disk has no room, or memory is not enough for a few rows.
Shuffled shuffle(const mpi::Communicator& communicator, const ShuffleRequest& asked,
                 WorkProgress& progress);

}  // namespace infomax::importers
