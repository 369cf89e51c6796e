// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/augmentation.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/core/error.hpp"

namespace infomax::data {
namespace {

constexpr ImageShape shape{6, 5};
constexpr std::size_t rows = 400;
constexpr std::size_t features = 2 * shape.height * shape.width;  // two planes

Matrix<double> ramp() {
  Matrix<double> made(rows, features);
  for (std::size_t i = 0; i < made.size(); ++i) {
    made.span()[i] = 1.0 + static_cast<double>(i % features);
  }
  return made;
}

std::vector<std::uint64_t> samples_from(std::uint64_t first) {
  std::vector<std::uint64_t> samples(rows);
  std::iota(samples.begin(), samples.end(), first);
  return samples;
}

Matrix<double> changed(const char* words, std::uint64_t key = 7, std::uint64_t first = 0) {
  auto made = ramp();
  Augmentation(words, shape).apply(key, samples_from(first), made.view());
  return made;
}

TEST(Augmentation, ShiftsByEveryWholeNumberOfPixelsAndNoMore) {
  const auto made = changed("shift:2");
  const auto before = ramp();
  int seen[5][5] = {};
  for (std::size_t i = 0; i < rows; ++i) {
    int found = 0;
    for (int down = -2; down <= 2; ++down) {
      for (int right = -2; right <= 2; ++right) {
        bool equal = true;
        for (std::size_t plane = 0; plane < 2; ++plane) {
          for (int r = 0; r < 6; ++r) {
            for (int c = 0; c < 5; ++c) {
              const bool inside = r - down >= 0 && r - down < 6 && c - right >= 0 && c - right < 5;
              const auto at = [plane](int row, int column) {
                return plane * 30 + static_cast<std::size_t>(5 * row + column);
              };
              const double expected = inside ? before(i, at(r - down, c - right)) : 0.0;
              equal = equal && made(i, at(r, c)) == expected;
            }
          }
        }
        found += equal ? 1 : 0;
        seen[down + 2][right + 2] += equal ? 1 : 0;
      }
    }
    EXPECT_EQ(found, 1) << "row " << i;
  }
  for (const auto& line : seen) {
    for (const int count : line) {
      EXPECT_GT(count, 0);  // expected 16 each
    }
  }
}

TEST(Augmentation, FlipsAboutHalfOfTheImages) {
  const auto made = changed("flip");
  const auto before = ramp();
  std::size_t flipped = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    const bool mirrored = made(i, 0) != before(i, 0);
    flipped += mirrored ? 1 : 0;
    for (std::size_t j = 0; j < features; ++j) {
      EXPECT_EQ(made(i, j), before(i, mirrored ? j - j % 5 + 4 - j % 5 : j));
    }
  }
  EXPECT_NEAR(static_cast<double>(flipped), 200.0, 60.0);
}

/// Where the points of a changed image come from in the whole, and how it turns and shrinks on the
/// way.
struct Seen {
  double corner[2][4];  // row and column of the source at the four corners
  double angle;         // in degrees
  double side;          // of the window, as a share of the whole
};

/// Two planes, of which one holds the number of each row and the other that of each column, show
/// the source of every point that bilinear resampling has taken from inside.
std::vector<Seen> seen_through(const char* words) {
  constexpr std::size_t height = 24;
  constexpr std::size_t width = 30;
  Matrix<double> made(rows, 2 * height * width);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t k = 0; k < height * width; ++k) {
      made(i, k) = static_cast<double>(k / width);
      made(i, height * width + k) = static_cast<double>(k % width);
    }
  }
  Augmentation(words, ImageShape{height, width}).apply(5, samples_from(0), made.view());
  std::vector<Seen> all;
  for (std::size_t i = 0; i < rows; ++i) {
    Seen seen{};
    double down[2];
    double right[2];
    for (std::size_t plane = 0; plane < 2; ++plane) {
      const auto at = [&](std::size_t r, std::size_t c) {
        return made(i, (plane * height + r) * width + c);
      };
      const double centre = at(12, 15);
      down[plane] = at(13, 15) - centre;
      right[plane] = at(12, 16) - centre;
      EXPECT_NEAR(centre - at(11, 15), down[plane], 1e-4) << "row " << i;
      EXPECT_NEAR(centre - at(12, 14), right[plane], 1e-4) << "row " << i;
      for (std::size_t corner = 0; corner < 4; ++corner) {
        seen.corner[plane][corner] = centre +
                                     (corner / 2 == 0 ? -12.0 : height - 13.0) * down[plane] +
                                     (corner % 2 == 0 ? -15.0 : width - 16.0) * right[plane];
      }
    }
    seen.side = std::hypot(down[0], down[1]);
    seen.angle = std::atan2(down[1], down[0]) * 180.0 / std::numbers::pi;
    // The same length and a right angle: neither sheared nor stretched nor mirrored.
    EXPECT_NEAR(down[0], right[1], 1e-4) << "row " << i;
    EXPECT_NEAR(down[1], -right[0], 1e-4) << "row " << i;
    all.push_back(seen);
  }
  return all;
}

