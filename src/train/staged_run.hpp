// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>

namespace infomax::train {

/// A run that has not finished its first step. Its files lie in a folder of their own inside the
/// run directory, so that a run which is there already loses nothing to one that fails. settle()
/// puts them in the place of the earlier run's files by renaming: first those go into a second
/// folder, then that folder gets a third name, then the new files come. The third name decides:
/// recover() undoes a replacement that was interrupted before it, and completes one that was
/// interrupted after it. Used by one rank.
class StagedRun {
 public:
  /// Makes the run directory if it is missing, recovers it, and removes what an earlier run staged.
  /// Throws SystemError where the directory cannot be written.
  explicit StagedRun(std::filesystem::path run);

  /// Unless settled, puts back what settle() had moved when it failed, and removes what is staged,
  /// and the run directory if it was made for it.
  ~StagedRun();
  StagedRun(const StagedRun&) = delete;
  StagedRun& operator=(const StagedRun&) = delete;

  /// Where the run's files are written now.
  [[nodiscard]] const std::filesystem::path& place() const { return place_; }

  /// Removes the files of the run that was there, and nothing else, and moves the new ones there.
  /// Throws SystemError. A second call does nothing.
  void settle();

  /// Whether a directory holds files of a run that has settled.
  [[nodiscard]] static bool holds_run(const std::filesystem::path& run);

  /// Completes or undoes a replacement that was interrupted. Throws SystemError.
  static void recover(const std::filesystem::path& run);

 private:
  std::filesystem::path run_;
  std::filesystem::path place_;  // run_ itself once settled
  bool made_run_;
};

}  // namespace infomax::train
