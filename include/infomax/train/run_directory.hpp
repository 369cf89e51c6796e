// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "infomax/mpi/communicator.hpp"

namespace infomax::train {

/// The directory of a run's files: config.ini, metrics.jsonl, model.h5, checkpoints.
class RunDirectory {
 public:
  /// Collective. Makes the directory if it is missing. Throws UsageError where it holds a run
  /// already, unless `overwrite` is set, which removes the files of that run and nothing else.
  /// Throws SystemError where the directory cannot be written.
  RunDirectory(const mpi::Communicator& communicator, const std::string& path, bool overwrite);

  /// Collective. Opens the directory of a run that goes on, and changes nothing in it. Throws
  /// SystemError where it cannot be written.
  [[nodiscard]] static RunDirectory reopen(const mpi::Communicator& communicator,
                                           const std::string& path);

  /// Collective. Opens the directory of a run that is only read. Throws DataError where it has no
  /// file of a run.
  [[nodiscard]] static RunDirectory find(const mpi::Communicator& communicator,
                                         const std::string& path);

  /// No directory: the run writes nothing.
  [[nodiscard]] static RunDirectory none() { return RunDirectory(std::filesystem::path()); }
  /// Whether there is no directory.
  [[nodiscard]] bool is_none() const { return path_.empty(); }

  [[nodiscard]] std::string path() const { return path_.string(); }  ///< empty for none()
  /// Path of config.ini.
  [[nodiscard]] std::string config() const { return (path_ / "config.ini").string(); }
  /// Path of metrics.jsonl.
  [[nodiscard]] std::string metrics() const { return (path_ / "metrics.jsonl").string(); }
  /// Path of model.h5.
  [[nodiscard]] std::string model() const { return (path_ / "model.h5").string(); }
  /// Path of the directory of checkpoints.
  [[nodiscard]] std::string checkpoints() const { return (path_ / "checkpoints").string(); }

 private:
  explicit RunDirectory(std::filesystem::path path) : path_(std::move(path)) {}

  void prepare(bool overwrite) const;
  void require_writable() const;

  std::filesystem::path path_;
};

/// Writes `text` to a file. Called on one rank. Throws SystemError.
void write_text(const std::string& path, const std::string& text);

}  // namespace infomax::train
