// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "importers/row_file.hpp"
#include "infomax/hdf5/file.hpp"

namespace infomax::importers {

/// Smaller data sets may have elements that were never written, which HDF5 fills. Of larger ones,
/// the file must show that the size is no damage, as even a bit for each row takes much memory.
inline constexpr std::size_t most_unwritten_elements = std::size_t{1} << 33U;

/// A data set of an HDF5 file, with its attributes `columns`, `classes` and `tokens` if they are
/// texts, and `fill_values`; /x also with the trajectories of /lengths.
class Hdf5Reader final : public RowFile {
 public:
  /// `columns` are names from elsewhere in the file, if there are as many. Throws DataError if the
  /// data set does not exist or does not hold numbers.
  Hdf5Reader(const std::filesystem::path& path, const std::string& object,
             std::vector<std::string> columns = {});

  void read(std::span<std::byte> rows) override;

 private:
  void take_lengths();
  void take_step_counts();

  hdf5::File file_;
  hdf5::Dataset dataset_;
  std::size_t next_ = 0;  ///< row
};

/// A data set of strings, one a row, as the numbers of their classes. Throws DataError.
[[nodiscard]] std::unique_ptr<RowFile> read_text_classes(const std::filesystem::path& path,
                                                         const std::string& object,
                                                         const std::vector<std::string>& known);

}  // namespace infomax::importers
