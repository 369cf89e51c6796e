// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/image.hpp"

#include <charconv>
#include <functional>
#include <numeric>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "infomax/core/error.hpp"

namespace infomax::data {
namespace {

constexpr std::size_t most_channels = 4;  // of a picture, with its transparency

/// Of a side of an image and its channels, so that their product is a std::size_t.
constexpr std::size_t largest_extent = std::size_t{1} << 21U;

/// The numbers of "28x28", each from 1 to largest_extent; none where the text is not of that form.
std::vector<std::size_t> numbers_of(std::string_view text) {
  std::vector<std::size_t> numbers;
  const char* next = text.data();
  const char* const end = text.data() + text.size();
  while (true) {
    std::size_t number = 0;
    const auto [rest, status] = std::from_chars(next, end, number);
    if (status != std::errc{} || number == 0 || number > largest_extent) {
      return {};
    }
    numbers.push_back(number);
    if (rest == end) {
      return numbers;
    }
    if (*rest != 'x') {
      return {};
    }
    next = rest + 1;
  }
}

ImageShape interleaved(std::size_t height, std::size_t width, std::size_t channels) {
  return {height, width, channels > 1 ? channels : 0};
}

/// By the sizes of three axes alone.
ImageShape guess(std::span<const std::size_t> axes, const std::string& where) {
  const bool first = axes[0] <= most_channels;
  const bool last = axes[2] <= most_channels;
  if (first == last) {
    throw UsageError(fmt::format(
        "the rows of {} have the axes {}, of which the first or the last may be channels; say "
        "height and width by `image`, such as `image` {}x{}",
        where, fmt::join(axes, "x"), axes[0], axes[1]));
  }
  return first ? ImageShape{axes[1], axes[2], 0} : interleaved(axes[0], axes[1], axes[2]);
}

}  // namespace

void ImageShape::check_features(std::size_t features) const {
  const bool fits = channels > 1 ? features == pixels() * channels : features % pixels() == 0;
  if (!fits) {
    throw UsageError(fmt::format("`image` is {}, and the rows have {} features; they must be {}",
                                 to_string(*this), features,
                                 channels > 1 ? "one such image" : "one or more such planes"));
  }
}

ImageShape parse_image_shape(std::string_view text) {
  const auto numbers = numbers_of(text);
  const bool planes_first =
      numbers.size() == 3 && numbers[0] <= most_channels && numbers[2] > most_channels;
  if ((numbers.size() != 2 && numbers.size() != 3) || planes_first) {
    throw UsageError(fmt::format(
        "`image` is \"{}\"; it must be height x width, such as 28x28, also where rows hold several "
        "such planes, or height x width x channels, such as 32x32x3",
        text));
  }
  return interleaved(numbers[0], numbers[1], numbers.size() == 3 ? numbers[2] : 1);
}

std::string to_string(const ImageShape& shape) {
  const std::string plane = fmt::format("{}x{}", shape.height, shape.width);
  return shape.channels > 1 ? fmt::format("{}x{}", plane, shape.channels) : plane;
}

ImageShape image_shape(std::string_view said, std::span<const std::size_t> trailing,
                       const std::string& where) {
  if (!said.empty()) {
    ImageShape shape = parse_image_shape(said);
    const bool is_leading =
        trailing.size() == 3 && shape.height == trailing[0] && shape.width == trailing[1];
    const bool is_trailing =
        trailing.size() == 3 && shape.height == trailing[1] && shape.width == trailing[2];
    if (shape.channels == 0 && is_leading && !is_trailing) {
      shape = interleaved(trailing[0], trailing[1], trailing[2]);
    }
    shape.check_features(
        std::accumulate(trailing.begin(), trailing.end(), std::size_t{1}, std::multiplies<>()));
    return shape;
  }
  if (trailing.size() == 2) {
    return {trailing[0], trailing[1], 0};
  }
  if (trailing.size() == 3) {
    return guess(trailing, where);
  }
  throw UsageError(
      fmt::format("the rows of {} have {} axes; say what images they are by `image` HEIGHTxWIDTH",
                  where, trailing.size()));
}

}  // namespace infomax::data
