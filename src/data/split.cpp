// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/split.hpp"

#include <charconv>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/data/image.hpp"

namespace infomax::data {
namespace {

Split split_columns(const std::string& digits, const RowStore& rows) {
  std::size_t count = 0;
  const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  if (status != std::errc{} || end != digits.data() + digits.size() || count == 0 ||
      count >= rows.features()) {
    throw UsageError(
        fmt::format("`split_columns` is {}, and {} has {} columns; it must leave one or "
                    "more to either view",
                    digits, rows.where(), rows.features()));
  }
  Split split;
  for (std::size_t column = 0; column < rows.features(); ++column) {
    (column < count ? split.first : split.second).push_back(column);
  }
  return split;
}

Split split_image(bool across, const ImageShape& image, const RowStore& rows) {
  const std::size_t side = across ? image.width : image.height;
  if (side < 2) {
    throw UsageError(fmt::format("the images of {} are too small to be halved: they are {}",
                                 rows.where(), to_string(image)));
  }
  Split split;
  for (std::size_t feature = 0; feature < rows.features(); ++feature) {
    const std::size_t pixel = image.pixel_of(feature);
    const std::size_t line = across ? pixel % image.width : pixel / image.width;
    (line < side / 2 ? split.first : split.second).push_back(feature);
  }
  return split;
}

ImageShape shape_of(const std::string& image, const RowStore& rows) {
  if (image.empty()) {
    return image_shape("", rows.trailing_shape(), rows.where());
  }
  const ImageShape shape = parse_image_shape(image);
  shape.check_features(rows.features());
  return shape;
}

}  // namespace

bool splits_images(const std::string& text) { return text.starts_with("image:"); }

Split parse_split(const std::string& text, const std::string& image, const RowStore& rows) {
  const std::size_t colon = text.find(':');
  const std::string kind = text.substr(0, colon);
  const std::string how = colon == std::string::npos ? "" : text.substr(colon + 1);
  if (kind == "columns") {
    return split_columns(how, rows);
  }
  if (kind == "image" && (how == "left,right" || how == "top,bottom")) {
    return split_image(how == "left,right", shape_of(image, rows), rows);
  }
  throw UsageError(
      fmt::format("`split_image` is \"{}\"; it must be left,right or top,bottom", how));
}

}  // namespace infomax::data