template <class Member>
std::pair<double, double> range_of(const std::vector<Seen>& all, Member member) {
  const auto [least, most] = std::ranges::minmax(all, {}, member);
  return {member(least), member(most)};
}

TEST(Augmentation, TurnsAboutTheCentreByAnyAngleOfItsRange) {
  const auto all = seen_through("rotate:30");
  for (const Seen& seen : all) {
    EXPECT_NEAR(seen.side, 1.0, 1e-4);
    for (std::size_t plane = 0; plane < 2; ++plane) {
      const auto& corner = seen.corner[plane];
      EXPECT_NEAR((corner[0] + corner[1] + corner[2] + corner[3]) / 4, plane == 0 ? 11.5 : 14.5,
                  1e-3);
    }
  }
  const auto [least, most] = range_of(all, [](const Seen& seen) { return seen.angle; });
  EXPECT_GE(least, -30.001);
  EXPECT_LT(least, -29.0);
  EXPECT_LE(most, 30.001);
  EXPECT_GT(most, 29.0);
}

TEST(Augmentation, CropsWindowsOfEverySizeOfItsRangeInsideTheImage) {
  const auto all = seen_through("crop:0.6");
  double first_row = 100.0;
  double last_column = 0.0;
  for (const Seen& seen : all) {
    EXPECT_NEAR(seen.angle, 0.0, 1e-3);
    for (std::size_t k = 0; k < 4; ++k) {
      EXPECT_GE(seen.corner[0][k], -1e-3);
      EXPECT_LE(seen.corner[0][k], 23.001);
      EXPECT_GE(seen.corner[1][k], -1e-3);
      EXPECT_LE(seen.corner[1][k], 29.001);
    }
    first_row = std::min(first_row, seen.corner[0][0]);
    last_column = std::max(last_column, seen.corner[1][3]);
  }
  EXPECT_LT(first_row, 0.2);
  EXPECT_GT(last_column, 28.8);
  const auto [least, most] = range_of(all, [](const Seen& seen) { return seen.side; });
  EXPECT_GE(least, 0.5999);
  EXPECT_LT(least, 0.61);
  EXPECT_LE(most, 1.0001);
  EXPECT_GT(most, 0.99);
}

TEST(Augmentation, ScalesWholeRowsWithinItsRange) {
  const auto made = changed("scale:0.2");
  const auto before = ramp();
  double least = 2.0;
  double most = 0.0;
  for (std::size_t i = 0; i < rows; ++i) {
    const double factor = made(i, 0) / before(i, 0);
    least = std::min(least, factor);
    most = std::max(most, factor);
    for (std::size_t j = 0; j < features; ++j) {
      EXPECT_NEAR(made(i, j), factor * before(i, j), 1e-12 * made(i, j));
    }
  }
  EXPECT_GE(least, 0.8);
  EXPECT_LT(least, 0.82);
  EXPECT_LE(most, 1.2);
  EXPECT_GT(most, 1.18);
}

