// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "importers/row_file.hpp"
#include "infomax/core/matrix.hpp"

namespace infomax::importers {

/// Some of the rows of another file, with its names.
class SelectedRows final : public RowFile {
 public:
  /// `keep` [N] tells which rows of the file these are; row k of them is row places[k] of the data
  /// set, or row k if `places` is empty. Throws DataError if it keeps none.
  SelectedRows(std::unique_ptr<RowFile> file, std::vector<bool> keep,
               std::vector<std::size_t> places = {});

  void read(std::span<std::byte> rows) override;
  void expect_end() override;

 private:
  /// Reads the next rows of the file, kept or not.
  void read_more();

  std::unique_ptr<RowFile> file_;
  std::vector<bool> keep_;
  Buffer<std::byte> read_;  ///< rows [first_read_, next_read_) of the file
  std::size_t first_read_ = 0;
  std::size_t next_read_ = 0;
  std::size_t next_ = 0;  ///< row of the file that was not looked at
};

}  // namespace infomax::importers
