// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/nn/shape.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include <fmt/format.h>

#include "infomax/core/error.hpp"

namespace infomax::nn {
namespace {

constexpr std::string_view varying_text = "T";

/// Throws UsageError about all of `text`.
std::size_t parse_extent(std::string_view text, std::string_view extent) {
  if (extent == varying_text) {
    return Shape::varying;
  }
  std::size_t value = 0;
  const auto [end, status] = std::from_chars(extent.data(), extent.data() + extent.size(), value);
  if (status != std::errc{} || end != extent.data() + extent.size() || value == 0) {
    throw UsageError(fmt::format(
        "\"{}\" is not a shape; a shape is written as in [784], [3,32,32] or [T,40]", text));
  }
  return value;
}

}  // namespace

Shape::Shape(std::vector<std::size_t> extents) : extents_(std::move(extents)) {
  if (extents_.empty()) {
    extents_.push_back(1);
  }
}

bool Shape::varies() const { return std::ranges::find(extents_, varying) != extents_.end(); }

std::size_t Shape::size() const {
  std::size_t product = 1;
  for (const std::size_t extent : extents_) {
    if (extent == varying) {
      throw std::logic_error("size of the shape " + to_string(*this));
    }
    product *= extent;
  }
  return product;
}

std::string to_string(const Shape& shape) {
  std::string text = "[";
  for (const std::size_t extent : shape.extents()) {
    text += fmt::format("{}{}", text.size() > 1 ? "," : "",
                        extent == Shape::varying ? varying_text : std::to_string(extent));
  }
  return text + "]";
}

Shape parse_shape(std::string_view text) {
  const bool bracketed = text.size() > 2 && text.front() == '[' && text.back() == ']';
  std::string_view rest = bracketed ? text.substr(1, text.size() - 2) : std::string_view{};
  std::vector<std::size_t> extents;
  for (;;) {
    const std::size_t comma = rest.find(',');
    extents.push_back(parse_extent(text, rest.substr(0, comma)));
    if (comma == std::string_view::npos) {
      return Shape(std::move(extents));
    }
    rest.remove_prefix(comma + 1);
  }
}

}  // namespace infomax::nn