TEST(Augmentation, AddsNoiseOfItsDeviationAndMasksItsShare) {
  const auto noisy = changed("noise:0.5");
  const auto masked = changed("mask:0.3");
  const auto before = ramp();
  double squares = 0.0;
  std::size_t zeros = 0;
  for (std::size_t k = 0; k < before.size(); ++k) {
    const double noise = noisy.span()[k] - before.span()[k];
    squares += noise * noise;
    const double kept = masked.span()[k];
    EXPECT_TRUE(kept == 0.0 || kept == before.span()[k]);
    zeros += kept == 0.0 ? 1 : 0;
  }
  const auto count = static_cast<double>(before.size());
  EXPECT_NEAR(std::sqrt(squares / count), 0.5, 0.01);
  EXPECT_NEAR(static_cast<double>(zeros) / count, 0.3, 0.02);
}

TEST(Augmentation, IsAFunctionOfKeyAndSample) {
  constexpr const char* words = "crop:0.7,rotate:9,shift:1,flip,scale:0.1,noise:0.1,mask:0.1";
  const auto made = changed(words);
  const auto again = changed(words);
  const auto other_key = changed(words, 8);
  const auto later = changed(words, 7, 100);  // row i is sample 100 + i
  EXPECT_TRUE(std::ranges::equal(made.span(), again.span()));
  EXPECT_FALSE(std::ranges::equal(made.view().row(0), other_key.view().row(0)));
  EXPECT_FALSE(std::ranges::equal(made.view().row(0), later.view().row(0)));
  EXPECT_TRUE(std::ranges::equal(made.view().row(150), later.view().row(50)));
}

TEST(Augmentation, RefusesWordsItDoesNotKnowAndNumbersOutOfRange) {
  for (const char* words :
       {"", "noise", "noise:", "noise:-1", "noise:x", "mask:1", "flip:1", "rotate:181", "crop:0",
        "crop:1.5", "sharpen:1", "blur:0", "noise:0.1,", "noise:nan", "scale:2", "shift:0.5"}) {
    EXPECT_THROW(Augmentation(words, shape), UsageError) << words;
  }
}

TEST(Augmentation, WantsAShapeForChangesOfImagesAlone) {
  EXPECT_NO_THROW(Augmentation("noise:0.1,mask:0.1,scale:0.1", std::nullopt));
  for (const char* words : {"flip", "shift:1", "rotate:5", "crop:0.9"}) {
    EXPECT_THROW(Augmentation(words, std::nullopt), UsageError) << words;
    EXPECT_NO_THROW(Augmentation(words, shape).check_features(features));
    EXPECT_THROW(Augmentation(words, shape).check_features(features + 1), UsageError) << words;
  }
}

TEST(Augmentation, ChangesChannelsSideBySideAsItDoesPlanes) {
  constexpr const char* words = "crop:0.7,rotate:9,shift:1,flip";
  const auto planes = changed(words);
  Matrix<double> beside(rows, features);
  const std::size_t pixels = shape.height * shape.width;
  const auto before = ramp();
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < features; ++j) {
      beside(i, 2 * (j % pixels) + j / pixels) = before(i, j);
    }
  }
  const ImageShape two_channels{shape.height, shape.width, 2};
  Augmentation(words, two_channels).apply(7, samples_from(0), beside.view());
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < features; ++j) {
      EXPECT_EQ(beside(i, 2 * (j % pixels) + j / pixels), planes(i, j));
    }
  }
}

// Images of three channels, [3,H,W] or [H,W,3].
constexpr std::size_t pixels = shape.height * shape.width;

struct ColorImages {
  ImageShape image = shape;
  Matrix<double> before{rows, 3 * pixels};

  explicit ColorImages(bool side_by_side) {
    image.channels = side_by_side ? 3 : 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
      before.span()[i] = std::fmod(0.37 * static_cast<double>(i * i % 1009), 1.0);
    }
  }

  [[nodiscard]] double& at(Matrix<double>& of, std::size_t row, std::size_t c,
                           std::size_t pixel) const {
    return of(row, image.channels == 3 ? 3 * pixel + c : c * pixels + pixel);
  }
  [[nodiscard]] double grey(Matrix<double>& of, std::size_t row, std::size_t pixel) const {
    return 0.299 * at(of, row, 0, pixel) + 0.587 * at(of, row, 1, pixel) +
           0.114 * at(of, row, 2, pixel);
  }
  [[nodiscard]] Matrix<double> changed(const char* words) const {
    Matrix<double> made(rows, 3 * pixels);
    std::ranges::copy(before.span(), made.data());
    Augmentation(words, image).apply(7, samples_from(0), made.view());
    return made;
  }
};

