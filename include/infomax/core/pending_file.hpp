// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>

namespace infomax {

/// A file that is written under another name beside its own, which it gets only when whole: a job
/// that ends early leaves the old file, or none, never half a one.
class PendingFile {
 public:
  explicit PendingFile(std::filesystem::path final_path);
  ~PendingFile();
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;

  /// Where to write.
  [[nodiscard]] const std::filesystem::path& path() const { return pending_; }

  /// Gives the closed file its name. Throws SystemError.
  void commit();

  /// As commit(), and what is under the name afterwards survives a loss of power: file and name are
  /// on the disk when this returns. Throws SystemError.
  void commit_durably();

 private:
  std::filesystem::path final_;
  std::filesystem::path pending_;
};

}  // namespace infomax
