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

/// Throws SystemError for a file that cannot be made beside `path`.
[[noreturn]] void refuse_place(const std::filesystem::path& path, int error) {
  const auto parent = path.parent_path();
  std::error_code ignored;
  if (!parent.empty() && !std::filesystem::is_directory(parent, ignored)) {
    const bool exists = std::filesystem::exists(parent, ignored);
    throw SystemError(
        "cannot write " + path.string() + ": " +
        (exists ? parent.string() + " is no folder; name a file in one"
                : "there is no folder " + parent.string() + "; make it, or name a file elsewhere"));
  }
  throw SystemError("cannot write " + path.string() + ": " +
                    std::generic_category().message(error) +
                    "; name a file in a folder you may write to");
}

/// Of a link, the file that it names, so that the link stays; as given where there is none.
std::filesystem::path behind_links(std::filesystem::path path) {
  std::error_code unknown;
  if (std::filesystem::is_symlink(path, unknown)) {
    auto file = std::filesystem::weakly_canonical(path, unknown);
    if (!unknown) {
      return file;
    }
  }
  return path;
}

}  // namespace

PendingFile::PendingFile(std::filesystem::path final_path)
    : final_(behind_links(std::move(final_path))),
      pending_(final_.string() + ".part-" + std::to_string(::getpid())) {
  const int descriptor = ::open(pending_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    refuse_place(final_, errno);
  }
  ::close(descriptor);
}

PendingFile::~PendingFile() {
  if (!pending_.empty()) {
    std::error_code ignored;
    std::filesystem::remove(pending_, ignored);
  }
}

void PendingFile::require_room(std::uintmax_t bytes) const {
  std::error_code unknown;
  const auto parent = std::filesystem::absolute(final_).parent_path();
  const auto space = std::filesystem::space(parent, unknown);
  if (!unknown && space.available < bytes) {
    throw SystemError("cannot write " + final_.string() + ": it takes " + std::to_string(bytes) +
                      " bytes, and its disk has " + std::to_string(space.available) +
                      "; name a file on a larger one");
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
