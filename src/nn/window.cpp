// SPDX-License-Identifier: BSD-3-Clause
#include "nn/window.hpp"

#include <fmt/format.h>

#include "infomax/core/field_text.hpp"

namespace infomax::nn {
namespace {

constexpr std::size_t largest = 4096;

/// The value of `key`, from `least` on.
std::size_t number_of(const ItemReader& item, std::string_view key, std::size_t least,
                      std::size_t standard) {
  const auto text = item.value_of(key);
  if (!text) {
    return standard;
  }
  const auto number = FieldText<std::size_t>::parse(*text);
  if (!number || *number < least || *number > largest) {
    item.refuse(fmt::format("{}={} to {}, as in {}={}", key, least, largest, key, 2));
  }
  return *number;
}

WindowAxis axis_of(const ItemReader& item, const Shape& shape, std::size_t extent, std::size_t size,
                   std::size_t stride, std::size_t pad) {
  if (size > extent + 2 * pad) {
    item.refuse_place(
        fmt::format("is {} wide and the samples are {}, with {} of padding on either "
                    "side; make it smaller, or the padding larger by pad=P",
                    size, to_string(shape), pad));
  }
  return {extent, size, stride, pad, (extent + 2 * pad - size) / stride + 1};
}

}  // namespace

Window window_of(const ItemReader& item, const Shape& shape, std::size_t size,
                 std::size_t default_stride, std::size_t default_pad) {
  const std::size_t stride = number_of(item, "stride", 1, default_stride);
  const std::size_t pad = number_of(item, "pad", 0, default_pad);
  const auto& extents = shape.extents();
  Window window;
  window.channels = extents.front();
  window.x = axis_of(item, shape, extents.back(), size, stride, pad);
  if (extents.size() == 3) {
    window.y = axis_of(item, shape, extents[1], size, stride, pad);
  }
  return window;
}

Shape shape_of_positions(const Window& window, const Shape& input, std::size_t channels) {
  return input.axes() == 3 ? Shape({channels, window.y.count, window.x.count})
                           : Shape({channels, window.x.count});
}

void check_window(const ItemReader& item) {
  (void)number_of(item, "stride", 1, 1);
  (void)number_of(item, "pad", 0, 0);
}

}  // namespace infomax::nn
