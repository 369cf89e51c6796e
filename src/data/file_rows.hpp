// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "infomax/data/file_parts.hpp"
#include "infomax/hdf5/dataset.hpp"
#include "infomax/hdf5/file.hpp"
#include "infomax/hdf5/raw_rows.hpp"

namespace infomax::data {

/// Consecutive rows of a data set in files that this process reads alone, a few at a time: without
/// HDF5 where that can be, and otherwise by HDF5.
class FileRows {
 public:
  /// The rows of these stretches of `dataset`, which follow each other. Throws DataError.
  FileRows(const std::vector<FileStretch>& stretches, const std::string& dataset);

  /// Whether any thread may call read(); if not, the one that uses HDF5 alone may.
  [[nodiscard]] bool for_any_thread() const;

  /// Reads rows [first, first + count) of the joined data set into `out`, in its own element type.
  /// Throws DataError.
  void read(std::size_t first, std::size_t count, std::span<std::byte> out) const;

 private:
  struct Part {
    FileStretch stretch;
    hdf5::File file;
    std::optional<hdf5::Dataset> dataset;  // unset where HDF5 is not needed
    std::optional<hdf5::RawRows> raw;
  };

  std::vector<Part> parts_;
};

}  // namespace infomax::data
