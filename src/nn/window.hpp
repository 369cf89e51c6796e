// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>

#include "infomax/core/matrix.hpp"
#include "nn/graph_builder.hpp"

/// @file
/// A window that moves over images [H,W] of C channels, or with H = 1 over sequences [T]. Values
/// lie channels last: the channels of a place side by side, places row by row.

namespace infomax::nn {

/// One axis of a window's way: it covers places o * stride - pad + k for k below `size`, where o
/// below `count` numbers its positions. Places outside [0, extent) are the padding.
struct WindowAxis {
  std::size_t extent = 1;
  std::size_t size = 1;
  std::size_t stride = 1;
  std::size_t pad = 0;
  std::size_t count = 1;

  /// The k of position o that lie within the extent: [first, last).
  [[nodiscard]] std::size_t first(std::size_t o) const {
    const std::size_t begin = o * stride;
    return begin < pad ? std::min(pad - begin, size) : 0;
  }
  [[nodiscard]] std::size_t last(std::size_t o) const {
    const std::size_t end = extent + pad;
    const std::size_t begin = o * stride;
    return begin < end ? std::max(first(o), std::min(size, end - begin)) : first(o);
  }
  /// The place of such a k.
  [[nodiscard]] std::size_t place(std::size_t o, std::size_t k) const {
    return o * stride + k - pad;
  }
};

/// Both axes, and the channels of a place.
struct Window {
  WindowAxis y;
  WindowAxis x;
  std::size_t channels = 1;

  [[nodiscard]] std::size_t places() const { return y.extent * x.extent; }   ///< of an image
  [[nodiscard]] std::size_t positions() const { return y.count * x.count; }  ///< of the window
  [[nodiscard]] std::size_t covered() const { return y.size * x.size; }      ///< places at once
  /// Whether a position is a place and covers it alone.
  [[nodiscard]] bool is_place() const {
    return covered() == 1 && y.stride == 1 && x.stride == 1 && y.pad == 0 && x.pad == 0;
  }

  /// Calls run(place, k, length) for each run of `length` places that position (oy, ox) covers
  /// within the image, side by side from `place` on; they are those that it counts from k on.
  template <class Run>
  void for_each_run(std::size_t oy, std::size_t ox, const Run& run) const {
    const std::size_t left = x.first(ox);
    const std::size_t length = x.last(ox) - left;
    if (length == 0) {
      return;
    }
    for (std::size_t ky = y.first(oy); ky < y.last(oy); ++ky) {
      run(y.place(oy, ky) * x.extent + x.place(ox, left), ky * x.size + left, length);
    }
  }
};

/// The window of an item NAME:...[:stride=S][:pad=P] over the current value of a graph, which must
/// lie channels last. Throws UsageError where an argument is no number, or the window is larger
/// than what it moves over.
[[nodiscard]] Window window_of(const ItemReader& item, const Shape& shape, std::size_t size,
                               std::size_t default_stride, std::size_t default_pad);

/// The shape of a value with `channels` channels at each position of a window over `input`.
[[nodiscard]] Shape shape_of_positions(const Window& window, const Shape& input,
                                       std::size_t channels);

/// Throws UsageError where stride or pad of an item are no numbers.
void check_window(const ItemReader& item);

}  // namespace infomax::nn