/// The factor f with which made = f (before - centre) + centre for all numbers; it is the same.
double common_factor(std::span<const double> before, std::span<const double> made,
                     std::span<const double> centre) {
  double factor = 0.0;
  double largest = 0.0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (std::abs(before[i] - centre[i]) > largest) {
      largest = std::abs(before[i] - centre[i]);
      factor = (made[i] - centre[i]) / (before[i] - centre[i]);
    }
  }
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_NEAR(made[i], factor * (before[i] - centre[i]) + centre[i], 1e-12);
  }
  return factor;
}

TEST(Augmentation, BrightnessContrastAndSaturationScaleWhatTheySay) {
  for (const bool side_by_side : {false, true}) {
    ColorImages images(side_by_side);
    for (const char* word : {"brightness:0.4", "contrast:0.4", "saturation:0.4"}) {
      SCOPED_TRACE(word);
      auto made = images.changed(word);
      double least = 2.0;
      double most = 0.0;
      for (std::size_t i = 0; i < rows; ++i) {
        double mean = 0.0;
        for (std::size_t k = 0; k < pixels; ++k) {
          mean += images.grey(images.before, i, k) / static_cast<double>(pixels);
        }
        std::vector<double> before;
        std::vector<double> after;
        std::vector<double> centre;
        for (std::size_t k = 0; k < pixels; ++k) {
          for (std::size_t c = 0; c < 3; ++c) {
            before.push_back(images.at(images.before, i, c, k));
            after.push_back(images.at(made, i, c, k));
            centre.push_back(word[0] == 'b'   ? 0.0
                             : word[0] == 'c' ? mean
                                              : images.grey(images.before, i, k));
          }
        }
        const double factor = common_factor(before, after, centre);
        least = std::min(least, factor);
        most = std::max(most, factor);
      }
      EXPECT_GE(least, 0.6);
      EXPECT_LT(least, 0.62);
      EXPECT_LE(most, 1.4);
      EXPECT_GT(most, 1.38);
    }
  }
}

TEST(Augmentation, HueTurnsColoursAboutTheGreys) {
  ColorImages images(true);
  auto made = images.changed("hue:0.5");
  bool turned = false;
  for (std::size_t i = 0; i < rows; ++i) {
    double angle = 0.0;
    for (std::size_t k = 0; k < pixels; ++k) {
      // Y, I and Q of both by their definition.
      double yiq[2][3];
      for (int m = 0; m < 2; ++m) {
        auto& of = m == 0 ? images.before : made;
        const double r = images.at(of, i, 0, k);
        const double g = images.at(of, i, 1, k);
        const double b = images.at(of, i, 2, k);
        yiq[m][0] = 0.299 * r + 0.587 * g + 0.114 * b;
        yiq[m][1] = 0.599 * r - 0.2773 * g - 0.3217 * b;
        yiq[m][2] = 0.213 * r - 0.5251 * g + 0.3121 * b;
      }
      EXPECT_NEAR(yiq[0][0], yiq[1][0], 1e-12);
      EXPECT_NEAR(std::hypot(yiq[0][1], yiq[0][2]), std::hypot(yiq[1][1], yiq[1][2]), 1e-12);
      const double by =
          std::remainder(std::atan2(yiq[1][2], yiq[1][1]) - std::atan2(yiq[0][2], yiq[0][1]),
                         2.0 * std::numbers::pi);
      if (k == 0) {
        angle = by;
      }
      EXPECT_NEAR(std::remainder(by - angle, 2.0 * std::numbers::pi), 0.0, 1e-9);
    }
    turned = turned || std::abs(angle) > 2.5;
  }
  EXPECT_TRUE(turned);
}

