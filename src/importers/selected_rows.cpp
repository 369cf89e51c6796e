// SPDX-License-Identifier: BSD-3-Clause
#include "importers/selected_rows.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace infomax::importers {
namespace {

/// Bytes that are read from the file at a time.
constexpr std::size_t most_bytes = std::size_t{4} << 20U;

std::vector<std::size_t> shape_of(const RowFile& file, const std::vector<bool>& keep) {
  std::vector<std::size_t> shape = file.shape();
  shape.front() = static_cast<std::size_t>(std::count(keep.begin(), keep.end(), true));
  return shape;
}

}  // namespace

SelectedRows::SelectedRows(std::unique_ptr<RowFile> file, std::vector<bool> keep,
                           std::vector<std::size_t> places)
    : RowFile(file->where()), file_(std::move(file)), keep_(std::move(keep)) {
  declare(file_->type(), shape_of(*file_, keep_));
  name_columns(file_->columns());
  name_classes(file_->classes());
  name_tokens(file_->tokens());
  set_fills(file_->fills());
  const auto& counts = file_->step_counts();
  std::vector<std::uint32_t> kept;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    if (keep_[k]) {
      kept.push_back(counts[k]);
    }
  }
  set_step_counts(std::move(kept));
  set_places(std::move(places));
}

void SelectedRows::read_more() {
  const std::size_t count =
      std::min(std::max<std::size_t>(1, most_bytes / row_bytes()), keep_.size() - next_);
  read_.resize(count * row_bytes());
  file_->read(read_);
  first_read_ = next_;
  next_read_ = next_ + count;
}

void SelectedRows::read(std::span<std::byte> rows) {
  for (std::size_t done = 0; done < rows.size();) {
    if (next_ == next_read_) {
      read_more();
    }
    if (keep_[next_]) {
      std::memcpy(rows.data() + done, read_.data() + (next_ - first_read_) * row_bytes(),
                  row_bytes());
      done += row_bytes();
    }
    ++next_;
  }
}

void SelectedRows::expect_end() {
  next_ = next_read_;  // none of the rest is kept
  while (next_ < keep_.size()) {
    read_more();
    next_ = next_read_;
  }
  file_->expect_end();
}

}  // namespace infomax::importers
