// SPDX-License-Identifier: BSD-3-Clause
#include "importers/npy_reader.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <utility>

#include "importers/file_format.hpp"
#include "importers/npy_header.hpp"
#include "infomax/core/error.hpp"

namespace infomax::importers {
namespace {

/// The longest header, which holds only a type and a shape. A longer one is damaged.
constexpr std::size_t most_header_bytes = std::size_t{1} << 20U;

hdf5::ElementType element_type(const NpyHeader& header) {
  if (header.kind == 'f') {
    return header.bytes == 8 ? hdf5::ElementType::f64 : hdf5::ElementType::f32;
  }
  return hdf5::integer_type(header.kind == 'i', header.bytes);
}

/// Reads the header's text, which follows the magic, the version and its length.
std::string read_header(ByteFile& file) {
  std::array<std::byte, 8> start{};
  file.read(start);
  const int version = std::to_integer<int>(start[6]);
  if (std::memcmp(start.data(), npy_magic.data(), npy_magic.size()) != 0 || version < 1 ||
      version > 3) {
    throw DataError(file.path().string() +
                    " is not a .npy file of version 1 to 3; save it by numpy.save");
  }
  std::array<std::byte, 4> length{};
  file.read(std::span(length).first(version == 1 ? 2 : 4));
  std::size_t size = 0;
  for (std::size_t k = 4; k > 0; --k) {
    size = size << 8U | std::to_integer<std::size_t>(length.at(k - 1));
  }
  if (size > most_header_bytes) {
    throw DataError(file.path().string() + " has a header of " + std::to_string(size) +
                    " bytes; is it damaged?");
  }
  std::string text(size, '\0');
  file.read(std::as_writable_bytes(std::span(text)));
  return text;
}

}  // namespace

float from_half(std::uint16_t bits) {
  const int exponent = bits >> 10U & 0x1FU;
  const auto fraction = static_cast<float>(bits & 0x3FFU);
  float value = 0.0F;
  if (exponent == 0) {
    value = std::ldexp(fraction, -24);
  } else if (exponent == 0x1F) {
    value = fraction == 0.0F ? std::numeric_limits<float>::infinity()
                             : std::numeric_limits<float>::quiet_NaN();
  } else {
    value = std::ldexp(1024.0F + fraction, exponent - 25);
  }
  return (bits & 0x8000U) != 0 ? -value : value;
}

NpyReader::NpyReader(const std::filesystem::path& path) : RowFile(path.string()), file_(path) {
  const NpyHeader header = parse_npy_header(read_header(file_), where());
  stored_bytes_ = header.bytes;
  foreign_ = header.big_endian == (std::endian::native == std::endian::little);
  declare(element_type(header), header.shape);
  file_.require_room_for(rows() * (row_bytes() / hdf5::size(type()) * stored_bytes_));
}

void NpyReader::read(std::span<std::byte> rows) {
  const std::size_t count = rows.size() / hdf5::size(type());
  const bool are_halves = stored_bytes_ != hdf5::size(type());
  if (are_halves) {
    halves_.resize(count * stored_bytes_);
  }
  const std::span<std::byte> stored = are_halves ? std::span(halves_) : rows;
  file_.read(stored);
  if (foreign_) {
    reverse_elements(stored, stored_bytes_);
  }
  for (std::size_t i = 0; are_halves && i < count; ++i) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, stored.data() + i * sizeof(bits), sizeof(bits));
    const float value = from_half(bits);
    std::memcpy(rows.data() + i * sizeof(value), &value, sizeof(value));
  }
}

FileFormat npy_format() {
  return {".npy", false, false,
          [](const FileStart& start) { return start.head.starts_with(npy_magic); },
          [](const OpenRequest& request) {
            return OpenedFile{std::make_unique<NpyReader>(request.path)};
          }};
}

}  // namespace infomax::importers
