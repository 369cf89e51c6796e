// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "importers/file_format.hpp"
#include "importers/row_files.hpp"
#include "infomax/hdf5/file.hpp"

namespace infomax::importers {

/// A data set file that determines the columns and classes of an import.
class LikeDataset {
 public:
  /// Throws DataError if the file cannot be read.
  explicit LikeDataset(const std::filesystem::path& path);

  /// What it says of the file that becomes /x or /y.
  [[nodiscard]] Known known(Role role) const;

  /// Throws DataError unless x and y have these columns, tokens and classes.
  void require(const RowFiles& files) const;

 private:
  /// The names that go with a data set, each empty if there are none.
  struct Names {
    std::vector<std::string> columns = {};
    std::vector<std::string> classes = {};
    std::vector<double> fills = {};  ///< of missing cells, by column
  };

  [[nodiscard]] static Names names_of(const hdf5::File& file, const std::string& object);
  void require_columns(const RowFile& rows, const char* object,
                       const std::vector<std::string>& wanted) const;

  void require_tokens(const RowFile& x) const;

  std::filesystem::path path_;
  std::vector<std::size_t> row_;     // the shape of a row of /x
  std::vector<std::string> tokens_;  // of /x
  Names x_;
  Names y_;
};

}  // namespace infomax::importers
