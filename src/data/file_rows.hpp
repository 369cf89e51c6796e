// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "infomax/hdf5/dataset.hpp"
#include "infomax/hdf5/file.hpp"
#include "infomax/hdf5/raw_rows.hpp"

namespace infomax::data {

/// Consecutive rows of a data set in a file that this process reads alone, a few at a time: without
/// HDF5 where that can be, and otherwise by HDF5.
class FileRows {
 public:
  /// Rows [first, first + count) of `dataset`. Throws DataError.
  FileRows(const std::filesystem::path& path, const std::string& dataset, std::size_t first,
           std::size_t count);

  /// Whether any thread may call read(); if not, the one that uses HDF5 alone may.
  [[nodiscard]] bool for_any_thread() const { return raw_.has_value(); }

  /// Reads rows [first, first + count) of the data set into `out`, in its own element type. Throws
  /// DataError.
  void read(std::size_t first, std::size_t count, std::span<std::byte> out) const;

 private:
  hdf5::File file_;
  std::optional<hdf5::Dataset> dataset_;  // unset where HDF5 is not needed
  std::optional<hdf5::RawRows> raw_;
};

}  // namespace infomax::data
