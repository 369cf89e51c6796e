// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "infomax/data/row_store.hpp"

namespace infomax::data {

/// The columns of one data set that go to either of two views.
struct Split {
  std::vector<std::size_t> first;   ///< columns of the first view, ascending
  std::vector<std::size_t> second;  ///< columns of the second view, ascending
};

/// "columns:K": the first K columns and the rest. "image:left,right" and "image:top,bottom": halves
/// of images, in every channel, of the shape that `image` says (parse_image_shape) or, where that
/// is empty, the axes of the rows (image_shape); where a side is odd, the middle line goes to the
/// second half. Throws UsageError where the text is none of these or does not fit the rows.
[[nodiscard]] Split parse_split(const std::string& text, const std::string& image,
                                const RowStore& rows);

/// Whether this text splits images.
[[nodiscard]] bool splits_images(const std::string& text);

}  // namespace infomax::data
