// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "importers/row_file.hpp"
#include "infomax/core/matrix.hpp"
#include "infomax/hdf5/file.hpp"

namespace infomax::importers {

/// Whether `object` is a sparse matrix as AnnData stores it: a group with `data`, `indices` and
/// `indptr`.
[[nodiscard]] bool is_sparse(const hdf5::File& file, const std::string& object);

/// The memory for the elements of a run of rows of a matrix by columns.
inline constexpr std::size_t usual_gathered_bytes = std::size_t{256} << 20U;

/// Opens a sparse matrix by compressed rows (CSR) or columns (CSC) as dense rows [N, D]. `columns`
/// are the names of the columns, if there are as many. Of a matrix by columns, as many rows are
/// gathered in one pass over the file as `gathered_bytes` hold, at least one. Throws DataError.
[[nodiscard]] std::unique_ptr<RowFile> open_sparse(
    const std::filesystem::path& path, const std::string& object, std::vector<std::string> columns,
    std::size_t gathered_bytes = usual_gathered_bytes);

/// The stored elements of a sparse matrix of either kind.
class SparseArrays {
 public:
  /// Throws DataError if the arrays do not belong together.
  SparseArrays(const std::filesystem::path& path, const std::string& object);

  [[nodiscard]] const std::string& where() const { return where_; }
  [[nodiscard]] hdf5::ElementType type() const { return data_.element_type(); }
  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t columns() const { return columns_; }
  [[nodiscard]] bool by_columns() const { return by_columns_; }
  /// Rows of a matrix by rows, columns of one by columns.
  [[nodiscard]] std::size_t lines() const { return by_columns_ ? columns_ : rows_; }
  [[nodiscard]] std::size_t elements() const { return data_.rows(); }

  /// Throws DataError if the file does not hold the arrays that it declares, or far too few
  /// elements for the shape, before memory is allocated for these.
  void require_plausible() const;

  /// Where the elements of lines [first, first + count) begin, and where the last one's end: [count
  /// + 1], ascending from 0. Throws DataError if they do not ascend.
  [[nodiscard]] std::vector<std::uint64_t> places(std::size_t first, std::size_t count) const;

  /// Reads elements [first, first + count): the place of each in its line, and its value. Throws
  /// DataError if a place is beyond the line.
  void read(std::size_t first, std::size_t count, std::vector<std::int64_t>& indices,
            Buffer<std::byte>& values) const;

 private:
  std::string where_;
  hdf5::File file_;
  hdf5::Dataset data_;
  hdf5::Dataset indices_;
  hdf5::Dataset pointers_;
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  bool by_columns_ = false;
};

}  // namespace infomax::importers
