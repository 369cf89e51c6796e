// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/math/warp.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace infomax::math {
namespace {

constexpr std::size_t rows = 7;
constexpr std::size_t columns = 19;

Matrix<double> picture() {
  Matrix<double> image(rows, columns);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      image(i, j) = std::sin(0.7 * static_cast<double>(i)) + 0.1 * static_cast<double>(j * j);
    }
  }
  return image;
}

double pixel(const Matrix<double>& image, double row, double column) {
  const bool inside = row >= 0 && column >= 0 && row < rows && column < columns;
  return inside ? image(static_cast<std::size_t>(row), static_cast<std::size_t>(column)) : 0.0;
}

double bilinear(const Matrix<double>& image, double row, double column) {
  const double i = std::floor(row);
  const double j = std::floor(column);
  const double v = row - i;
  const double u = column - j;
  return (1 - v) * ((1 - u) * pixel(image, i, j) + u * pixel(image, i, j + 1)) +
         v * ((1 - u) * pixel(image, i + 1, j) + u * pixel(image, i + 1, j + 1));
}

Matrix<double> warped(const Matrix<double>& image, const AffineMap& map) {
  Matrix<double> out(rows, columns);
  std::vector<double> padded((rows + 3) * (columns + 3));
  warp(image.view(), map, std::span<double>(padded), out.view());
  return out;
}

TEST(Warp, LeavesAnImageAsItIs) {
  const auto image = picture();
  const auto out = warped(image, {});
  for (std::size_t k = 0; k < image.size(); ++k) {
    EXPECT_EQ(out.span()[k], image.span()[k]);
  }
}

TEST(Warp, ShiftsByWholePixelsExactly) {
  const auto image = picture();
  AffineMap map;
  map.r0 = 2.0F;
  map.c0 = -3.0F;
  const auto out = warped(image, map);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      EXPECT_EQ(out(i, j), pixel(image, static_cast<double>(i) + 2, static_cast<double>(j) - 3));
    }
  }
}

TEST(Warp, InterpolatesUnderAnyMap) {
  const auto image = picture();
  for (const AffineMap& map : {AffineMap{0.8F, -0.6F, 3.1F, 0.6F, 0.8F, -2.3F},
                               AffineMap{1.7F, 0.2F, -4.0F, -0.3F, -1.1F, 18.0F},
                               AffineMap{1.0F, 0.0F, 1e6F, 0.0F, 1.0F, -1e6F}}) {
    const auto out = warped(image, map);
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < columns; ++j) {
        const auto r = static_cast<double>(i);
        const auto c = static_cast<double>(j);
        EXPECT_NEAR(
            out(i, j),
            bilinear(image, map.rr * r + map.rc * c + map.r0, map.cr * r + map.cc * c + map.c0),
            2e-4);
      }
    }
  }
}

}  // namespace
}  // namespace infomax::math
