// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

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

/// A data set of strings, one a row, as the numbers of their classes: their places among `known`,
/// or, where that is empty, among the data set's own strings in the order of their bytes.
class Hdf5TextReader final : public RowFile {
 public:
  /// Throws DataError if a string is none of the known classes, or there are too many.
  Hdf5TextReader(const std::filesystem::path& path, const std::string& object,
                 const std::vector<std::string>& known);

  void read(std::span<std::byte> rows) override;

 private:
  hdf5::File file_;
  std::string object_;
  std::map<std::string, std::int32_t> numbers_;
  std::size_t next_ = 0;  ///< row
};

}  // namespace infomax::importers
