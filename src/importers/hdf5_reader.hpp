// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "importers/row_file.hpp"
#include "infomax/hdf5/file.hpp"

namespace infomax::importers {

/// A data set of an HDF5 file, with its attributes `columns` and `classes` if they are texts.
class Hdf5Reader final : public RowFile {
 public:
  /// Throws DataError if the data set does not exist or does not hold numbers.
  Hdf5Reader(const std::filesystem::path& path, const std::string& object);

  void read(std::span<std::byte> rows) override;

 private:
  hdf5::File file_;
  hdf5::Dataset dataset_;
  std::size_t next_ = 0;  ///< row
};

}  // namespace infomax::importers
