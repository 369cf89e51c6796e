#include "train/checkpoint_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "infomax/core/checksum.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/matrix.hpp"
#include "infomax/train/checkpoint.hpp"

namespace infomax::train {
namespace {

constexpr std::uint64_t format_version = 1;

struct Header {
  std::uint64_t version = 0;
  std::uint64_t size_bytes = 0;  ///< of the whole file
  std::uint32_t body = 0;        ///< checksum of what follows the header
};

using Block = std::array<std::byte, header_bytes>;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// Text that `head` shows; the header's own checksum tells damage from another version.
Block to_block(const Header& header) {
  std::string text = fmt::format("infomax-checkpoint version {} bytes {} crc32 {:08x}",
                                 header.version, header.size_bytes, header.body);
  text += fmt::format(" header {:08x}\n", checksum(bytes_of(text)));
  Block block{};
  std::ranges::copy(bytes_of(text), block.begin());
  return block;
}

template <class Number>
bool take(std::string_view& text, std::string_view label, Number& number, int base) {
  if (!text.starts_with(label)) {
    return false;
  }
  text.remove_prefix(label.size());
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return status == std::errc{};
}

/// Nothing unless every byte of the block is what to_block() makes of the header in it.
std::optional<Header> from_block(std::span<const std::byte> block) {
  std::string_view text(reinterpret_cast<const char*>(block.data()), block.size());
  Header header;
  const bool parsed = take(text, "infomax-checkpoint version ", header.version, 10) &&
                      take(text, " bytes ", header.size_bytes, 10) &&
                      take(text, " crc32 ", header.body, 16);
  return parsed && std::ranges::equal(block, to_block(header)) ? std::optional(header)
                                                               : std::nullopt;
}

std::string reason() { return std::generic_category().message(errno); }

/// A descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) {
      ::close(number_);
    }
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

[[noreturn]] void cannot_read(const std::filesystem::path& path, const std::string& why) {
  throw DamagedError(fmt::format("checkpoint {} cannot be read: {}", path.string(), why));
}

/// Size and checksums of a file, in one pass.
struct Contents {
  Block block{};  ///< its first bytes, 0 where it is shorter
  std::uint64_t size_bytes = 0;
  std::uint32_t body = 0;
};

Contents read_contents(int file, const std::filesystem::path& path) {
  constexpr std::size_t slab_bytes = std::size_t{1} << 20U;
  Buffer<std::byte> slab(slab_bytes);
  Contents contents;
  while (true) {
    const ssize_t got = ::read(file, slab.data(), slab.size());
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      cannot_read(path, reason());
    }
    if (got == 0) {
      return contents;
    }
    std::span<const std::byte> part(slab.data(), static_cast<std::size_t>(got));
    if (contents.size_bytes < header_bytes) {
      const std::size_t head = std::min(part.size(), header_bytes - contents.size_bytes);
      std::ranges::copy(part.first(head),
                        contents.block.begin() + static_cast<std::ptrdiff_t>(contents.size_bytes));
      contents.size_bytes += head;
      part = part.subspan(head);
    }
    contents.body = checksum(part, contents.body);
    contents.size_bytes += part.size();
  }
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

void seal(const std::filesystem::path& path) {
  const auto fail = [&path] {
    throw SystemError(fmt::format("cannot write {}: {}", path.string(), reason()));
  };
  const Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (file.number() < 0) {
    fail();
  }
  const Contents contents = read_contents(file.number(), path);
  const Block block = to_block({format_version, contents.size_bytes, contents.body});
  if (::pwrite(file.number(), block.data(), block.size(), 0) !=
          static_cast<ssize_t>(block.size()) ||
      ::fsync(file.number()) != 0) {
    fail();
  }
}

void require_sealed(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number() < 0) {
    cannot_read(path, reason());
  }
  (void)::posix_fadvise(file.number(), 0, 0, POSIX_FADV_DONTNEED);
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
        "checkpoint {} is of format version {}, and this program reads version {}; go on with the "
        "program that wrote it, or give --overwrite to begin anew",
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
