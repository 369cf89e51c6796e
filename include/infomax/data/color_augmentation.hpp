// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "infomax/data/image.hpp"
#include "infomax/math/blas.hpp"

namespace infomax::data {

/// Random changes of the pixels of images, of one sample alone, in this order whatever the order of
/// the words. Grey is 0.299 red + 0.587 green + 0.114 blue of three channels, else the mean of the
/// channels:
///
///     brightness:S  times a factor in [1 - S, 1 + S]
///     contrast:S    the differences from the mean grey of the image, times a factor in [1 - S, 1 +
///                   S]
///     saturation:S  the differences of each pixel from its grey, times a factor in [1 - S, 1 + S]
///     hue:S         colours turn about the axis of greys by an angle in [-S, S] of a whole turn,
///                   in the plane of I and Q of the YIQ colours
///     grayscale:P   with probability P every channel becomes the grey
///     blur:S        a Gaussian of standard deviation in [0.1, S] pixels; beyond the border, the
///                   border's pixels
///     erase:P       with probability P a rectangle of 2% to 33% of the area, its height 0.3 to 3.3
///                   times its width where the image has room, becomes 0
///
/// Factors, angles and deviations are uniformly distributed; they are functions of (key, sample)
/// alone. Values are not clipped. The images must be on a scale that all columns share and whose 0
/// is black.
class ColorAugmentation {
 public:
  /// The words, for messages.
  static constexpr const char* known_words =
      "brightness:S, contrast:S, saturation:S, hue:S, grayscale:P, blur:S, erase:P";

  /// Takes a word of `text` if it is one of these; false if it is not. Throws UsageError if its
  /// number is out of range.
  bool take(std::string_view text, std::string_view word);

  /// Whether nothing is changed.
  [[nodiscard]] bool empty() const { return !mixes() && blur_ <= 0.0 && erase_ <= 0.0; }

  /// Whether values must be on one scale whose 0 is black.
  [[nodiscard]] bool mixes() const {
    return brightness_ > 0.0 || contrast_ > 0.0 || needs_colors();
  }

  /// Whether images must have the three channels red, green and blue.
  [[nodiscard]] bool needs_colors() const {
    return saturation_ > 0.0 || hue_ > 0.0 || grayscale_ > 0.0;
  }

  /// Elements of scratch memory that apply() needs.
  [[nodiscard]] std::size_t scratch_size(const ImageShape& image) const {
    return blur_ > 0.0 ? 2 * image.pixels() : 0;
  }

  /// Changes the image of the sample of global number `sample` in place.
  template <math::Real T>
  void apply(std::uint64_t key, std::uint64_t sample, const ImageShape& image, std::span<T> scratch,
             std::span<T> row) const;

 private:
  double brightness_ = 0.0;
  double contrast_ = 0.0;
  double saturation_ = 0.0;
  double hue_ = 0.0;
  double grayscale_ = 0.0;
  double blur_ = 0.0;
  double erase_ = 0.0;
};

}  // namespace infomax::data
