// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "infomax/mpi/communicator.hpp"

namespace infomax::train {

class StagedRun;

/// The directory of a run's files: config.ini, metrics.jsonl, model.h5, checkpoints.
class RunDirectory {
 public:
  /// Collective. Makes the directory if it is missing. Throws UsageError where it holds a run
  /// already, unless `overwrite` is set. Throws SystemError where the directory cannot be written.
  /// Until settle() is called, the files of the new run lie in a folder inside the directory, whose
  /// paths config(), metrics() and model() return on the root. If the last copy of this object is
  /// destroyed before, they are removed, and the run that was there has lost nothing.
  RunDirectory(const mpi::Communicator& communicator, const std::string& path, bool overwrite);

  /// Called on the root when the new run has made its first step: its files take the place of those
  /// of a run that was there. No other file is touched. Whenever the process is killed, the
  /// directory holds the one run or, after recover(), the other. A second call, and one for a
  /// directory that was reopened, does nothing. Throws SystemError.
  void settle() const;

  /// Called on one rank. Completes or undoes a replacement during which a process was killed; the
  /// functions of this class that open a directory call it. Throws SystemError.
  static void recover(const std::filesystem::path& path);

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
  [[nodiscard]] std::string config() const { return (place() / "config.ini").string(); }
  /// Path of metrics.jsonl.
  [[nodiscard]] std::string metrics() const { return (place() / "metrics.jsonl").string(); }
  /// Path of model.h5.
  [[nodiscard]] std::string model() const { return (place() / "model.h5").string(); }
  /// Path of the directory of checkpoints.
  [[nodiscard]] std::string checkpoints() const { return (path_ / "checkpoints").string(); }

 private:
  explicit RunDirectory(std::filesystem::path path) : path_(std::move(path)) {}

  void prepare(bool overwrite);
  void require_writable() const;
  [[nodiscard]] const std::filesystem::path& place() const;

  std::filesystem::path path_;
  std::shared_ptr<StagedRun> staged_;  // on the root, of a run that begins
};

/// Writes `text` to a file. Called on one rank. Throws SystemError.
void write_text(const std::string& path, const std::string& text);

}  // namespace infomax::train
