// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "infomax/mpi/communicator.hpp"

namespace infomax::importers {

/// The files between the two passes of a shuffle: each rank has one for every bucket, which holds
/// its records of that bucket, one after another.
class Spill {
 public:
  /// Collective. The files lie beside `output`. `buffer_bytes` are held before they are written.
  Spill(const mpi::Communicator& communicator, const std::filesystem::path& output,
        std::size_t buckets, std::size_t record_bytes, std::size_t buffer_bytes);
  /// Removes this rank's files.
  ~Spill();
  Spill(const Spill&) = delete;
  Spill& operator=(const Spill&) = delete;

  /// Adds a record to this rank's file of a bucket. Throws SystemError.
  void add(std::size_t bucket, std::span<const std::byte> record);

  /// Collective. Writes what is held. Throws SystemError, the same on every rank.
  void finish();

  [[nodiscard]] std::size_t buckets() const { return counts_.size(); }
  /// The records of a bucket, on all ranks together. After finish().
  [[nodiscard]] std::uint64_t count(std::size_t bucket) const { return counts_[bucket]; }

  /// Reads all records of a bucket, those of every rank, in the order of the ranks. Throws
  /// SystemError.
  [[nodiscard]] std::vector<std::byte> read(std::size_t bucket) const;

 private:
  [[nodiscard]] std::filesystem::path file(int rank, std::size_t bucket) const;
  void write(std::size_t bucket);

  mpi::Communicator communicator_;
  std::filesystem::path output_;
  std::size_t record_bytes_;
  std::size_t most_held_;  // bytes of a bucket
  std::vector<std::vector<std::byte>> held_;
  std::vector<std::uint64_t> counts_;
};

}  // namespace infomax::importers
