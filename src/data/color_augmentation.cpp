// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/color_augmentation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "data/augmentation_words.hpp"
#include "infomax/core/matrix.hpp"
#include "infomax/core/random.hpp"

namespace infomax::data {
namespace {

// Indices of the random numbers of a sample, beyond those of sequences.
constexpr std::uint64_t first_color_number = std::uint64_t{1} << 40U;
enum ColorNumber : std::uint64_t {
  brightness_number = first_color_number,
  contrast_number,
  saturation_number,
  hue_number,
  grayscale_number,
  blur_number,
  erase_number,
  erase_area_number,
  erase_ratio_number,
  erase_row_number,
  erase_column_number
};

constexpr std::size_t colors = 3;
constexpr std::array<double, colors> grey_weights{0.299, 0.587, 0.114};
constexpr double least_blur = 0.1;

/// A linear map of the channels of a pixel, row by row.
using ColorMatrix = std::array<std::array<double, colors>, colors>;

ColorMatrix product(const ColorMatrix& left, const ColorMatrix& right) {
  ColorMatrix made{};
  for (std::size_t i = 0; i < colors; ++i) {
    for (std::size_t j = 0; j < colors; ++j) {
      for (std::size_t k = 0; k < colors; ++k) {
        made.at(i).at(j) += left.at(i).at(k) * right.at(k).at(j);
      }
    }
  }
  return made;
}

/// factor times the difference of a pixel from its grey, plus the grey.
ColorMatrix saturating(double factor) {
  ColorMatrix made{};
  for (std::size_t i = 0; i < colors; ++i) {
    for (std::size_t j = 0; j < colors; ++j) {
      made.at(i).at(j) = (1.0 - factor) * grey_weights.at(j) + (i == j ? factor : 0.0);
    }
  }
  return made;
}

/// A turn of I and Q by an angle in radians, between the colours of YIQ (NTSC, as Python's colorsys
/// rounds them) and those of red, green and blue.
ColorMatrix turning(double angle) {
  constexpr ColorMatrix to_yiq{
      {{0.299, 0.587, 0.114}, {0.599, -0.2773, -0.3217}, {0.213, -0.5251, 0.3121}}};
  // The inverse of to_yiq, by its adjugate.
  const auto minor = [&](std::size_t row, std::size_t column) {
    const std::size_t r = (row + 1) % colors;
    const std::size_t s = (row + 2) % colors;
    const std::size_t c = (column + 1) % colors;
    const std::size_t d = (column + 2) % colors;
    return to_yiq.at(r).at(c) * to_yiq.at(s).at(d) - to_yiq.at(r).at(d) * to_yiq.at(s).at(c);
  };
  double determinant = 0.0;
  for (std::size_t j = 0; j < colors; ++j) {
    determinant += to_yiq.at(0).at(j) * minor(0, j);
  }
  ColorMatrix from_yiq{};
  for (std::size_t i = 0; i < colors; ++i) {
    for (std::size_t j = 0; j < colors; ++j) {
      from_yiq.at(i).at(j) = minor(j, i) / determinant;
    }
  }
  const double c = std::cos(angle);
  const double s = std::sin(angle);
  return product(from_yiq, product({{{1.0, 0.0, 0.0}, {0.0, c, -s}, {0.0, s, c}}}, to_yiq));
}

/// How an image lies in a row: the number at (channel, pixel) is at channel * between_channels +
/// pixel * between_pixels.
struct ImageLayout {
  std::size_t channels;
  std::size_t between_channels;
  std::size_t between_pixels;

