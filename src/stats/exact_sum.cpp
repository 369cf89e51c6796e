// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/stats/exact_sum.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

namespace infomax::stats {
namespace {

using math::limb_bits;
using math::limb_chunk;

/// The top of a chunk to which only zeros have been added.
constexpr std::int64_t nothing = -1000;

/// The lowest top. Factors of lower ones exceed a double; numbers below 2^-1000 use this unit.
constexpr std::int64_t lowest_top = -25;

constexpr auto radix = static_cast<double>(std::int64_t{1} << limb_bits);

/// Returns the top that scales a magnitude into [1/2, 2^(W - 1)). That is below half a unit of the
/// next top, so the number rounds to 0 wherever its limbs are dropped.
std::int64_t top_for(double magnitude) {
  if (magnitude == 0.0) {
    return nothing;
  }
  constexpr int offset = 40 * limb_bits;  // makes exponents positive, so that division rounds down
  const int exponent = std::ilogb(magnitude) + 1 + offset;
  return std::max<std::int64_t>(lowest_top, exponent / limb_bits - offset / limb_bits);
}

/// Returns 2^(W top).
double unit_of(std::int64_t top) { return std::ldexp(1.0, static_cast<int>(top) * limb_bits); }

}  // namespace

void ExactSum::start(std::size_t size) {
  const std::size_t chunks = (size + limb_chunk - 1) / limb_chunk;
  size_ = size;
  limbs_.assign(chunks * limb_count_ * limb_chunk, 0);
  tops_.assign(chunks + 1, nothing);
  tops_.back() = 0;
  not_finite_.clear();
}

std::span<std::int64_t> ExactSum::limbs_of(std::size_t chunk) {
  const std::size_t size = limb_count_ * limb_chunk;
  return std::span(limbs_).subspan(chunk * size, size);
}

std::span<const std::int64_t> ExactSum::limbs_of(std::size_t chunk) const {
  const std::size_t size = limb_count_ * limb_chunk;
  return std::span(limbs_).subspan(chunk * size, size);
}

template <math::Real T>
void ExactSum::add(std::size_t first, std::span<const T> values) {
  assert(first + values.size() <= size_);
  while (!values.empty()) {
    const std::size_t within = first % limb_chunk;
    const std::size_t count = std::min(limb_chunk - within, values.size());
    add_to_chunk(first / limb_chunk, within, values.first(count));
    first += count;
    values = values.subspan(count);
  }
}

template <math::Real T>
void ExactSum::add_to_chunk(std::size_t chunk, std::size_t within, std::span<const T> values) {
  const double magnitude = math::largest_magnitude(values);
  if (!std::isfinite(magnitude)) {
    std::array<T, limb_chunk> finite;
    const auto copy = std::span(finite).first(values.size());
    std::ranges::copy(values, copy.begin());
    add_not_finite(chunk * limb_chunk + within, copy);
    add_to_chunk(chunk, within, std::span<const T>(copy));
    return;
  }
  const std::int64_t top = top_for(magnitude);
  if (top > tops_[chunk]) {
    raise(chunk, top);
  }
  if (top > nothing) {
    math::add_to_limbs(values, unit_of(-tops_[chunk]), limbs_of(chunk), within);
  }
}

/// Adds the values that are not finite to sums of their own and sets them to 0.
template <math::Real T>
void ExactSum::add_not_finite(std::size_t first, std::span<T> values) {
  not_finite_.resize(size_, 0.0);
  tops_.back() = 1;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      not_finite_[first + i] += static_cast<double>(values[i]);
      values[i] = T{0};
    }
  }
}

/// Moves the limbs of a chunk down to a higher top.
void ExactSum::raise(std::size_t chunk, std::int64_t top) {
  if (tops_[chunk] != nothing) {
    const auto limbs = limbs_of(chunk);
    const auto places = static_cast<std::size_t>(top - tops_[chunk]);
    const std::size_t moved = std::min(places * limb_chunk, limbs.size());
    std::shift_right(limbs.begin(), limbs.end(), static_cast<std::ptrdiff_t>(moved));
    std::ranges::fill(limbs.first(moved), 0);
  }
  tops_[chunk] = top;
}

/// Carries first, so that every limb except the highest is in [0, radix) and the additions in
/// double do not cancel.
void ExactSum::to_double(std::size_t chunk, std::span<double> sums) const {
  const auto limbs = limbs_of(chunk);
  const double lowest_unit = 1.0 / std::pow(radix, static_cast<double>(limb_count_ - 1));
  const double unit = unit_of(tops_[chunk]);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    std::array<std::int64_t, 8> digits{};
    std::int64_t carry = 0;
    for (std::size_t k = limb_count_; k-- > 1;) {
      const std::int64_t digit = limbs[k * limb_chunk + i] + carry;
      carry = digit >> limb_bits;
      digits[k] = digit - (carry << limb_bits);
    }
    auto sum = static_cast<double>(limbs[i] + carry);
    for (std::size_t k = 1; k < limb_count_; ++k) {
      sum = sum * radix + static_cast<double>(digits[k]);
    }
    sums[i] = sum * lowest_unit * unit;
  }
}

template <math::Real T>
void ExactSum::finish(const mpi::Communicator& communicator, std::span<T> sums) {
  assert(sums.size() == size_);
  Buffer<std::int64_t> tops = tops_;
  communicator.max(std::span<std::int64_t>(tops));
  for (std::size_t chunk = 0; chunk + 1 < tops.size(); ++chunk) {
    if (tops[chunk] > tops_[chunk]) {
      raise(chunk, tops[chunk]);
    }
  }
  communicator.sum(std::span<std::int64_t>(limbs_));

  std::array<double, limb_chunk> wide;
  for (std::size_t first = 0; first < size_; first += limb_chunk) {
    const auto chunk = std::span(wide).first(std::min(limb_chunk, size_ - first));
    if (tops_[first / limb_chunk] == nothing) {
      std::ranges::fill(chunk, 0.0);
    } else {
      to_double(first / limb_chunk, chunk);
    }
    std::ranges::transform(chunk, sums.begin() + static_cast<std::ptrdiff_t>(first),
                           [](double sum) { return static_cast<T>(sum); });
  }
  if (tops.back() != 0) {
    not_finite_.resize(size_, 0.0);
    communicator.sum(std::span<double>(not_finite_));
    for (std::size_t i = 0; i < size_; ++i) {
      sums[i] += static_cast<T>(not_finite_[i]);
    }
  }
}

#define INFOMAX_INSTANTIATE(T)                                     \
  template void ExactSum::add<T>(std::size_t, std::span<const T>); \
  template void ExactSum::finish<T>(const mpi::Communicator&, std::span<T>);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::stats
