// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/mpi/pending_file.hpp"

#include "infomax/mpi/failure.hpp"

namespace infomax::mpi {

PendingFile::PendingFile(const Communicator& communicator, const std::filesystem::path& final_path)
    : communicator_(communicator) {
  together(communicator_, [&] {
    if (communicator_.is_root()) {
      owned_.emplace(final_path);
    }
  });
  path_ = communicator_.broadcast(owned_ ? owned_->path().string() : std::string(), 0);
}

void PendingFile::require_room(std::uintmax_t bytes) {
  together(communicator_, [&] {
    if (owned_) {
      owned_->require_room(bytes);
    }
  });
}

void PendingFile::commit() {
  together(communicator_, [&] {
    if (owned_) {
      owned_->commit();
    }
  });
}

}  // namespace infomax::mpi
