// SPDX-License-Identifier: BSD-3-Clause
// The bilinear resampling of images.
// Included by kernels_body.hpp only, once for each instruction set.

namespace infomax::math {
namespace {

/// Computes one row of a warped image. `padded` is the image with one zero row and column before it
/// and two after it, so that all four neighbours of a clamped point exist.
template <class T>
void resample(const T* __restrict padded, std::size_t rows, std::size_t columns,
              const AffineMap& map, std::size_t row, T* __restrict out) {
  const auto stride = static_cast<std::int32_t>(columns + 3);
  const auto last_row = static_cast<float>(rows + 1);
  const auto last_column = static_cast<float>(columns + 1);
  const float r0 = map.rr * static_cast<float>(row) + map.r0 + 1.0F;
  const float c0 = map.cr * static_cast<float>(row) + map.c0 + 1.0F;
  const auto width = static_cast<std::int32_t>(columns);
  for (std::int32_t column = 0; column < width; ++column) {
    const float r = map.rc * static_cast<float>(column) + r0;
    const float c = map.cc * static_cast<float>(column) + c0;
    const float r_below = r < last_row ? r : last_row;
    const float c_below = c < last_column ? c : last_column;
    const float r_inside = r_below > 0.0F ? r_below : 0.0F;
    const float c_inside = c_below > 0.0F ? c_below : 0.0F;
    const auto r_whole = static_cast<std::int32_t>(r_inside);
    const auto c_whole = static_cast<std::int32_t>(c_inside);
    const T v = static_cast<T>(r_inside - static_cast<float>(r_whole));
    const T u = static_cast<T>(c_inside - static_cast<float>(c_whole));
    const std::int32_t at = r_whole * stride + c_whole;
    const T above = padded[at] + u * (padded[at + 1] - padded[at]);
    const T under = padded[at + stride] + u * (padded[at + stride + 1] - padded[at + stride]);
    out[column] = above + v * (under - above);
  }
}

}  // namespace
}  // namespace infomax::math
