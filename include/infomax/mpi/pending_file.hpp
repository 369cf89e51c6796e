// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "infomax/core/pending_file.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::mpi {

/// A PendingFile that all ranks write. The root owns it, and every rank knows its path.
class PendingFile {
 public:
  /// Collective. The root makes the temporary file, empty. Throws SystemError, the same on every
  /// rank, if it cannot be made.
  PendingFile(const Communicator& communicator, const std::filesystem::path& final_path);

  /// The path to write to.
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Collective. Throws SystemError where the disk has less room than so many bytes.
  void require_room(std::uintmax_t bytes);

  /// Collective. Gives the file its final name after every rank has closed it. Throws SystemError.
  void commit();

 private:
  Communicator communicator_;
  std::optional<infomax::PendingFile> owned_;  // on the root
  std::filesystem::path path_;
};

}  // namespace infomax::mpi
