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
#include "train/checkpoint_head.hpp"

namespace infomax::train {
namespace {

constexpr std::uint64_t flush_bytes = std::uint64_t{4} << 20U;  // of one request to write back
constexpr std::uint64_t behind_bytes = 8 * flush_bytes;         // on the way to the disk
constexpr std::size_t slab_bytes = std::size_t{1} << 20U;       // of one read

std::string reason() { return std::generic_category().message(errno); }

[[noreturn]] void cannot_read(const std::filesystem::path& path, const std::string& why) {
  throw SystemError(fmt::format("cannot read checkpoint {}: {}", path.string(), why));
}

/// Switches reads past the page cache on or off. Returns whether this changed anything.
bool set_direct(int file, bool direct) {
  const int flags = ::fcntl(file, F_GETFL);
  return flags >= 0 && ((flags & O_DIRECT) != 0) != direct &&
         ::fcntl(file, F_SETFL, flags ^ O_DIRECT) == 0;
}

/// Memory as aligned as reads past the page cache need it.
struct alignas(4096) Page {
  std::byte bytes[4096];
};

/// Passes the bytes from `begin` to `end`, or to the end of the file, to `use`, slab by slab.
/// Returns false, with errno set, where they cannot be read.
template <class Use>
bool read_range(int file, std::uint64_t begin, std::uint64_t end, const Use& use) {
  std::vector<Page> pages(slab_bytes / sizeof(Page));
  const auto slab = std::as_writable_bytes(std::span(pages));
  while (begin < end) {
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(slab_bytes, end - begin));
    const ssize_t got = ::pread(file, slab.data(), most, static_cast<off_t>(begin));
    if (got < 0 && (errno == EINTR || (errno == EINVAL && set_direct(file, false)))) {
      continue;
    }
    if (got < 0) {
      return false;
    }
    if (got == 0) {
      break;
    }
    use(std::span<const std::byte>(slab.first(static_cast<std::size_t>(got))));
    begin += static_cast<std::uint64_t>(got);
  }
  return true;
}

/// What one pass over a file finds.
struct Contents {
  Block block{};  ///< its first bytes, padded with 0
  std::uint64_t size_bytes = 0;
  std::uint32_t body = 0;
};

Contents read_contents(int file, const std::filesystem::path& path) {
  Contents contents;
  const auto add = [&contents](std::span<const std::byte> bytes) {
    if (contents.size_bytes < header_bytes) {
      const std::size_t head = std::min(bytes.size(), header_bytes - contents.size_bytes);
      std::ranges::copy(bytes.first(head),
                        contents.block.begin() + static_cast<std::ptrdiff_t>(contents.size_bytes));
      contents.size_bytes += head;
      bytes = bytes.subspan(head);
    }
    contents.body = checksum(bytes, contents.body);
    contents.size_bytes += bytes.size();
  };
  if (!read_range(file, 0, std::numeric_limits<std::uint64_t>::max(), add)) {
    cannot_read(path, reason());
  }
  return contents;
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

Descriptor::~Descriptor() {
  if (number_ >= 0) {
    ::close(number_);
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
  std::uint64_t done = header_bytes;
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
  const Block block = to_block({format_version, size_bytes, body(size_bytes)});
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
  const Contents contents = read_contents(file.number(), path);
  if (contents.size_bytes < header_bytes) {
    throw DamagedError(
        fmt::format("checkpoint {} is cut off at {} bytes", path.string(), contents.size_bytes));
  }
  const auto header = from_block(contents.block);
  if (!header) {
    throw DamagedError(fmt::format("checkpoint {} has a damaged head", path.string()));
  }
  if (header->version != format_version) {
    throw DataError(fmt::format(
        "checkpoint {} has format version {}, and this program reads version {}; go on with the "
        "program that wrote it, or give `overwrite` to begin anew",
        path.string(), header->version, format_version));
  }
  if (header->size_bytes != contents.size_bytes) {
    throw DamagedError(fmt::format("checkpoint {} has {} of its {} bytes", path.string(),
                                   contents.size_bytes, header->size_bytes));
  }
  if (header->body != contents.body) {
    throw DamagedError(fmt::format("checkpoint {} does not have its checksum", path.string()));
  }
}

}  // namespace infomax::train
