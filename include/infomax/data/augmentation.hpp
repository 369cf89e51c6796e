// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/data/color_augmentation.hpp"
#include "infomax/data/image.hpp"
#include "infomax/data/sequence_augmentation.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/math/warp.hpp"

namespace infomax::data {

/// Random changes of rows that keep their meaning, such as "noise:0.1,shift:2,flip,rotate:10". They
/// apply to preprocessed rows, in this order whatever the order of the words:
///
///     crop:S    a window of the image, its sides a share in [S, 1] of the whole's, brought to full
///               size; rotate:DEG  by an angle in [-DEG, DEG]; shift:K  by whole pixels in [-K, K]
///               along each axis; flip  left and right, every other time. All four in one bilinear
///               resampling, 0 outside the image.
///     the words of ColorAugmentation, of images
///     scale:S   times a factor in [1 - S, 1 + S]
///     noise:S   plus independent normal numbers of standard deviation S
///     mask:P    each feature 0 with probability P
///     and the words of SequenceAugmentation
///
/// Numbers are uniformly distributed unless something else is said. They are functions of (key,
/// sample) alone, so that they do not depend on the number of ranks.
class Augmentation {
 public:
  /// `image` is the shape of rows that are images. Throws UsageError if a word is unknown, its
  /// number is out of range, or it changes images and `image` is unset.
  Augmentation(std::string_view words, std::optional<ImageShape> image);

  /// Whether a word changes images, so that the rows' image shape must be known.
  [[nodiscard]] bool needs_image() const { return warps() || !color_.empty(); }

  /// Whether a word mixes values of an image, which must then be on one scale whose 0 is black.
  [[nodiscard]] bool mixes_colors() const { return color_.mixes(); }

  /// Throws UsageError unless rows of `features` features hold images of this shape.
  void check_features(std::size_t features) const;

  /// Whether a word makes other numbers of numbers, which token ids do not outlive.
  [[nodiscard]] bool changes_numbers() const {
    return needs_image() || scale_ > 0.0 || noise_ > 0.0;
  }

  /// Changes rows [B, features] in place. `samples` [B] are their global numbers. Rows that are
  /// sequences say so; their padding stays as it is.
  template <math::Real T>
  void apply(std::uint64_t key, std::span<const std::uint64_t> samples, MatrixView<T> rows,
             const SequenceRows& sequences = {}) const;

 private:
  [[nodiscard]] bool warps() const { return crop_ < 1.0 || turns_ || shift_ > 0 || flip_; }
  void take(std::string_view text, std::string_view word);
  [[nodiscard]] math::AffineMap draw_map(std::uint64_t key, std::uint64_t sample) const;
  /// Warps every channel of the image by one map.
  template <math::Real T>
  void warp_image(const math::AffineMap& map, std::span<T> scratch, std::span<T> row) const;

  double crop_ = 1.0;
  double degrees_ = 0.0;
  bool turns_ = false;
  std::size_t shift_ = 0;
  bool flip_ = false;
  double scale_ = 0.0;
  double noise_ = 0.0;
  double mask_ = 0.0;
  ImageShape image_;
  ColorAugmentation color_;
  SequenceAugmentation sequence_;
};

}  // namespace infomax::data
