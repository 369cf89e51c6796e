// SPDX-License-Identifier: BSD-3-Clause
#include "importers/sequence_rows.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#include "infomax/core/error.hpp"
#include "infomax/core/matrix.hpp"

namespace infomax::importers {
namespace {

std::vector<std::uint32_t> counts_of(const std::vector<std::size_t>& lengths) {
  std::vector<std::uint32_t> counts(lengths.size());
  std::ranges::transform(lengths, counts.begin(),
                         [](std::size_t n) { return static_cast<std::uint32_t>(n); });
  return counts;
}

}  // namespace

SequenceRows::SequenceRows(std::unique_ptr<RowFile> file)
    : RowFile(file->where()), file_(std::move(file)) {
  const auto& lengths = file_->lengths();
  const std::size_t longest = std::ranges::max(lengths);
  std::vector<std::size_t> shape{lengths.size(), longest};
  shape.insert(shape.end(), file_->shape().begin() + 1, file_->shape().end());
  declare(file_->type(), std::move(shape));
  name_columns(file_->columns());
  name_classes(file_->classes());
  name_tokens(file_->tokens());
  set_fills(file_->fills());
  if (std::ranges::min(lengths) < longest) {
    set_step_counts(counts_of(lengths));
  }
}

void SequenceRows::read(std::span<std::byte> rows) {
  for (std::size_t done = 0; done < rows.size(); done += row_bytes(), ++next_) {
    const auto row = rows.subspan(done, row_bytes());
    const std::size_t bytes = file_->lengths()[next_] * file_->row_bytes();
    file_->read(row.first(bytes));
    std::ranges::fill(row.subspan(bytes), std::byte{0});
  }
}

FirstRows::FirstRows(std::unique_ptr<RowFile> file, std::vector<std::size_t> lengths)
    : RowFile(file->where()), file_(std::move(file)), of_sequences_(std::move(lengths)) {
  std::vector<std::size_t> shape = file_->shape();
  shape.front() = of_sequences_.size();
  declare(file_->type(), std::move(shape));
  name_columns(file_->columns());
  name_classes(file_->classes());
}

void FirstRows::read(std::span<std::byte> rows) {
  Buffer<std::byte> all;
  for (std::size_t done = 0; done < rows.size(); done += row_bytes(), ++next_) {
    all.resize(of_sequences_[next_] * row_bytes());
    file_->read(all);
    std::memcpy(rows.data() + done, all.data(), row_bytes());
  }
}

OpenedFile as_sequences(OpenedFile file) {
  const auto lengths = file.rows->lengths();
  if (lengths.empty()) {
    throw UsageError(
        "`sequences` makes a row of each of several files, and `x` is one of rows; give a folder "
        "or a pattern, or of sounds `frames`");
  }
  if (!file.ids.empty() || !file.incomplete.empty()) {
    throw UsageError("`sequences` takes all rows of its files; leave out `id` and `missing` drop");
  }
  if (file.labels) {
    file.labels = std::make_unique<FirstRows>(std::move(file.labels), lengths);
  }
  file.rows = std::make_unique<SequenceRows>(std::move(file.rows));
  return file;
}

}  // namespace infomax::importers
