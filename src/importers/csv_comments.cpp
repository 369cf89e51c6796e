// SPDX-License-Identifier: BSD-3-Clause
#include "importers/csv_comments.hpp"

#include <utility>

namespace infomax::importers {

bool CsvComments::keeps(char c) {
  const bool after_return = std::exchange(after_return_, false);
  if (c == '\n' || (c == '\r' && !is_quoted_)) {
    line_ += c == '\n' && after_return ? 0 : 1;
    after_return_ = c == '\r';
    in_comment_ = false;
    at_line_start_ = !is_quoted_;
    return true;
  }
  if (in_comment_) {
    return false;
  }
  if (c == sign_ && !is_quoted_) {
    in_comment_ = true;
    if (at_line_start_) {
      lines_.push_back(line_);
    }
    return false;
  }
  is_quoted_ = is_quoted_ != (c == '"');
  at_line_start_ = at_line_start_ && c == ' ';
  return true;
}

std::size_t CsvComments::remove(std::span<std::byte> bytes) {
  if (sign_ == '\0') {
    return bytes.size();
  }
  std::size_t kept = 0;
  for (const std::byte byte : bytes) {
    if (keeps(static_cast<char>(byte))) {
      bytes[kept++] = byte;
    }
  }
  return kept;
}

bool CsvComments::fill(std::size_t line) {
  while (!lines_.empty() && lines_.front() < line) {
    lines_.pop_front();
  }
  return !lines_.empty() && lines_.front() == line;
}

}  // namespace infomax::importers
