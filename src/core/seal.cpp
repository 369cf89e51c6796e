// SPDX-License-Identifier: BSD-3-Clause
#include "core/seal.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <limits>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "infomax/core/checksum.hpp"
#include "infomax/core/error.hpp"

namespace infomax {
namespace {

constexpr std::size_t slab_bytes = std::size_t{1} << 20U;  // of one read

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
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

/// Memory as aligned as reads past the page cache need it.
struct alignas(4096) Page {
  std::byte bytes[4096];
};

[[noreturn]] void fail(const char* what, const std::filesystem::path& path) {
  throw SystemError(
      fmt::format("cannot {} {}: {}", what, path.string(), std::generic_category().message(errno)));
}

}  // namespace

SealBlock to_block(const Seal& seal) {
  std::string text = fmt::format("{} version {} bytes {} crc32 {:08x}", seal.kind, seal.version,
                                 seal.size_bytes, seal.body);
  text += fmt::format(" header {:08x}\n", checksum(bytes_of(text)));
  SealBlock block{};
  std::ranges::copy(bytes_of(text), block.begin());
  return block;
}

std::optional<Seal> from_block(std::span<const std::byte> block) {
  std::string_view text(reinterpret_cast<const char*>(block.data()), block.size());
  Seal seal;
  // No kind is longer than half of the block.
  seal.kind = text.substr(0, std::min(text.find(' '), seal_bytes / 2));
  text.remove_prefix(seal.kind.size());
  const bool parsed = take(text, " version ", seal.version, 10) &&
                      take(text, " bytes ", seal.size_bytes, 10) &&
                      take(text, " crc32 ", seal.body, 16);
  return parsed && std::ranges::equal(block, to_block(seal)) ? std::optional(seal) : std::nullopt;
}

Descriptor::~Descriptor() {
  if (number_ >= 0) {
    ::close(number_);
  }
}

bool set_direct(int file, bool direct) {
  const int flags = ::fcntl(file, F_GETFL);
  return flags >= 0 && ((flags & O_DIRECT) != 0) != direct &&
         ::fcntl(file, F_SETFL, flags ^ O_DIRECT) == 0;
}

bool read_range(int file, std::uint64_t begin, std::uint64_t end,
                const std::function<void(std::span<const std::byte>)>& use) {
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

std::string SealedBytes::damage() const {
  if (size_bytes < seal_bytes) {
    return fmt::format("is cut off at {} bytes", size_bytes);
  }
  if (!seal) {
    return "has a damaged head";
  }
  if (seal->size_bytes != size_bytes) {
    return fmt::format("has {} of its {} bytes", size_bytes, seal->size_bytes);
  }
  return seal->body == body ? "" : "does not have its checksum";
}

SealedBytes read_sealed(int file, const std::filesystem::path& path) {
  SealBlock block{};
  SealedBytes found;
  const auto add = [&](std::span<const std::byte> bytes) {
    if (found.size_bytes < seal_bytes) {
      const std::size_t head = std::min(bytes.size(), seal_bytes - found.size_bytes);
      std::ranges::copy(bytes.first(head),
                        block.begin() + static_cast<std::ptrdiff_t>(found.size_bytes));
      found.size_bytes += head;
      bytes = bytes.subspan(head);
    }
    found.body = checksum(bytes, found.body);
    found.size_bytes += bytes.size();
  };
  if (!read_range(file, 0, std::numeric_limits<std::uint64_t>::max(), add)) {
    fail("read", path);
  }
  found.seal = from_block(block);
  return found;
}

void seal_file(const std::filesystem::path& path, const Seal& seal) {
  const Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (file.number() < 0) {
    fail("write", path);
  }
  const SealedBytes found = read_sealed(file.number(), path);
  const SealBlock block = to_block({seal.kind, seal.version, found.size_bytes, found.body});
  if (::pwrite(file.number(), block.data(), block.size(), 0) !=
      static_cast<ssize_t>(block.size())) {
    fail("write", path);
  }
}

std::string damage_of(const std::filesystem::path& path) {
  constexpr std::string_view signature = "\x89HDF\r\n\x1a\n";
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, seal_bytes + signature.size()> begin{};
  const ssize_t got =
      file.number() < 0 ? -1 : ::pread(file.number(), begin.data(), begin.size(), 0);
  if (got < 0) {
    fail("read", path);
  }
  // A head whose name is damaged is one by what is left of it, where HDF5 follows.
  const std::string_view text(begin.data(), static_cast<std::size_t>(got));
  const std::string_view head = text.substr(0, seal_bytes);
  constexpr std::array labels{" version ", " bytes ", " crc32 ", " header "};
  const auto has = [&](const char* label) { return head.find(label) != std::string_view::npos; };
  const bool is_sealed = head.starts_with("infomax-") ||
                         (text.substr(head.size()) == signature && !head.starts_with(signature) &&
                          std::ranges::count_if(labels, has) >= 2);
  return is_sealed ? read_sealed(file.number(), path).damage() : "";
}

}  // namespace infomax
