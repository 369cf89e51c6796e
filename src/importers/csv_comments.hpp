// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <deque>
#include <span>

namespace infomax::importers {

/// Removes the comments of delimited text before it is parsed: what follows a sign outside quotes,
/// up to the end of the line.
class CsvComments {
 public:
  /// Without a sign, '\0', there are no comments.
  explicit CsvComments(char sign) : sign_(sign) {}

  /// Removes the comments from the next bytes of the file, in place, and returns how many bytes
  /// remain. Line ends remain, so that lines are still counted.
  [[nodiscard]] std::size_t remove(std::span<std::byte> bytes);

  /// Whether this line, from 1, has nothing but a comment. Lines are asked for in ascending order,
  /// none that remove() has not seen.
  [[nodiscard]] bool fill(std::size_t line);

 private:
  [[nodiscard]] bool keeps(char c);

  char sign_;
  bool is_quoted_ = false;
  bool in_comment_ = false;
  bool at_line_start_ = true;  ///< only spaces so far
  bool after_return_ = false;
  std::size_t line_ = 1;
  std::deque<std::size_t> lines_;  ///< that a comment fills, and fill() was not asked for
};

}  // namespace infomax::importers
