// SPDX-License-Identifier: BSD-3-Clause
#include "importers/zip_archive.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <string_view>

#include <fmt/format.h>

#include "importers/zip_member.hpp"
#include "infomax/core/error.hpp"

namespace infomax::importers {
namespace {

// The signatures and the fixed sizes of the records.
constexpr std::string_view end_magic{"PK\x05\x06", 4};
constexpr std::string_view end64_place_magic{"PK\x06\x07", 4};
constexpr std::string_view end64_magic{"PK\x06\x06", 4};
constexpr std::string_view entry_magic{"PK\x01\x02", 4};
constexpr std::size_t end_bytes = 22;
constexpr std::size_t end64_place_bytes = 20;
constexpr std::size_t end64_bytes = 56;
constexpr std::size_t entry_bytes = 46;
constexpr std::size_t most_comment_bytes = 65535;
constexpr std::uint32_t elsewhere = std::numeric_limits<std::uint32_t>::max();  ///< in ZIP64 fields
constexpr std::uint16_t zip64_tag = 1;

/// The directory of an archive: where it lies in the file.
struct Directory {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  std::uint64_t entries = 0;
};

class ArchiveFile {
 public:
  explicit ArchiveFile(const std::filesystem::path& path)
      : path_(path), file_(path, std::ios::binary) {
    std::error_code error;
    bytes_ = std::filesystem::file_size(path, error);
    if (error || !file_) {
      throw DataError("cannot read " + path.string() + "; check the path");
    }
  }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

  [[nodiscard]] std::string read(std::uint64_t offset, std::uint64_t count) {
    if (offset > bytes_ || count > bytes_ - offset) {
      refuse();
    }
    std::string text(count, '\0');
    file_.seekg(static_cast<std::streamoff>(offset));
    if (!file_.read(text.data(), static_cast<std::streamsize>(count))) {
      refuse();
    }
    return text;
  }

  [[noreturn]] void refuse() const {
    throw DataError(path_.string() +
                    " is an archive that is cut short or damaged; download or save it again");
  }

 private:
  std::filesystem::path path_;
  std::ifstream file_;
  std::uint64_t bytes_ = 0;
};

Directory find_directory64(ArchiveFile& file, std::uint64_t end) {
  const std::string place =
      end < end64_place_bytes ? "" : file.read(end - end64_place_bytes, end64_place_bytes);
  if (!place.starts_with(end64_place_magic)) {
    file.refuse();
  }
  const std::string record = file.read(little_endian<std::uint64_t>(place, 8), end64_bytes);
  if (!record.starts_with(end64_magic)) {
    file.refuse();
  }
  return {little_endian<std::uint64_t>(record, 48), little_endian<std::uint64_t>(record, 40),
          little_endian<std::uint64_t>(record, 32)};
}

Directory find_directory(ArchiveFile& file) {
  const std::uint64_t window =
      std::min<std::uint64_t>(file.bytes(), end_bytes + most_comment_bytes);
  const std::string tail = file.read(file.bytes() - window, window);
  const std::size_t found = tail.rfind(end_magic);
  if (found == std::string::npos || tail.size() - found < end_bytes) {
    file.refuse();
  }
  const Directory directory{little_endian<std::uint32_t>(tail, found + 16),
                            little_endian<std::uint32_t>(tail, found + 12),
                            little_endian<std::uint16_t>(tail, found + 10)};
  constexpr std::uint16_t many = std::numeric_limits<std::uint16_t>::max();
  if (directory.offset == elsewhere || directory.bytes == elsewhere || directory.entries == many) {
    return find_directory64(file, file.bytes() - window + found);
  }
  return directory;
}

/// Replaces the numbers that do not fit 32 bits by those of the ZIP64 field, which has only these,
/// in this order.
void take_zip64(std::string_view extra, ZipMember& member, const ArchiveFile& file) {
  while (extra.size() >= 4) {
    const auto tag = little_endian<std::uint16_t>(extra, 0);
    const std::size_t size = little_endian<std::uint16_t>(extra, 2);
    if (extra.size() - 4 < size) {
      file.refuse();
    }
    std::string_view values = extra.substr(4, size);
    extra.remove_prefix(4 + size);
    if (tag != zip64_tag) {
      continue;
    }
    for (std::uint64_t* const number :
         {&member.bytes, &member.packed_bytes, &member.header_offset}) {
      if (*number == elsewhere) {
        if (values.size() < 8) {
          file.refuse();
        }
        *number = little_endian<std::uint64_t>(values, 0);
        values.remove_prefix(8);
      }
    }
  }
}

/// Takes the next entry of the directory off `rest`.
ZipMember take_entry(std::string_view& rest, const ArchiveFile& file) {
  if (rest.size() < entry_bytes || !rest.starts_with(entry_magic)) {
    file.refuse();
  }
  const auto flags = little_endian<std::uint16_t>(rest, 8);
  const auto method = little_endian<std::uint16_t>(rest, 10);
  const std::size_t name_bytes = little_endian<std::uint16_t>(rest, 28);
  const std::size_t extra_bytes = little_endian<std::uint16_t>(rest, 30);
  const std::size_t size =
      entry_bytes + name_bytes + extra_bytes + std::size_t{little_endian<std::uint16_t>(rest, 32)};
  if (rest.size() < size) {
    file.refuse();
  }
  ZipMember member{std::string(rest.substr(entry_bytes, name_bytes)),
                   little_endian<std::uint32_t>(rest, 42),
                   little_endian<std::uint32_t>(rest, 20),
                   little_endian<std::uint32_t>(rest, 24),
                   little_endian<std::uint32_t>(rest, 16),
                   method == 8};
  // Messages, which have one line, name the member.
  std::ranges::replace_if(
      member.name, [](unsigned char c) { return c < 0x20; }, '?');
  take_zip64(rest.substr(entry_bytes + name_bytes, extra_bytes), member, file);
  require_plain(flags, member.name + " in " + file.path().string());
  if (method != 0 && method != 8) {
    throw DataError(fmt::format(
        "{} in {} is compressed by a method other than deflate; save it stored or deflated, as "
        "numpy.savez and numpy.savez_compressed do",
        member.name, file.path().string()));
  }
  if (member.packed_bytes > file.bytes() ||
      (!member.is_deflated && member.packed_bytes != member.bytes)) {
    file.refuse();
  }
  rest.remove_prefix(size);
  return member;
}

}  // namespace

std::vector<ZipMember> list_zip(const std::filesystem::path& path) {
  ArchiveFile file(path);
  const Directory directory = find_directory(file);
  const std::string text = file.read(directory.offset, directory.bytes);
  std::string_view rest = text;
  std::vector<ZipMember> members;
  for (std::uint64_t k = 0; k < directory.entries; ++k) {
    members.push_back(take_entry(rest, file));
  }
  return members;
}

std::unique_ptr<ByteSource> open_zip_member(const std::filesystem::path& path,
                                            const ZipMember& member) {
  return std::make_unique<ZipMemberSource>(path, member);
}

}  // namespace infomax::importers
