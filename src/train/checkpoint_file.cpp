// SPDX-License-Identifier: BSD-3-Clause
#include "train/checkpoint_file.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "infomax/core/checksum.hpp"
#include "infomax/core/error.hpp"
#include "infomax/train/checkpoint.hpp"

namespace infomax::train {
namespace {

constexpr std::uint64_t flush_bytes = std::uint64_t{4} << 20U;  // of one request to write back
constexpr std::uint64_t behind_bytes = 8 * flush_bytes;         // on the way to the disk

std::string reason() { return std::generic_category().message(errno); }

[[noreturn]] void cannot_read(const std::filesystem::path& path, const std::string& why) {
  throw SystemError(fmt::format("cannot read checkpoint {}: {}", path.string(), why));
}

}  // namespace

void require_room(const std::filesystem::path& path, std::uintmax_t bytes) {
  std::error_code status;
  const auto space = std::filesystem::space(path.parent_path(), status);
  if (!status && space.available < bytes) {
    throw SystemError(fmt::format("cannot write {}: {} ({} bytes are needed, {} are free)",
                                  path.string(), std::generic_category().message(ENOSPC), bytes,
                                  space.available));
  }
}

Sealer::Sealer(std::filesystem::path path)
    : path_(std::move(path)), file_(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
  if (file_.number() < 0) {
    fail();
  }
}

void Sealer::fail() const {
  throw SystemError(fmt::format("cannot write {}: {}", path_.string(), reason()));
}

void Sealer::wrote(std::uint64_t offset, std::span<const std::byte> bytes) {
  const std::uint64_t end = offset + bytes.size();
  auto range = known_.upper_bound(offset);
  const bool follows =
      range != known_.begin() && std::prev(range)->first + std::prev(range)->second.bytes == offset;
  range = follows ? std::prev(range) : known_.emplace(offset, Range{}).first;
  range->second.checksum = checksum(bytes, range->second.checksum);
  range->second.bytes += bytes.size();
  send(end / flush_bytes * flush_bytes);
}

void Sealer::send(std::uint64_t end) {
  if (end <= sent_) {
    return;
  }
  sync(sent_, end, SYNC_FILE_RANGE_WRITE);
  sent_ = end;
  if (sent_ > forgotten_ + behind_bytes) {
    const std::uint64_t done = sent_ - behind_bytes;
    sync(forgotten_, done,
         SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
    (void)::posix_fadvise(file_.number(), static_cast<off_t>(forgotten_),
                          static_cast<off_t>(done - forgotten_), POSIX_FADV_DONTNEED);
    forgotten_ = done;
  }
}

/// The system reports a failure of the disk once, here or by fsync. Where it does not support the
/// call, nothing is wrong.
void Sealer::sync(std::uint64_t begin, std::uint64_t end, unsigned how) {
  if (::sync_file_range(file_.number(), static_cast<off_t>(begin), static_cast<off_t>(end - begin),
                        how) != 0 &&
      (errno == EIO || errno == ENOSPC || errno == EDQUOT)) {
    fail();
  }
}

/// Checksums of the ranges that were told to wrote() are known. Between them is what HDF5 wrote by
/// itself, a few KB, which is read from the file.
std::uint32_t Sealer::body(std::uint64_t size_bytes) const {
  std::uint32_t sum = 0;
  std::uint64_t done = seal_bytes;
  const auto read_to = [&](std::uint64_t end) {
    const auto add = [&sum](std::span<const std::byte> bytes) { sum = checksum(bytes, sum); };
    if (done < end && !read_range(file_.number(), done, end, add)) {
      fail();
    }
  };
  for (const auto& [offset, range] : known_) {
    read_to(offset);
    sum = joined_checksum(sum, range.checksum, range.bytes);
    done = offset + range.bytes;
  }
  read_to(size_bytes);
  return sum;
}

void Sealer::seal() {
  struct stat status {};
  if (::fstat(file_.number(), &status) != 0) {
    fail();
  }
  const auto size_bytes = static_cast<std::uint64_t>(status.st_size);
  const SealBlock block = to_block({checkpoint_kind, format_version, size_bytes, body(size_bytes)});
  if (::pwrite(file_.number(), block.data(), block.size(), 0) !=
          static_cast<ssize_t>(block.size()) ||
      ::fsync(file_.number()) != 0) {
    fail();
  }
  (void)::posix_fadvise(file_.number(), 0, 0, POSIX_FADV_DONTNEED);
}

void require_sealed(const std::filesystem::path& path, Source source) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number() < 0) {
    cannot_read(path, reason());
  }
  (void)::posix_fadvise(file.number(), 0, 0, POSIX_FADV_DONTNEED);
  if (source == Source::disk) {
    (void)set_direct(file.number(), true);
  }
  const SealedBytes found = read_sealed(file.number(), path);
  if (found.seal && found.seal->version != format_version) {
    throw DataError(fmt::format(
        "checkpoint {} has format version {}, and this program reads version {}; go on with the "
        "program that wrote it, or give `overwrite` to begin anew",
        path.string(), found.seal->version, format_version));
  }
  if (const std::string damage = found.damage(); !damage.empty()) {
    throw DamagedError(fmt::format("checkpoint {} {}", path.string(), damage));
  }
}

}  // namespace infomax::train
