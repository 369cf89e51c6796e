// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/core/random.hpp"

#include <cmath>
#include <numbers>

#include <Random123/philox.h>

namespace infomax {
namespace {

/// Returns the middle of one of 2^53 equal cells. It is never 0 or 1, so its logarithm is finite.
double open_unit(std::uint64_t word) { return (static_cast<double>(word >> 11U) + 0.5) * 0x1p-53; }

}  // namespace

std::array<std::uint64_t, 4> CounterRandom::words(std::uint64_t index) const {
  const r123::Philox4x64 philox;
  const r123::Philox4x64::ctr_type counter{{index, minor_, major_, 0}};
  const r123::Philox4x64::key_type key{{seed_, stream_}};
  const auto drawn = philox(counter, key);
  return {drawn[0], drawn[1], drawn[2], drawn[3]};
}

double CounterRandom::uniform(std::uint64_t index) const { return open_unit(words(index)[0]); }

double CounterRandom::normal(std::uint64_t index) const {
  const auto drawn = words(index);
  return std::sqrt(-2.0 * std::log(open_unit(drawn[0]))) *
         std::cos(2.0 * std::numbers::pi * open_unit(drawn[1]));
}

std::uint64_t CounterRandom::below(std::uint64_t bound, std::uint64_t index) const {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<Wide>(words(index)[0]) * bound) >> 64U);
}

}  // namespace infomax
