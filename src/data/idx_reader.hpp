#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include <zlib.h>

#include "infomax/hdf5/element_type.hpp"

namespace infomax::data {

/// Reads one IDX file, plain or gzip, from its start to its end.
class IdxReader {
 public:
  /// Reads the header. Throws DataError.
  explicit IdxReader(std::filesystem::path path);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] hdf5::ElementType type() const { return type_; }
  [[nodiscard]] const std::vector<std::size_t>& shape() const { return shape_; }
  [[nodiscard]] std::size_t row_bytes() const { return row_bytes_; }

  /// The next whole elements, in this machine's byte order. Throws DataError where the file ends.
  void read(std::span<std::byte> elements);

  /// Throws DataError unless the file ends here.
  void expect_end();

 private:
  struct Close {
    void operator()(gzFile file) const { gzclose(file); }
  };

  [[nodiscard]] std::size_t read_some(std::span<std::byte> bytes);
  void read_bytes(std::span<std::byte> bytes);

  std::filesystem::path path_;
  std::unique_ptr<gzFile_s, Close> file_;
  hdf5::ElementType type_{};
  std::vector<std::size_t> shape_;
  std::size_t row_bytes_ = 0;
};

}  // namespace infomax::data
