// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/held_out.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/core/random.hpp"

namespace infomax::data {

HeldOut::HeldOut(const Blocks& blocks, double fraction, std::uint64_t seed)
    : blocks_(blocks), seed_(seed) {
  if (!(fraction > 0.0 && fraction < 1.0)) {
    throw UsageError(fmt::format(
        "`validation` is {}; it must be a share of the rows between 0 and 1, or a file", fraction));
  }
  const double average = static_cast<double>(blocks.rows()) / static_cast<double>(count());
  taken_ = std::max<std::size_t>(1, static_cast<std::size_t>(std::llround(fraction * average)));
  const std::size_t smallest = blocks.rows() / count();
  if (taken_ >= smallest || taken_ * count() < 2 || blocks.rows() < taken_ * count() + 2) {
    throw UsageError(
        fmt::format("`validation` {} takes {} of the {} rows or more of each block and must leave "
                    "some; give fewer `blocks` (now {}) or another share",
                    fraction, taken_, smallest, count()));
  }
}

std::vector<std::size_t> HeldOut::rows_of(const Shard& shard) const {
  std::vector<std::size_t> chosen;
  chosen.reserve(shard.block_count * taken_);
  std::vector<std::size_t> order;
  for (std::size_t v = shard.first_block; v < shard.first_block + shard.block_count; ++v) {
    const std::size_t rows = blocks_.rows_of(v);
    order.resize(rows);
    std::iota(order.begin(), order.end(), blocks_.first_row(v) - shard.first_row);
    // The end of Fisher and Yates' shuffle, which is all that is needed.
    const CounterRandom random(seed_, RandomStream::held_out, 0, v);
    for (std::size_t i = rows; i > rows - taken_; --i) {
      std::swap(order[i - 1], order[random.below(i, i)]);
    }
    const auto taken = std::span(order).last(taken_);
    std::ranges::sort(taken);
    chosen.insert(chosen.end(), taken.begin(), taken.end());
  }
  return chosen;
}

}  // namespace infomax::data
