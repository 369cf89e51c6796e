// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "importers/file_format.hpp"
#include "importers/row_file.hpp"

namespace infomax::importers {

/// The rows of each trajectory of another file as one row, a sequence [T,...] of them with zeros
/// after its end.
class SequenceRows final : public RowFile {
 public:
  /// `file` has several trajectories.
  explicit SequenceRows(std::unique_ptr<RowFile> file);

  void read(std::span<std::byte> rows) override;
  void expect_end() override { file_->expect_end(); }

 private:
  std::unique_ptr<RowFile> file_;
  std::size_t next_ = 0;  ///< sequence
};

/// The first row of each trajectory of another file, as of labels that are the same in all of its
/// rows.
class FirstRows final : public RowFile {
 public:
  /// `lengths` are the numbers of rows of the trajectories.
  FirstRows(std::unique_ptr<RowFile> file, std::vector<std::size_t> lengths);

  void read(std::span<std::byte> rows) override;

 private:
  std::unique_ptr<RowFile> file_;
  std::vector<std::size_t> of_sequences_;
  std::size_t next_ = 0;  ///< sequence
};

/// The trajectories of a file as rows. Throws UsageError if it has none, or rows have names or are
/// left out.
[[nodiscard]] OpenedFile as_sequences(OpenedFile file);

}  // namespace infomax::importers
