// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "infomax/hdf5/dataset.hpp"
#include "infomax/hdf5/element_type.hpp"

namespace infomax::hdf5 {

/// Consecutive rows of a data set as they lie in their file, which any thread reads without HDF5:
/// Debian's build of HDF5 serves one thread at a time. HDF5 is asked once where the rows lie. They
/// are read where elements are those of this machine, and rows are contiguous, or in chunks that
/// are as they were written or compressed by deflate (gzip), with or without shuffle.
class RawRows {
 public:
  /// Rows [first, first + count) of `dataset` in the file at `path`, which this process has opened
  /// alone; unset where only HDF5 can read them. Throws DataError if the file cannot be read, or
  /// does not hold all rows of the data set.
  [[nodiscard]] static std::optional<RawRows> find(const Dataset& dataset,
                                                   const std::filesystem::path& path,
                                                   std::size_t first, std::size_t count);

  /// Reads rows [first, first + count) of the data set, which are among those that were found:
  /// `out` [count * row bytes]. Several threads may read at once. Throws DataError where the file
  /// is shorter than it was, cannot be read, or a chunk is damaged.
  void read(std::size_t first, std::size_t count, std::span<std::byte> out) const;

 private:
  RawRows() = default;

  /// Where a chunk lies.
  struct Chunk {
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
    std::uint32_t left_out = 0;  // a bit for each filter that was not used on it
  };
  enum class Filter : std::uint8_t { deflate, shuffle };

  [[nodiscard]] bool take_filters(std::int64_t properties);
  [[nodiscard]] bool find_chunks(const Dataset& dataset, std::size_t first, std::size_t count);
  [[nodiscard]] std::shared_ptr<const int> file() const;
  [[nodiscard]] const Chunk& chunk(std::size_t row_of_chunks, std::size_t place) const {
    return chunks_[(row_of_chunks - first_chunk_row_) * chunks_a_row_ + place];
  }
  void read_bytes(std::uint64_t offset, std::span<std::byte> out) const;
  void read_chunk(const Chunk& chunk, std::vector<std::byte>& bytes,
                  std::vector<std::byte>& scratch) const;
  void copy_chunk(std::span<const std::byte> chunk, std::size_t row_of_chunks, std::size_t place,
                  std::size_t first, std::size_t count, std::span<std::byte> out) const;
  [[noreturn]] void refuse(const std::string& why) const;

  std::string where_;
  std::filesystem::path path_;
  std::shared_ptr<const int> file_;  // its descriptor; null where it is opened for every read
  std::size_t element_bytes_ = 0;
  std::vector<std::size_t> shape_;  // of the data set
  std::size_t row_bytes_ = 0;
  std::uint64_t offset_ = 0;              // of the data set's first row, where it is contiguous
  std::vector<std::size_t> chunk_shape_;  // empty where it is contiguous
  std::vector<Filter> filters_;           // in the order in which they were applied
  std::size_t first_chunk_row_ = 0;       // of chunks_
  std::size_t chunks_a_row_ = 1;          // along the axes after the first
  std::vector<Chunk> chunks_;             // [rows of chunks, chunks_a_row_]
};

}  // namespace infomax::hdf5
