// SPDX-License-Identifier: BSD-3-Clause
#include "importers/text_lines.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "infomax/core/error.hpp"

namespace infomax::importers {
namespace {

constexpr std::size_t text_block_bytes = std::size_t{1} << 18U;

/// The longest text of a row; a longer one is no sample, but a file that was meant to be cut.
constexpr std::size_t most_text_bytes = std::size_t{256} << 20U;

}  // namespace

TextRows::TextRows(std::vector<std::filesystem::path> files, bool by_lines)
    : files_(std::move(files)), by_lines_(by_lines) {}

/// Reads the next block; false at the end of the file. Throws DataError if it breaks off.
bool TextRows::fill() {
  block_.resize(text_block_bytes);
  block_.resize(lines_->read_some(std::as_writable_bytes(std::span(block_))));
  if (lines_->broke_off()) {
    throw DataError(lines_->where() + " is truncated; download it again");
  }
  place_ = 0;
  return !block_.empty();
}

bool TextRows::next_line(std::string& text) {
  text.clear();
  bool found = false;
  while (place_ < block_.size() || fill()) {
    found = true;
    const std::size_t end = std::min(block_.find('\n', place_), block_.size());
    text.append(block_, place_, end - place_);
    place_ = end + 1;
    if (text.size() > most_text_bytes) {
      throw DataError(lines_->where() + " has a line of more than 256 MiB; break it into rows");
    }
    if (end < block_.size()) {
      break;
    }
  }
  if (text.ends_with('\r')) {
    text.pop_back();
  }
  return found;
}

bool TextRows::next(std::string& text) {
  if (by_lines_) {
    if (!lines_) {
      lines_ = std::make_unique<ByteFile>(files_.front());
    }
    return next_line(text);
  }
  if (file_ == files_.size()) {
    return false;
  }
  lines_ = std::make_unique<ByteFile>(files_[file_++]);
  text.clear();
  while (fill()) {
    text += block_;
    if (text.size() > most_text_bytes) {
      throw DataError(lines_->where() +
                      " has more than 256 MiB of text, which would be one row; "
                      "give it alone, so that its lines are rows");
    }
  }
  return true;
}

}  // namespace infomax::importers
