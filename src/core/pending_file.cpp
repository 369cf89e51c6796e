// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/core/pending_file.hpp"

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "infomax/core/error.hpp"

namespace infomax {
namespace {

/// Waits until a file, or the names in a directory, are on the disk.
void flush(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool flushed = descriptor >= 0 && ::fsync(descriptor) == 0;
  const std::string reason = flushed ? "" : std::generic_category().message(errno);
  if (descriptor >= 0) {
    ::close(descriptor);
  }
  if (!flushed) {
    throw SystemError("cannot write " + path.string() + " to the disk: " + reason);
  }
}

}  // namespace

PendingFile::PendingFile(std::filesystem::path final_path)
    : final_(std::move(final_path)),
      pending_(final_.string() + ".part-" + std::to_string(::getpid())) {}

PendingFile::~PendingFile() {
  if (!pending_.empty()) {
    std::error_code ignored;
    std::filesystem::remove(pending_, ignored);
  }
}

void PendingFile::commit() {
  std::error_code error;
  std::filesystem::rename(pending_, final_, error);
  if (error) {
    throw SystemError("cannot rename " + pending_.string() + " to " + final_.string() + ": " +
                      error.message());
  }
  pending_.clear();
}

void PendingFile::commit_durably() {
  flush(pending_);
  commit();
  const auto directory = final_.parent_path();
  flush(directory.empty() ? "." : directory);
}

}  // namespace infomax
