// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/augmentation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "data/augmentation_words.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/random.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/math/random_rows.hpp"

namespace infomax::data {
namespace {

// Purposes of the random rows of one key; a network's dropouts count theirs from 0.
constexpr std::uint32_t noise_purpose = 0x80000000U;
constexpr std::uint32_t mask_purpose = 0x80000001U;

constexpr const char* known_words =
    "noise:S, mask:P, scale:S, shift:K, flip, rotate:DEG and crop:S, separated by commas";

double open_unit(std::uint64_t word) { return (static_cast<double>(word >> 11U) + 0.5) * 0x1p-53; }

/// Uniform on [-limit, limit].
double symmetric(std::uint64_t word, double limit) { return limit * (2.0 * open_unit(word) - 1.0); }

/// A whole number of {-limit, ..., limit}.
double whole(std::uint64_t word, std::size_t limit) {
  const auto reach = static_cast<double>(limit);
  return std::floor(open_unit(word) * (2.0 * reach + 1.0)) - reach;
}

/// Elements that a warp needs besides the image: a plane with its margin and, of interleaved
/// channels, one without.
std::size_t scratch_size(const ImageShape& image) {
  return (image.height + 3) * (image.width + 3) + (image.channels > 1 ? image.pixels() : 0);
}

CounterRandom random_of(std::uint64_t key, std::uint64_t sample) {
  return {key, RandomStream::augmentation, sample};
}

}  // namespace

Augmentation::Augmentation(std::string_view words, std::optional<ImageShape> image)
    : image_(image.value_or(ImageShape{})) {
  std::size_t position = 0;
  while (position <= words.size()) {
    const std::size_t comma = std::min(words.find(',', position), words.size());
    take(words, words.substr(position, comma - position));
    position = comma + 1;
  }
  if (needs_image() && !image) {
    throw UsageError(
        fmt::format("`augment` \"{}\" changes images; say their shape by `image` HEIGHTxWIDTH, for "
                    "the data set has rows of one axis",
                    words));
  }
}

void Augmentation::take(std::string_view text, std::string_view word) {
  const std::string_view name = word.substr(0, word.find(':'));
  if (name == "noise") {
    noise_ = amount_of_word(text, word, 0.0, 1e6);
  } else if (name == "mask") {
    mask_ = amount_of_word(text, word, 0.0, 0.999);
  } else if (name == "scale") {
    scale_ = amount_of_word(text, word, 0.0, 1.0);
  } else if (name == "shift") {
    const double pixels = amount_of_word(text, word, 0.0, 1e6);
    if (pixels != std::floor(pixels)) {
      throw UsageError(fmt::format(
          "`augment` \"{}\": {} is no whole number of pixels, as in shift:2", text, word));
    }
    shift_ = static_cast<std::size_t>(pixels);
  } else if (word == "flip") {
    flip_ = true;
  } else if (name == "rotate") {
    degrees_ = amount_of_word(text, word, 0.0, 180.0);
    turns_ = degrees_ > 0.0;
  } else if (name == "crop") {
    crop_ = amount_of_word(text, word, 0.05, 1.0);
  } else if (!sequence_.take(text, word) && !color_.take(text, word)) {
    throw UsageError(fmt::format(R"(`augment` "{}": "{}" is not known; there are {}, {}, {})", text,
                                 word, SequenceAugmentation::known_words,
                                 ColorAugmentation::known_words, known_words));
  }
}

void Augmentation::check_features(std::size_t features) const {
  if (needs_image()) {
    image_.check_features(features);
    constexpr std::size_t colors = 3;
    if (color_.needs_colors() && features != colors * image_.pixels()) {
      throw UsageError(
          fmt::format("`augment` saturation, hue and grayscale are for images of three channels, "
                      "and these have "
                      "{}; leave them out",
                      features / image_.pixels()));
    }
  }
}

/// From a pixel of the result to the point of the source that it shows: about the image's centre,
/// source = rotation (side flip(pixel)) + window's centre - shift.
math::AffineMap Augmentation::draw_map(std::uint64_t key, std::uint64_t sample) const {
  const auto random = random_of(key, sample);
  const auto first = random.words(0);
  const auto second = random.words(1);
  const double centre_row = 0.5 * static_cast<double>(image_.height - 1);
  const double centre_column = 0.5 * static_cast<double>(image_.width - 1);
  const double angle = symmetric(first[0], degrees_) * std::numbers::pi / 180.0;
  const double shift_row = whole(first[1], shift_);
  const double shift_column = whole(first[2], shift_);
  const double mirror = flip_ && (first[3] & 1U) != 0 ? -1.0 : 1.0;
  const double side = crop_ + (1.0 - crop_) * open_unit(second[0]);
  const double window_row = symmetric(second[1], (1.0 - side) * centre_row);
  const double window_column = symmetric(second[2], (1.0 - side) * centre_column);

  const double rr = side * std::cos(angle);
  const double rc = -side * std::sin(angle) * mirror;
  const double cr = side * std::sin(angle);
  const double cc = side * std::cos(angle) * mirror;
  math::AffineMap map;
  map.rr = static_cast<float>(rr);
  map.rc = static_cast<float>(rc);
  map.cr = static_cast<float>(cr);
  map.cc = static_cast<float>(cc);
  map.r0 = static_cast<float>(centre_row + window_row - shift_row -
                              (rr * centre_row + rc * centre_column));
  map.c0 = static_cast<float>(centre_column + window_column - shift_column -
                              (cr * centre_row + cc * centre_column));
  return map;
}

template <math::Real T>
void Augmentation::warp_image(const math::AffineMap& map, std::span<T> scratch,
                              std::span<T> row) const {
  const std::size_t pixels = image_.pixels();
  if (image_.channels <= 1) {
    for (std::size_t plane = 0; plane < row.size(); plane += pixels) {
      const MatrixView<T> image(row.data() + plane, image_.height, image_.width);
      math::warp<T>(image, map, scratch, image);
    }
    return;
  }
  const std::span<T> plane = scratch.last(pixels);
  const MatrixView<T> image(plane.data(), image_.height, image_.width);
  for (std::size_t c = 0; c < image_.channels; ++c) {
    for (std::size_t i = 0; i < pixels; ++i) {
      plane[i] = row[i * image_.channels + c];
    }
    math::warp<T>(image, map, scratch.first(scratch.size() - pixels), image);
    for (std::size_t i = 0; i < pixels; ++i) {
      row[i * image_.channels + c] = plane[i];
    }
  }
}

template <math::Real T>
void Augmentation::apply(std::uint64_t key, std::span<const std::uint64_t> samples,
                         MatrixView<T> rows, const SequenceRows& sequences) const {
  Buffer<T> scratch(needs_image() ? std::max(scratch_size(image_), color_.scratch_size(image_))
                                  : 0);
  const std::size_t step = rows.columns() / sequences.steps;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const std::size_t length = sequences.length(i);
    const std::span<T> row = rows.row(i).first(length * step);
    if (warps()) {
      warp_image<T>(draw_map(key, samples[i]), scratch, row);
    }
    color_.apply<T>(key, samples[i], image_, scratch, row);
    if (scale_ > 0.0) {
      const auto factor = 1.0 + symmetric(random_of(key, samples[i]).words(2)[0], scale_);
      math::scale(static_cast<T>(factor), row);
    }
    if (noise_ > 0.0) {
      math::add_normals({.key = key, .index = samples[i], .purpose = noise_purpose},
                        static_cast<T>(noise_), row);
    }
    if (mask_ > 0.0) {
      math::drop({.key = key, .index = samples[i], .purpose = mask_purpose}, mask_, T{1}, row);
    }
    sequence_.apply(key, samples[i], length, row);
  }
}

template void Augmentation::apply<float>(std::uint64_t, std::span<const std::uint64_t>,
                                         MatrixView<float>, const SequenceRows&) const;
template void Augmentation::apply<double>(std::uint64_t, std::span<const std::uint64_t>,
                                          MatrixView<double>, const SequenceRows&) const;

}  // namespace infomax::data
