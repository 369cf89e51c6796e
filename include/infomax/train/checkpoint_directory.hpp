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

/// The checkpoints of a run directory, `step-000000120.h5` and so on. By one rank.
class CheckpointDirectory {
 public:
  explicit CheckpointDirectory(std::filesystem::path path) : path_(std::move(path)) {}

  [[nodiscard]] std::filesystem::path file(std::uint64_t step) const;

  /// Those there are, newest first; none where there is no directory. Throws SystemError.
  [[nodiscard]] std::vector<std::filesystem::path> list() const;

  /// The newest that is whole, or nothing where there is none at all. A damaged one is set aside
  /// under another name, with a warning, and the one before is tried; what an interrupted write
  /// left is removed. Throws DataError where all are damaged or the newest whole one is of another
  /// format version.
  [[nodiscard]] std::optional<Checkpoint> newest() const;

  /// Writes one and removes all but the newest `keep`. Throws SystemError.
  void write(Checkpoint checkpoint, std::size_t keep) const;

 private:
  std::filesystem::path path_;
};

/// Collective. What the root found, or nothing; texts and step on every rank, arrays on the root.
[[nodiscard]] std::optional<Checkpoint> find_newest(const mpi::Communicator& communicator,
                                                    const CheckpointDirectory& directory);

/// Writes checkpoints while training goes on: HDF5 and plain files, in a thread that makes no
/// MPI calls. HDF5 is not safe in threads, so the others must wait() before they use it.
class BackgroundWriter {
 public:
  BackgroundWriter(CheckpointDirectory directory, std::size_t keep)
      : directory_(std::move(directory)), keep_(keep) {}
  ~BackgroundWriter();
  BackgroundWriter(const BackgroundWriter&) = delete;
  BackgroundWriter& operator=(const BackgroundWriter&) = delete;

  /// Whether one is under way.
  [[nodiscard]] bool busy() const { return busy_.load(); }

  /// After the one before is done.
  void start(Checkpoint checkpoint);

  /// Until none is under way. Warns, once for each, where one could not be written.
  void wait();

 private:
  CheckpointDirectory directory_;
  std::size_t keep_;
  std::thread thread_;
  std::atomic<bool> busy_{false};
  std::string complaint_;
};

}  // namespace infomax::train
