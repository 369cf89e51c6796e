#include "infomax/data/split.hpp"

#include <charconv>

#include <fmt/format.h>

#include "infomax/core/error.hpp"

namespace infomax::data {
namespace {

Split split_columns(const std::string& digits, const Rows& rows) {
  std::size_t count = 0;
  const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  if (status != std::errc{} || end != digits.data() + digits.size() || count == 0 ||
      count >= rows.features()) {
    throw UsageError(
        fmt::format("--split-columns is {}, and {} has {} columns; it must leave one or "
                    "more to either view",
                    digits, rows.where(), rows.features()));
  }
  Split split;
  for (std::size_t column = 0; column < rows.features(); ++column) {
    (column < count ? split.first : split.second).push_back(column);
  }
  return split;
}

Split split_image(bool across, const Rows& rows) {
  const auto& shape = rows.trailing_shape();
  if (shape.size() != 2 && shape.size() != 3) {
    throw UsageError(
        fmt::format("--split-image needs images, rows of shape [H, W] or [H, W, "
                    "channels], and those of {} have {} axes",
                    rows.where(), shape.size()));
  }
  const std::size_t height = shape[0];
  const std::size_t width = shape[1];
  const std::size_t channels = shape.size() == 3 ? shape[2] : 1;
  if ((across ? width : height) < 2) {
    throw UsageError(fmt::format("the images of {} are too small to be halved", rows.where()));
  }
  Split split;
  for (std::size_t i = 0; i < height; ++i) {
    for (std::size_t j = 0; j < width; ++j) {
      const bool is_first = across ? j < width / 2 : i < height / 2;
      for (std::size_t c = 0; c < channels; ++c) {
        (is_first ? split.first : split.second).push_back((i * width + j) * channels + c);
      }
    }
  }
  return split;
}

}  // namespace

Split parse_split(const std::string& text, const Rows& rows) {
  const std::size_t colon = text.find(':');
  const std::string kind = text.substr(0, colon);
  const std::string how = colon == std::string::npos ? "" : text.substr(colon + 1);
  if (kind == "columns") {
    return split_columns(how, rows);
  }
  if (kind == "image" && (how == "left,right" || how == "top,bottom")) {
    return split_image(how == "left,right", rows);
  }
  throw UsageError(
      fmt::format("--split-image is \"{}\"; it must be left,right or top,bottom", how));
}

}  // namespace infomax::data
