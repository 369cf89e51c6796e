// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>

#include "infomax/data/normalization.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/math/elementwise.hpp"

namespace infomax::data {

/// out[j] = (in[j] - shift[j]) * scale[j], where shift and scale are of a step and apply to each.
template <class From, math::Real To>
void normalize_row(const From* in, const Normalization& normalization, std::span<To> out) {
  const std::span<const double> shift(normalization.shift);
  const std::span<const double> scale(normalization.scale);
  const std::size_t width = shift.size();
  if (width == 1) {
    for (std::size_t j = 0; j < out.size(); ++j) {
      out[j] = static_cast<To>((static_cast<double>(in[j]) - shift[0]) * scale[0]);
    }
    return;
  }
  for (std::size_t first = 0; first < out.size(); first += width) {
    math::shift_and_scale(in + first, shift, scale, out.subspan(first, width));
  }
}

}  // namespace infomax::data
