#include "train/checkpoint_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "infomax/core/checksum.hpp"
#include "infomax/core/error.hpp"
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

}  // namespace

void seal(std::span<std::byte> file) {
  const auto body = file.subspan(header_bytes);
  std::ranges::copy(to_block({format_version, file.size(), checksum(body)}), file.begin());
}

void require_sealed(std::span<const std::byte> file, const std::filesystem::path& path) {
  if (file.size() < header_bytes) {
    throw DamagedError(
        fmt::format("checkpoint {} is cut off at {} bytes", path.string(), file.size()));
  }
  const auto header = from_block(file.first(header_bytes));
  if (!header) {
    throw DamagedError(fmt::format("checkpoint {} has a damaged head", path.string()));
  }
  if (header->version != format_version) {
    throw DataError(fmt::format(
        "checkpoint {} is of format version {}, and this program reads version {}; go on with the "
        "program that wrote it, or give --overwrite to begin anew",
        path.string(), header->version, format_version));
  }
  if (header->size_bytes != file.size()) {
    throw DamagedError(fmt::format("checkpoint {} has {} of its {} bytes", path.string(),
                                   file.size(), header->size_bytes));
  }
  if (header->body != checksum(file.subspan(header_bytes))) {
    throw DamagedError(fmt::format("checkpoint {} does not have its checksum", path.string()));
  }
}

void write_bytes(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (file.number() < 0) {
    throw SystemError(fmt::format("cannot write {}: {}", path.string(), reason()));
  }
  while (!bytes.empty()) {
    constexpr std::size_t most = std::size_t{1} << 30U;
    const ssize_t written = ::write(file.number(), bytes.data(), std::min(bytes.size(), most));
    if (written < 0 && errno != EINTR) {
      throw SystemError(fmt::format("cannot write {}: {}", path.string(), reason()));
    }
    bytes = bytes.subspan(static_cast<std::size_t>(std::max<ssize_t>(0, written)));
  }
  if (::fsync(file.number()) != 0) {
    throw SystemError(fmt::format("cannot write {}: {}", path.string(), reason()));
  }
}

Buffer<std::byte> read_bytes(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (file.number() < 0 || ::fstat(file.number(), &status) != 0) {
    throw DamagedError(fmt::format("checkpoint {} cannot be read: {}", path.string(), reason()));
  }
  (void)::posix_fadvise(file.number(), 0, 0, POSIX_FADV_DONTNEED);
  Buffer<std::byte> bytes(static_cast<std::size_t>(status.st_size));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::read(file.number(), bytes.data() + done, bytes.size() - done);
    if (got == 0 || (got < 0 && errno != EINTR)) {
      throw DamagedError(fmt::format("checkpoint {} cannot be read: {}", path.string(),
                                     got == 0 ? "it ends early" : reason()));
    }
    done += static_cast<std::size_t>(std::max<ssize_t>(0, got));
  }
  return bytes;
}

}  // namespace infomax::train
