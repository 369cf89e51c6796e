// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace infomax::data {

/// How images lie in the features of a row.
struct ImageShape {
  std::size_t height = 0;
  std::size_t width = 0;
  /// C > 1: features [H, W, C], the channels of a pixel side by side. 0: features [planes, H, W], a
  /// whole plane after the other, as many as there are.
  std::size_t channels = 0;

  [[nodiscard]] std::size_t pixels() const { return height * width; }

  /// The pixel, counted row by row, that a feature belongs to.
  [[nodiscard]] std::size_t pixel_of(std::size_t feature) const {
    return channels > 1 ? feature / channels : feature % pixels();
  }

  /// Throws UsageError unless rows of so many features hold such images.
  void check_features(std::size_t features) const;
};

/// "28x28" is planes, "32x32x3" channels side by side. Throws UsageError.
[[nodiscard]] ImageShape parse_image_shape(std::string_view text);

/// As parse_image_shape takes it.
[[nodiscard]] std::string to_string(const ImageShape& shape);

/// The shape of images in rows of axes `trailing`; `where` names them in messages. Two axes are [H,
/// W]. Of three the first or the last is the channels: the one that `said`, "HxW", leaves over, or,
/// where that is empty, the one of 4 at most. For rows of other axes `said` is all there is. Throws
/// UsageError where this leaves it open or does not fit.
[[nodiscard]] ImageShape image_shape(std::string_view said, std::span<const std::size_t> trailing,
                                     const std::string& where);

}  // namespace infomax::data
