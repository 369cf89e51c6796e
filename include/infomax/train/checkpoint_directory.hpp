// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "infomax/mpi/communicator.hpp"
#include "infomax/train/checkpoint.hpp"

namespace infomax::train {

/// The checkpoints of a run directory, `step-000000000120.h5` and so on. Used by one rank.
class CheckpointDirectory {
 public:
  /// The directory at `path`, which need not exist yet.
  explicit CheckpointDirectory(std::filesystem::path path) : path_(std::move(path)) {}

  /// The path of the checkpoint of a step.
  [[nodiscard]] std::filesystem::path file(std::uint64_t step) const;

  /// Returns the checkpoints, newest first; none where the directory does not exist. Throws
  /// SystemError.
  [[nodiscard]] std::vector<std::filesystem::path> list() const;

  /// Returns the newest checkpoint that is whole, or nothing where the directory has no checkpoint.
  /// Damaged ones that are newer are renamed to `.damaged`, with a warning. Files that an
  /// interrupted write left are removed. Throws DataError where all checkpoints are damaged, also
  /// those that were renamed before, or where the newest whole one has another format version; and
  /// SystemError where one that it needs cannot be read.
  [[nodiscard]] std::optional<Checkpoint> newest() const;

  /// Writes a checkpoint and removes all but the newest `keep`. Throws SystemError.
  void write(Checkpoint checkpoint, std::size_t keep) const;

 private:
  std::filesystem::path path_;
};

/// Collective. Returns what newest() finds on the root: texts and step on every rank, arrays on the
/// root alone.
[[nodiscard]] std::optional<Checkpoint> find_newest(const mpi::Communicator& communicator,
                                                    const CheckpointDirectory& directory);

/// Writes checkpoints while training goes on, in a thread that uses HDF5 and plain files and makes
/// no MPI calls. HDF5 is not thread-safe, so other threads must wait() before they use it.
class BackgroundWriter {
 public:
  /// Each write leaves the newest `keep` checkpoints in the directory.
  BackgroundWriter(CheckpointDirectory directory, std::size_t keep)
      : directory_(std::move(directory)), keep_(keep) {}
  ~BackgroundWriter();
  BackgroundWriter(const BackgroundWriter&) = delete;
  BackgroundWriter& operator=(const BackgroundWriter&) = delete;

  /// Returns whether a checkpoint is being written.
  [[nodiscard]] bool busy() const { return busy_.load(); }

  /// Waits for the checkpoint before this one, and begins to write this one.
  void start(Checkpoint checkpoint);

  /// Waits until nothing is being written. Warns of each checkpoint that could not be written.
  void wait();

 private:
  CheckpointDirectory directory_;
  std::size_t keep_;
  std::thread thread_;
  std::atomic<bool> busy_{false};
  std::string complaint_;
};

}  // namespace infomax::train
