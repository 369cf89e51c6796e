#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "infomax/data/rows.hpp"

namespace infomax::data {

/// Two views of one data set: which columns go to which.
struct Split {
  std::vector<std::size_t> first;
  std::vector<std::size_t> second;
};

/// "columns:K": the first K columns and the rest. "image:left,right" and "image:top,bottom": halves
/// of images, of which rows must have the shape [H, W] or [H, W, channels]; where a side is odd,
/// the middle line goes to the second half. Throws UsageError where the text is none of these or
/// does not fit the rows' shape.
[[nodiscard]] Split parse_split(const std::string& text, const Rows& rows);

}  // namespace infomax::data