  ImageLayout(const ImageShape& image, std::size_t size)
      : channels(size / image.pixels()),
        between_channels(image.channels > 1 ? 1 : image.pixels()),
        between_pixels(image.channels > 1 ? channels : 1) {}
};

/// The mean grey of an image.
template <math::Real T>
double mean_grey(const ImageLayout& layout, std::size_t pixels, std::span<const T> row) {
  double sum = 0.0;
  for (std::size_t c = 0; c < layout.channels; ++c) {
    double of_channel = 0.0;
    for (std::size_t i = 0; i < pixels; ++i) {
      of_channel +=
          static_cast<double>(row[c * layout.between_channels + i * layout.between_pixels]);
    }
    sum += of_channel * (layout.channels == colors ? grey_weights.at(c)
                                                   : 1.0 / static_cast<double>(layout.channels));
  }
  return sum / static_cast<double>(pixels);
}

/// pixel = matrix pixel + added, of three channels.
template <math::Real T>
void mix_colors(const ImageLayout& layout, std::size_t pixels, const ColorMatrix& matrix,
                double added, std::span<T> row) {
  std::array<std::array<T, colors>, colors> m{};
  for (std::size_t c = 0; c < colors; ++c) {
    std::ranges::transform(matrix.at(c), m.at(c).begin(),
                           [](double x) { return static_cast<T>(x); });
  }
  const auto shift = static_cast<T>(added);
  T* const red = row.data();
  T* const green = red + layout.between_channels;
  T* const blue = green + layout.between_channels;
  for (std::size_t k = 0; k < pixels; ++k) {
    const std::size_t i = k * layout.between_pixels;
    const T r = red[i];
    const T g = green[i];
    const T b = blue[i];
    red[i] = m[0][0] * r + m[0][1] * g + m[0][2] * b + shift;
    green[i] = m[1][0] * r + m[1][1] * g + m[1][2] * b + shift;
    blue[i] = m[2][0] * r + m[2][1] * g + m[2][2] * b + shift;
  }
}

/// The weights of a Gaussian at 0, 1, ... pixels; both sides together sum to 1.
std::vector<double> gaussian_weights(double deviation) {
  const auto reach = static_cast<std::size_t>(std::ceil(3.0 * deviation));
  std::vector<double> weights(reach + 1);
  double sum = 0.0;
  for (std::size_t k = 0; k <= reach; ++k) {
    const double z = static_cast<double>(k) / deviation;
    weights[k] = std::exp(-0.5 * z * z);
    sum += (k == 0 ? 1.0 : 2.0) * weights[k];
  }
  for (double& weight : weights) {
    weight /= sum;
  }
  return weights;
}

/// to[i] = sum_k weights[|k|] from[i + k] along lines of `length` numbers that lie `step` apart;
/// `lines` begin `between` apart.
template <math::Real T>
void blur_lines(std::span<const double> weights, std::size_t lines, std::size_t between,
                std::size_t length, std::size_t step, std::span<const T> from, std::span<T> to) {
  for (std::size_t line = 0; line < lines; ++line) {
    const T* const source = from.data() + line * between;
    T* const target = to.data() + line * between;
    for (std::size_t i = 0; i < length; ++i) {
      double sum = weights[0] * static_cast<double>(source[i * step]);
      for (std::size_t k = 1; k < weights.size(); ++k) {
        const std::size_t before = i >= k ? i - k : 0;
        const std::size_t after = std::min(i + k, length - 1);
        sum += weights[k] * (static_cast<double>(source[before * step]) +
                             static_cast<double>(source[after * step]));
      }
      target[i * step] = static_cast<T>(sum);
    }
  }
}

template <math::Real T>
void blur_image(const ImageLayout& layout, const ImageShape& image, double deviation,
                std::span<T> scratch, std::span<T> row) {
  const auto weights = gaussian_weights(deviation);
  const std::size_t pixels = image.pixels();
  const auto plane = scratch.first(pixels);
  const auto half = scratch.subspan(pixels, pixels);
  for (std::size_t c = 0; c < layout.channels; ++c) {
    T* const channel = row.data() + c * layout.between_channels;
    for (std::size_t i = 0; i < pixels; ++i) {
      plane[i] = channel[i * layout.between_pixels];
    }
    blur_lines<T>(weights, image.height, image.width, image.width, 1, plane, half);
    blur_lines<T>(weights, image.width, 1, image.height, image.width, half, plane);
    for (std::size_t i = 0; i < pixels; ++i) {
      channel[i * layout.between_pixels] = plane[i];
    }
  }
}

/// A side of a rectangle in whole pixels, of at most `most`.
std::size_t pixels_of(double side, std::size_t most) {
  return std::clamp<std::size_t>(static_cast<std::size_t>(std::lround(side)), 1, most);
}

template <math::Real T>
void erase_rectangle(const CounterRandom& random, const ImageLayout& layout,
                     const ImageShape& image, std::span<T> row) {
  constexpr double least_area = 0.02;
  constexpr double most_area = 0.33;
  constexpr double most_ratio = 3.3;
  const double area = static_cast<double>(image.pixels()) *
                      (least_area + (most_area - least_area) * random.uniform(erase_area_number));
  // Uniform in its logarithm, so that wide is as frequent as high.
  const double ratio = std::pow(most_ratio, 2.0 * random.uniform(erase_ratio_number) - 1.0);
  const std::size_t height = pixels_of(std::sqrt(area * ratio), image.height);
  const std::size_t width = pixels_of(std::sqrt(area / ratio), image.width);
  const std::size_t top = random.below(image.height - height + 1, erase_row_number);
  const std::size_t left = random.below(image.width - width + 1, erase_column_number);
  for (std::size_t c = 0; c < layout.channels; ++c) {
    for (std::size_t y = top; y < top + height; ++y) {
      for (std::size_t x = left; x < left + width; ++x) {
        row[c * layout.between_channels + (y * image.width + x) * layout.between_pixels] = T{0};
      }
    }
  }
}

}  // namespace

bool ColorAugmentation::take(std::string_view text, std::string_view word) {
  const std::string_view name = word.substr(0, word.find(':'));
  constexpr double most_blur = 10.0;
  if (name == "brightness") {
    brightness_ = amount_of_word(text, word, 0.0, 1.0);
  } else if (name == "contrast") {
    contrast_ = amount_of_word(text, word, 0.0, 1.0);
  } else if (name == "saturation") {
    saturation_ = amount_of_word(text, word, 0.0, 1.0);
  } else if (name == "hue") {
    hue_ = amount_of_word(text, word, 0.0, 0.5);
  } else if (name == "grayscale") {
    grayscale_ = amount_of_word(text, word, 0.0, 1.0);
  } else if (name == "blur") {
    blur_ = amount_of_word(text, word, least_blur, most_blur);
  } else if (name == "erase") {
    erase_ = amount_of_word(text, word, 0.0, 1.0);
  } else {
    return false;
  }
  return true;
}

template <math::Real T>
void ColorAugmentation::apply(std::uint64_t key, std::uint64_t sample, const ImageShape& image,
                              std::span<T> scratch, std::span<T> row) const {
  if (empty()) {
    return;
  }
  const CounterRandom random(key, RandomStream::augmentation, sample);
  const ImageLayout layout(image, row.size());
  const auto factor = [&](double limit, std::uint64_t number) {
    return 1.0 + limit * (2.0 * random.uniform(number) - 1.0);
  };
  if (mixes()) {
    const double brightness = factor(brightness_, brightness_number);
    const double contrast = factor(contrast_, contrast_number);
    const double kept = contrast_ > 0.0 ? mean_grey<T>(layout, image.pixels(), row) : 0.0;
    const double added = (1.0 - contrast) * brightness * kept;
    if (needs_colors()) {
      // Each of these keeps greys as they are, and so what contrast adds.
      const double turn = 2.0 * std::numbers::pi * hue_ * (2.0 * random.uniform(hue_number) - 1.0);
      const bool is_grey = random.uniform(grayscale_number) < grayscale_;
      ColorMatrix matrix =
          product(turning(turn), saturating(factor(saturation_, saturation_number)));
      matrix = is_grey ? product(saturating(0.0), matrix) : matrix;
      for (auto& line : matrix) {
        std::ranges::for_each(line, [&](double& entry) { entry *= brightness * contrast; });
      }
      mix_colors(layout, image.pixels(), matrix, added, row);
    } else {
      const auto slope = static_cast<T>(brightness * contrast);
      const auto shift = static_cast<T>(added);
      std::ranges::transform(row, row.begin(), [=](T value) { return slope * value + shift; });
    }
  }
  if (blur_ > 0.0) {
    const double deviation = least_blur + (blur_ - least_blur) * random.uniform(blur_number);
    blur_image(layout, image, deviation, scratch, row);
  }
  if (random.uniform(erase_number) < erase_) {
    erase_rectangle(random, layout, image, row);
  }
}

template void ColorAugmentation::apply<float>(std::uint64_t, std::uint64_t, const ImageShape&,
                                              std::span<float>, std::span<float>) const;
template void ColorAugmentation::apply<double>(std::uint64_t, std::uint64_t, const ImageShape&,
                                               std::span<double>, std::span<double>) const;

}  // namespace infomax::data
