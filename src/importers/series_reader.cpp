// SPDX-License-Identifier: BSD-3-Clause
#include "importers/series_reader.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "infomax/core/error.hpp"

namespace infomax::importers {
namespace {

/// Adds the steps of a file's rows to those of the files before it, of which `before` rows had
/// either steps each or none known.
void append_step_counts(std::vector<std::uint32_t>& all, std::size_t before, const RowFile& file) {
  const auto whole = static_cast<std::uint32_t>(file.shape().size() > 1 ? file.shape()[1] : 0);
  if (file.step_counts().empty() && all.empty()) {
    return;
  }
  all.resize(before, whole);
  all.insert(all.end(), file.step_counts().begin(), file.step_counts().end());
  all.resize(before + file.rows(), whole);
}

/// "3 x 4 f32"
std::string describe_row(const RowFile& rows) {
  const std::span<const std::size_t> trailing = std::span(rows.shape()).subspan(1);
  return fmt::format("{}{}{}", fmt::join(trailing, " x "), trailing.empty() ? "" : " ",
                     hdf5::name(rows.type()));
}

}  // namespace

SeriesReader::SeriesReader(std::string where, std::vector<std::filesystem::path> files, Open open)
    : RowFile(std::move(where)), files_(std::move(files)), open_(std::move(open)) {
  std::unique_ptr<RowFile> first;
  std::vector<std::size_t> lengths;
  std::vector<std::uint32_t> step_counts;
  std::size_t total = 0;
  bool have_same_fills = true;
  for (const auto& file : files_) {
    auto opened = open_(file);
    rows_of_files_.push_back(opened->rows());
    if (opened->lengths().empty()) {
      lengths.push_back(opened->rows());
    } else {
      lengths.insert(lengths.end(), opened->lengths().begin(), opened->lengths().end());
    }
    append_step_counts(step_counts, total, *opened);
    total += opened->rows();
    if (!first) {
      first = std::move(opened);
      continue;
    }
    if (const std::string here = describe_row(*opened), there = describe_row(*first);
        here != there) {
      throw DataError(fmt::format("{} has rows of {}, and {} of {}; give files of the same kind",
                                  opened->where(), here, first->where(), there));
    }
    if (opened->columns() != first->columns()) {
      throw DataError(
          fmt::format("{} has other names of columns than {}; give files of the same "
                      "columns in the same order",
                      opened->where(), first->where()));
    }
    have_same_fills = have_same_fills && opened->fills() == first->fills();
    if (opened->tokens() != first->tokens()) {
      throw DataError(fmt::format("{} has other tokens than {}; import them with one vocabulary",
                                  opened->where(), first->where()));
    }
    if (opened->classes() != first->classes()) {
      throw DataError(fmt::format("{} has other classes than {}; number them alike in all files",
                                  opened->where(), first->where()));
    }
  }
  std::vector<std::size_t> shape = first->shape();
  shape.front() = total;
  declare(first->type(), std::move(shape));
  name_columns(first->columns());
  name_classes(first->classes());
  name_tokens(first->tokens());
  if (have_same_fills) {  // others would be true of one file only
    set_fills(first->fills());
  }
  current_ = open_(files_.front());
  left_ = rows_of_files_.front();
  set_lengths(std::move(lengths));
  set_step_counts(std::move(step_counts));
}

void SeriesReader::read(std::span<std::byte> rows) {
  while (!rows.empty()) {
    if (left_ == 0) {
      current_->expect_end();
      ++file_;
      current_ = open_(files_[file_]);
      left_ = rows_of_files_[file_];
    }
    const std::size_t count = std::min(left_, rows.size() / row_bytes());
    current_->read(rows.first(count * row_bytes()));
    rows = rows.subspan(count * row_bytes());
    left_ -= count;
  }
}

void SeriesReader::expect_end() { current_->expect_end(); }

}  // namespace infomax::importers
