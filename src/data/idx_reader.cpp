#include "data/idx_reader.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <limits>
#include <string>
#include <system_error>
#include <utility>

#include "infomax/core/error.hpp"

namespace infomax::data {
namespace {

hdf5::ElementType element_type(std::byte code, const std::filesystem::path& path) {
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
      throw DataError(path.string() + " has the IDX element type " +
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

IdxReader::IdxReader(std::filesystem::path path) : path_(std::move(path)) {
  errno = 0;
  file_.reset(gzopen(path_.c_str(), "rb"));
  if (file_ == nullptr) {
    throw DataError("cannot read " + path_.string() + ": " +
                    std::generic_category().message(errno) + "; check the path");
  }
  gzbuffer(file_.get(), 1U << 18U);

  std::array<std::byte, 4> magic{};
  if (read_some(magic) != magic.size() || magic[0] != std::byte{0} || magic[1] != std::byte{0} ||
      magic[3] == std::byte{0}) {
    throw DataError(path_.string() +
                    " is not an IDX file (it does not begin as one); give the file as downloaded");
  }
  type_ = element_type(magic[2], path_);
  row_bytes_ = hdf5::size(type_);
  for (int axis = 0; axis < std::to_integer<int>(magic[3]); ++axis) {
    std::array<std::byte, 4> extent{};
    read_bytes(extent);
    shape_.push_back(big_endian(extent));
    if (axis > 0 && shape_.back() > 0) {
      if (row_bytes_ > std::numeric_limits<std::size_t>::max() / shape_.back()) {
        throw DataError(path_.string() + " declares rows larger than any memory; is it damaged?");
      }
      row_bytes_ *= shape_.back();
    }
  }
  if (std::find(shape_.begin(), shape_.end(), 0U) != shape_.end()) {
    throw DataError(path_.string() + " declares no elements; there is nothing to import");
  }
}

/// Fewer bytes than asked for at the end of the file, also where a compressed one breaks off.
std::size_t IdxReader::read_some(std::span<std::byte> bytes) {
  constexpr std::size_t most = std::size_t{1} << 30U;  // zlib counts in an int
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto wanted = static_cast<unsigned>(std::min(most, bytes.size() - done));
    const int got = gzread(file_.get(), bytes.data() + done, wanted);
    if (got < 0) {
      int code = 0;
      const std::string text = gzerror(file_.get(), &code);
      if (code == Z_BUF_ERROR) {
        return done;
      }
      throw DataError("cannot read " + path_.string() + ": " + text + "; download it again");
    }
    if (got == 0) {
      break;
    }
    done += static_cast<std::size_t>(got);
  }
  return done;
}

void IdxReader::read_bytes(std::span<std::byte> bytes) {
  if (read_some(bytes) != bytes.size()) {
    throw DataError(path_.string() + " ends before all it declares; download it again");
  }
}

void IdxReader::read(std::span<std::byte> elements) {
  read_bytes(elements);
  const std::size_t bytes = hdf5::size(type_);
  if (std::endian::native == std::endian::little && bytes > 1) {
    for (std::size_t first = 0; first < elements.size(); first += bytes) {
      const auto element = elements.subspan(first, bytes);
      std::reverse(element.begin(), element.end());
    }
  }
}

void IdxReader::expect_end() {
  std::array<std::byte, 1> beyond{};
  if (read_some(beyond) != 0) {
    throw DataError(path_.string() + " goes on after all it declares; is it damaged?");
  }
}

}  // namespace infomax::data