TEST(Augmentation, MakesGreyWithAProbability) {
  ColorImages images(false);
  for (const auto& [word, least, most] : {std::tuple{"grayscale:0", std::size_t{0}, std::size_t{0}},
                                          {"grayscale:0.5", std::size_t{140}, std::size_t{260}},
                                          {"grayscale:1", rows, rows}}) {
    auto made = images.changed(word);
    std::size_t grey = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      bool all = true;
      for (std::size_t k = 0; k < pixels; ++k) {
        for (std::size_t c = 0; c < 3; ++c) {
          all =
              all && std::abs(images.at(made, i, c, k) - images.grey(images.before, i, k)) < 1e-12;
        }
      }
      grey += all ? 1 : 0;
      if (!all) {
        EXPECT_NEAR(images.at(made, i, 1, 3), images.at(images.before, i, 1, 3), 1e-12);
      }
    }
    EXPECT_GE(grey, least) << word;
    EXPECT_LE(grey, most) << word;
  }
}

TEST(Augmentation, BlursByAGaussianOfEveryChannel) {
  for (const bool side_by_side : {false, true}) {
    ColorImages images(side_by_side);
    std::ranges::fill(images.before.span(), 0.25);
    const std::size_t centre = 2 * shape.width + 2;
    for (std::size_t i = 0; i < rows; ++i) {
      images.at(images.before, i, 1, centre) = 1.25;
    }
    auto made = images.changed("blur:0.6");
    for (std::size_t i = 0; i < rows; ++i) {
      EXPECT_NEAR(images.at(made, i, 0, centre), 0.25, 1e-12);  // constant, also at the border
      // Of a product of two Gaussians: the neighbours' shares multiply.
      const double middle = images.at(made, i, 1, centre) - 0.25;
      const double right = images.at(made, i, 1, centre + 1) - 0.25;
      const double below = images.at(made, i, 1, centre + shape.width) - 0.25;
      const double across = images.at(made, i, 1, centre + shape.width + 1) - 0.25;
      EXPECT_NEAR(right, below, 1e-12);
      EXPECT_NEAR(middle * across, right * below, 1e-12);
      const double deviation = std::sqrt(0.5 / std::log(middle / right));
      EXPECT_TRUE(right < 1e-15 || (deviation > 0.0999 && deviation < 0.6001)) << deviation;
    }
  }
}

TEST(Augmentation, ErasesARectangleOfAllChannels) {
  ColorImages images(true);
  std::ranges::fill(images.before.span(), 1.0);
  EXPECT_TRUE(std::ranges::equal(images.changed("erase:0").span(), images.before.span()));
  auto made = images.changed("erase:1");
  for (std::size_t i = 0; i < rows; ++i) {
    std::size_t top = shape.height;
    std::size_t bottom = 0;
    std::size_t left = shape.width;
    std::size_t right = 0;
    std::size_t erased = 0;
    for (std::size_t k = 0; k < pixels; ++k) {
      const double value = images.at(made, i, 0, k);
      EXPECT_EQ(value, images.at(made, i, 1, k));
      EXPECT_EQ(value, images.at(made, i, 2, k));
      if (value == 0.0) {
        top = std::min(top, k / shape.width);
        bottom = std::max(bottom, k / shape.width + 1);
        left = std::min(left, k % shape.width);
        right = std::max(right, k % shape.width + 1);
        ++erased;
      }
    }
    ASSERT_GT(erased, 0U);
    EXPECT_EQ(erased, (bottom - top) * (right - left));
    EXPECT_LE(erased, pixels / 2);  // a third, and what whole pixels add
  }
}

TEST(Augmentation, ColoursNeedThreeChannels) {
  for (const char* word : {"saturation:0.1", "hue:0.1", "grayscale:0.1"}) {
    const Augmentation augmentation(word, shape);
    EXPECT_NO_THROW(augmentation.check_features(3 * pixels));
    EXPECT_THROW(augmentation.check_features(pixels), UsageError);
  }
  EXPECT_NO_THROW(Augmentation("brightness:0.1,blur:1", shape).check_features(pixels));
  EXPECT_THROW(Augmentation("brightness:0.1", std::nullopt), UsageError);
  EXPECT_THROW(Augmentation("hue:0.6", shape), UsageError);
}

}  // namespace
}  // namespace infomax::data
