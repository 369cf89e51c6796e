// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <filesystem>

namespace infomax {

/// A file that is written under a temporary name beside its own and renamed when it is complete. A
/// job that ends early leaves the old file or none, never an incomplete one.
class PendingFile {
 public:
  /// Makes an empty temporary file beside `final_path`, whose name holds this process's number.
  /// Throws SystemError if it cannot be made.
  explicit PendingFile(std::filesystem::path final_path);
  /// Removes the temporary file unless it was committed.
  ~PendingFile();
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;

  /// The path to write to.
  [[nodiscard]] const std::filesystem::path& path() const { return pending_; }

  /// Throws SystemError where the disk has less room than so many bytes.
  void require_room(std::uintmax_t bytes) const;

  /// Gives the closed file its final name. Throws SystemError.
  void commit();

  /// Does what commit() does and waits until the file and its name are on the disk, so that they
  /// survive a loss of power. Throws SystemError.
  void commit_durably();

 private:
  std::filesystem::path final_;
  std::filesystem::path pending_;
};

}  // namespace infomax
