// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "infomax/mpi/communicator.hpp"

namespace infomax::train {

/// Where a run leaves what it made: config.ini, metrics.jsonl, model.h5, checkpoints.
class RunDirectory {
 public:
  /// Collective. Makes the directory where it is missing. One that holds a run already is refused
  /// with a UsageError unless `overwrite`, which removes that run's files and nothing else. Throws
  /// SystemError where it cannot be written.
  RunDirectory(const mpi::Communicator& communicator, const std::string& path, bool overwrite);

  /// Collective. The directory of a run to go on with: nothing in it is touched. Throws as above.
  [[nodiscard]] static RunDirectory reopen(const mpi::Communicator& communicator,
                                           const std::string& path);

  /// Collective. The directory of a run that is only read. Throws DataError where it has none of a
  /// run's files.
  [[nodiscard]] static RunDirectory find(const mpi::Communicator& communicator,
                                         const std::string& path);

  /// No directory: the run writes nothing.
  [[nodiscard]] static RunDirectory none() { return RunDirectory(std::filesystem::path()); }
  [[nodiscard]] bool is_none() const { return path_.empty(); }

  [[nodiscard]] std::string path() const { return path_.string(); }
  [[nodiscard]] std::string config() const { return (path_ / "config.ini").string(); }
  [[nodiscard]] std::string metrics() const { return (path_ / "metrics.jsonl").string(); }
  [[nodiscard]] std::string model() const { return (path_ / "model.h5").string(); }
  [[nodiscard]] std::string checkpoints() const { return (path_ / "checkpoints").string(); }

 private:
  explicit RunDirectory(std::filesystem::path path) : path_(std::move(path)) {}

  void prepare(bool overwrite) const;
  void require_writable() const;

  std::filesystem::path path_;
};

/// Writes the whole of `text` to a file of its own. By one rank. Throws SystemError.
void write_text(const std::string& path, const std::string& text);

}  // namespace infomax::train
