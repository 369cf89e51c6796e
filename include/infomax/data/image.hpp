// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace infomax::data {

/// How images lie in the features of a row.
struct ImageShape {
  std::size_t height = 0;  ///< H, in pixels
  std::size_t width = 0;   ///< W, in pixels
  /// C > 1: features are [H, W, C], the channels of a pixel side by side. 0: features are
  /// [planes, H, W], one whole plane after the other, as many as the row has.
  std::size_t channels = 0;

  [[nodiscard]] std::size_t pixels() const { return height * width; }  ///< of one channel or plane

  /// The pixel, counted row by row, that a feature belongs to.
  [[nodiscard]] std::size_t pixel_of(std::size_t feature) const {
    return channels > 1 ? feature / channels : feature % pixels();
  }

  /// Throws UsageError unless rows of `features` features hold such images.
  void check_features(std::size_t features) const;
};

/// "28x28" is planes, "32x32x3" channels side by side. Throws UsageError.
[[nodiscard]] ImageShape parse_image_shape(std::string_view text);

/// Returns the text that parse_image_shape takes.
[[nodiscard]] std::string to_string(const ImageShape& shape);

/// Returns the shape of images in rows with the axes `trailing`; `where` names the rows in
/// messages. Two axes are [H, W]. Of three axes the first or the last is the channels: the one that
/// `said`, "HxW", leaves over, or, where `said` is empty, the one of at most 4. For rows of other
/// axes `said` alone decides. Throws UsageError where the shape remains ambiguous or does not fit.
[[nodiscard]] ImageShape image_shape(std::string_view said, std::span<const std::size_t> trailing,
                                     const std::string& where);

}  // namespace infomax::data
