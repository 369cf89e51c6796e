#include "infomax/data/importer_idx.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <zlib.h>

#include "infomax/core/error.hpp"

namespace infomax::data {
namespace {

constexpr std::size_t slab_bytes = std::size_t{16} << 20U;

/// An IDX file read from front to back; zlib's reader takes plain files as they are.
class IdxReader {
 public:
  explicit IdxReader(const std::string& path) : path_(path), file_(gzopen(path.c_str(), "rb")) {
    if (!file_) {
      throw DataError(fmt::format("{} cannot be opened; is the path right?", path_));
    }
    gzbuffer(file_.get(), 1U << 18U);
    read_header();
  }

  [[nodiscard]] hdf5::ElementType type() const { return type_; }
  [[nodiscard]] const std::vector<std::size_t>& shape() const { return shape_; }
  [[nodiscard]] std::size_t rows() const { return shape_.front(); }
  [[nodiscard]] const std::string& path() const { return path_; }

  [[nodiscard]] std::size_t features() const {
    std::size_t product = 1;
    for (std::size_t axis = 1; axis < shape_.size(); ++axis) {
      product *= shape_[axis];
    }
    return product;
  }

  /// The next bytes.size() bytes of elements, turned to this machine's byte order.
  void read_elements(std::span<std::byte> bytes) {
    read_bytes(bytes);
    const std::size_t width = hdf5::size(type_);
    if (width > 1) {
      for (std::size_t first = 0; first < bytes.size(); first += width) {
        std::ranges::reverse(bytes.subspan(first, width));
      }
    }
  }

  void expect_end() {
    std::byte extra{};
    if (gzread(file_.get(), &extra, 1) != 0) {
      throw DataError(
          fmt::format("{} goes on after the elements its header announces; is it damaged?", path_));
    }
  }

 private:
  struct Closer {
    void operator()(gzFile_s* file) const { gzclose(file); }
  };

  void read_bytes(std::span<std::byte> bytes) {
    const int got = gzread(file_.get(), bytes.data(), static_cast<unsigned>(bytes.size()));
    if (got < 0 || static_cast<std::size_t>(got) != bytes.size()) {
      throw DataError(
          fmt::format("{} ends before the elements its header announces; is it cut off?", path_));
    }
  }

  std::uint32_t read_number() {
    std::array<std::byte, 4> bytes{};
    read_bytes(bytes);
    std::uint32_t number = 0;
    for (const std::byte b : bytes) {
      number = number << 8U | std::to_integer<std::uint32_t>(b);
    }
    return number;
  }

  void read_header() {
    const std::uint32_t magic = read_number();
    const std::uint32_t axes = magic & 0xFFU;
    if (magic >> 16U != 0 || axes == 0) {
      throw DataError(
          fmt::format("{} is not an IDX file; its first bytes are {:08x}", path_, magic));
    }
    type_ = type_of_code(magic >> 8U & 0xFFU);
    for (std::uint32_t axis = 0; axis < axes; ++axis) {
      shape_.push_back(read_number());
    }
    if (std::ranges::find(shape_, std::size_t{0}) != shape_.end()) {
      throw DataError(fmt::format("{} holds no elements", path_));
    }
  }

  [[nodiscard]] hdf5::ElementType type_of_code(std::uint32_t code) const {
    switch (code) {
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
        throw DataError(
            fmt::format("{} is not an IDX file; it has no element type {:#04x}", path_, code));
    }
  }

  std::string path_;
  std::unique_ptr<gzFile_s, Closer> file_;
  hdf5::ElementType type_ = hdf5::ElementType::u8;
  std::vector<std::size_t> shape_;
};

void copy_elements(IdxReader& reader, hdf5::File& file, const std::string& name) {
  auto dataset = file.create_dataset(name, reader.type(), reader.shape());
  const std::size_t row_bytes = reader.features() * hdf5::size(reader.type());
  const std::size_t slab_rows = std::max<std::size_t>(1, slab_bytes / row_bytes);
  std::vector<std::byte> slab(std::min(slab_rows, reader.rows()) * row_bytes);
  for (std::size_t first = 0; first < reader.rows(); first += slab_rows) {
    const std::size_t count = std::min(slab_rows, reader.rows() - first);
    const auto part = std::span(slab).first(count * row_bytes);
    reader.read_elements(part);
    dataset.write_rows(first, count, reader.type(), part);
  }
  reader.expect_end();
}

}  // namespace

Imported import_idx(const IdxImport& request) {
  IdxReader x(request.x_file);
  std::optional<IdxReader> y;
  if (request.y_file) {
    y.emplace(*request.y_file);
    if (y->rows() != x.rows()) {
      throw DataError(fmt::format("{} has {} rows, but {} has {}; give files of one data set",
                                  y->path(), y->rows(), x.path(), x.rows()));
    }
  }
  write_file(request.destination, [&](hdf5::File& file) {
    copy_elements(x, file, "/x");
    if (y) {
      copy_elements(*y, file, "/y");
    }
  });
  return {x.rows(), x.features()};
}

}  // namespace infomax::data
