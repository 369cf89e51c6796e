// SPDX-License-Identifier: BSD-3-Clause
#include "importers/npy_reader.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <utility>

#include "importers/byte_file.hpp"
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

/// The text of a header, and the bytes before the elements.
struct HeaderText {
  std::string text;
  std::size_t bytes = 0;
};

/// Reads the header's text, which follows the magic, the version and its length.
HeaderText read_header(ByteSource& source) {
  std::array<std::byte, 8> start{};
  source.read(start);
  const int version = std::to_integer<int>(start[6]);
  if (std::memcmp(start.data(), npy_magic.data(), npy_magic.size()) != 0 || version < 1 ||
      version > 3) {
    throw DataError(source.where() +
                    " is not a .npy file of version 1 to 3; save it by numpy.save");
  }
  const std::size_t length_bytes = version == 1 ? 2 : 4;
  std::array<std::byte, 4> length{};
  source.read(std::span(length).first(length_bytes));
  std::size_t size = 0;
  for (std::size_t k = 4; k > 0; --k) {
    size = size << 8U | std::to_integer<std::size_t>(length.at(k - 1));
  }
  if (size > most_header_bytes) {
    throw DataError(source.where() + " has a header of " + std::to_string(size) +
                    " bytes; is it damaged?");
  }
  HeaderText header{std::string(size, '\0'), start.size() + length_bytes + size};
  source.read(std::as_writable_bytes(std::span(header.text)));
  return header;
}

/// Where the elements of a row lie among the columns of a file in Fortran order: [D], in C order.
std::vector<std::size_t> fortran_places(const std::vector<std::size_t>& shape) {
  std::vector<std::size_t> places{0};
  std::size_t stride = 1;
  for (std::size_t axis = 1; axis < shape.size(); ++axis) {
    std::vector<std::size_t> finer;
    finer.reserve(places.size() * shape[axis]);
    for (const std::size_t place : places) {
      for (std::size_t i = 0; i < shape[axis]; ++i) {
        finer.push_back(place + i * stride);
      }
    }
    places = std::move(finer);
    stride *= shape[axis];
  }
  return places;
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

NpyReader::NpyReader(std::unique_ptr<ByteSource> source, std::size_t block_bytes)
    : RowFile(source->where()), source_(std::move(source)), block_bytes_(block_bytes) {
  const HeaderText text = read_header(*source_);
  const NpyHeader header = parse_npy_header(text.text, where());
  data_offset_ = text.bytes;
  stored_bytes_ = header.bytes;
  foreign_ = header.big_endian == (std::endian::native == std::endian::little);
  declare(element_type(header), header.shape);
  const std::size_t columns = row_bytes() / hdf5::size(type());
  source_->require_room_for(rows() * columns * stored_bytes_);
  if (header.is_fortran && columns > 1) {
    column_of_ = fortran_places(header.shape);
  }
}

/// Reads the block that begins with the next row.
void NpyReader::read_block() {
  const std::size_t columns = column_of_.size();
  block_first_ = next_;
  block_count_ =
      std::clamp<std::size_t>(block_bytes_ / (columns * stored_bytes_), 1, rows() - block_first_);
  block_.resize(block_count_ * columns * stored_bytes_);
  source_->rewind();
  source_->skip(data_offset_ + block_first_ * stored_bytes_);
  const std::size_t part = block_count_ * stored_bytes_;
  for (std::size_t k = 0; k < columns; ++k) {
    if (k > 0) {
      source_->skip((rows() - block_count_) * stored_bytes_);
    }
    source_->read(std::span<std::byte>(block_.data() + k * part, part));
  }
}

/// Reads the next rows as the file stores their elements.
void NpyReader::read_stored(std::span<std::byte> rows) {
  const std::size_t columns = column_of_.size();
  if (columns == 0) {
    source_->read(rows);
    return;
  }
  for (std::size_t done = 0; done < rows.size(); done += columns * stored_bytes_) {
    if (next_ == block_first_ + block_count_) {
      read_block();
    }
    const std::byte* const row = block_.data() + (next_ - block_first_) * stored_bytes_;
    for (std::size_t j = 0; j < columns; ++j) {
      std::memcpy(rows.data() + done + j * stored_bytes_,
                  row + column_of_[j] * block_count_ * stored_bytes_, stored_bytes_);
    }
    ++next_;
  }
}

void NpyReader::read(std::span<std::byte> rows) {
  const std::size_t count = rows.size() / hdf5::size(type());
  const bool are_halves = stored_bytes_ != hdf5::size(type());
  if (are_halves) {
    halves_.resize(count * stored_bytes_);
  }
  const std::span<std::byte> stored = are_halves ? std::span(halves_) : rows;
  read_stored(stored);
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
  return {.name = ".npy",
          .recognises = [](const FileStart& start) { return start.head.starts_with(npy_magic); },
          .open =
              [](const OpenRequest& request) {
                return OpenedFile{
                    std::make_unique<NpyReader>(std::make_unique<ByteFile>(request.path))};
              }};
}

}  // namespace infomax::importers
