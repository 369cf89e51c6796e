// SPDX-License-Identifier: BSD-3-Clause
#include "importers/idx_reader.hpp"

#include <array>
#include <bit>
#include <string>
#include <utility>
#include <vector>

#include "importers/file_format.hpp"
#include "infomax/core/error.hpp"

namespace infomax::importers {
namespace {

hdf5::ElementType element_type(std::byte code, const std::string& where) {
  switch (std::to_integer<int>(code)) {
    case 0x08:
      return hdf5::ElementType::u8;
    case 0x09:
      return hdf5::ElementType::i8;
    case 0x0B:
      return hdf5::ElementType::i16;
    case 0x0C:
      return hdf5::ElementType::i32;
    case 0x0D:
      return hdf5::ElementType::f32;
    case 0x0E:
      return hdf5::ElementType::f64;
    default:
      throw DataError(where + " has the IDX element type " +
                      std::to_string(std::to_integer<int>(code)) +
                      ", which does not exist; is it an IDX file?");
  }
}

std::size_t big_endian(std::span<const std::byte, 4> bytes) {
  std::size_t value = 0;
  for (const std::byte byte : bytes) {
    value = value << 8U | std::to_integer<std::size_t>(byte);
  }
  return value;
}

}  // namespace

IdxReader::IdxReader(const std::filesystem::path& path) : RowFile(path.string()), file_(path) {
  std::array<std::byte, 4> magic{};
  if (file_.read_some(magic) != magic.size() || magic[0] != std::byte{0} ||
      magic[1] != std::byte{0} || magic[3] == std::byte{0}) {
    throw DataError(
        where() +
        " is not an IDX file (its first bytes differ); give the file as it was downloaded");
  }
  const hdf5::ElementType type = element_type(magic[2], where());
  std::vector<std::size_t> shape(std::to_integer<std::size_t>(magic[3]));
  for (std::size_t& extent : shape) {
    std::array<std::byte, 4> bytes{};
    file_.read(bytes);
    extent = big_endian(bytes);
  }
  declare(type, std::move(shape));
  file_.require_room_for(rows() * row_bytes());
}

void IdxReader::read(std::span<std::byte> rows) {
  file_.read(rows);
  if (std::endian::native == std::endian::little) {
    reverse_elements(rows, hdf5::size(type()));
  }
}

FileFormat idx_format() {
  return {.name = "IDX",
          .recognises =
              [](const FileStart& start) {
                return start.head.starts_with(std::string_view("\0\0", 2));
              },
          .open =
              [](const OpenRequest& request) {
                return OpenedFile{std::make_unique<IdxReader>(request.path)};
              }};
}

}  // namespace infomax::importers
