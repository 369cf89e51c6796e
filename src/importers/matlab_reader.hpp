// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "importers/file_format.hpp"
#include "importers/row_file.hpp"
#include "infomax/core/matrix.hpp"
#include "infomax/hdf5/file.hpp"

namespace infomax::importers {

/// Whether a data set is a variable that MATLAB saved by -v7.3.
[[nodiscard]] bool is_of_matlab(const std::filesystem::path& path, const std::string& object);

/// Opens a variable of MATLAB and says how its axes lie: MATLAB stores arrays by columns, so that
/// HDF5 has their axes in reverse. The rows of a matrix are those that it has in MATLAB; a row
/// vector of labels is taken for a column. Arrays of more axes stay as HDF5 has them.
[[nodiscard]] std::unique_ptr<RowFile> open_matlab(const std::filesystem::path& path,
                                                   const std::string& object, Role role);

/// The columns of an HDF5 matrix [D, N] as rows [N, D].
class TransposedReader final : public RowFile {
 public:
  /// Throws DataError if the data set does not exist or does not hold numbers.
  TransposedReader(const std::filesystem::path& path, const std::string& object);

  void read(std::span<std::byte> rows) override;

 private:
  hdf5::File file_;
  hdf5::Dataset dataset_;
  Buffer<std::byte> columns_;  ///< [D, rows of one call]
  std::size_t next_ = 0;       ///< row
};

}  // namespace infomax::importers
