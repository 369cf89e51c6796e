// SPDX-License-Identifier: BSD-3-Clause
#include "compare/folds_file.hpp"

#include <array>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "infomax/analysis/npy_file.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/pending_file.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::compare {
namespace {

/// Rows that are written at a time.
constexpr std::size_t rows_at_once = std::size_t{1} << 16U;

/// Writes the rows of one repetition, of which each is in one of the sets.
void write_rows(std::ofstream& file, const std::vector<data::RowSet>& held_out, std::size_t rows) {
  std::vector<std::uint32_t> numbers;
  for (std::size_t first = 0; first < rows; first += rows_at_once) {
    numbers.assign(std::min(rows_at_once, rows - first), 0);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      while (!held_out[numbers[i]].has(first + i)) {
        ++numbers[i];
      }
    }
    file.write(reinterpret_cast<const char*>(numbers.data()),
               static_cast<std::streamsize>(numbers.size() * sizeof(std::uint32_t)));
  }
}

}  // namespace

void write_folds(const mpi::Communicator& communicator, Folds& folds, const Options& options,
                 const std::filesystem::path& path) {
  std::optional<PendingFile> pending;
  std::ofstream file;
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      pending.emplace(path);
      file.open(pending->path(), std::ios::binary);
      const std::array<std::size_t, 2> shape{options.seeds, folds.rows()};
      file << analysis::npy_header("<u4", shape);
    }
  });
  for (std::size_t repeat = 0; repeat < options.seeds; ++repeat) {
    std::vector<data::RowSet> held_out;
    held_out.reserve(options.folds.count);
    for (std::size_t fold = 0; fold < options.folds.count; ++fold) {
      held_out.push_back(folds.held_out(repeat, fold));
    }
    if (communicator.is_root()) {
      write_rows(file, held_out, folds.rows());
    }
  }
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      file.close();
      if (!file) {
        throw SystemError(fmt::format("cannot write {}: is the disk full?", path.string()));
      }
      pending->commit();
    }
  });
}

}  // namespace infomax::compare
