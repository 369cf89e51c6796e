// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/sampler.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "infomax/core/error.hpp"
#include "infomax/core/random.hpp"

namespace infomax::data {
namespace {

std::size_t steps_for(std::size_t rows, std::size_t batch) {
  if (rows == 0) {
    throw DataError("the data set has no rows to make batches of");
  }
  if (batch > rows) {
    throw UsageError("`batch` " + std::to_string(batch) + " is above the data set's " +
                     std::to_string(rows) + " rows; give at most that, or 0 for all");
  }
  return batch == 0 ? 1 : rows / batch + (rows % batch == 0 ? 0 : 1);
}

/// Fisher and Yates' shuffle. Its random numbers are those of indices first_index + 2, ...,
/// first_index + items.size().
void shuffle(const CounterRandom& random, std::size_t first_index, std::span<std::size_t> items) {
  for (std::size_t i = items.size(); i > 1; --i) {
    std::swap(items[i - 1], items[random.below(i, first_index + i)]);
  }
}

}  // namespace

Sampler::Sampler(const Blocks& blocks, const Shard& shard, std::size_t batch, std::uint64_t seed,
                 const Paging& paging)
    : blocks_(blocks),
      shard_(shard),
      seed_(seed),
      paging_{std::min(paging.page_rows, blocks.rows()),
              std::max<std::size_t>(1, paging.window_pages)},
      steps_(steps_for(blocks.rows(), batch)),
      first_extra_(blocks.count() + 1, 0),
      order_(shard.row_count) {
  for (std::size_t v = 0; v < blocks_.count(); ++v) {
    first_extra_[v + 1] = first_extra_[v] + blocks_.rows_of(v) % steps_;
  }
  const std::size_t end = shard_.first_block + shard_.block_count;
  for (std::size_t v = shard_.first_block; v < end; ++v) {
    largest_local_rows_ += blocks_.rows_of(v) / steps_;
  }
  // The shard's extra rows go round the steps without a gap.
  const std::size_t extras = first_extra_[end] - first_extra_[shard_.first_block];
  largest_local_rows_ += (extras + steps_ - 1) / steps_;
  drawn_.reserve(largest_local_rows_);
  if (paging_.page_rows > 0) {
    pages_.reserve((blocks_.rows() / blocks_.count() + 1) / paging_.page_rows + 2);
  }
  // In place already where one step takes every row: the order then changes no result, and reading
  // in the file's order is fastest.
  std::iota(order_.begin(), order_.end(), std::size_t{0});
}

std::size_t Sampler::global_rows(std::size_t step) const {
  const std::size_t extras = first_extra_.back();
  return (blocks_.rows() - extras) / steps_ + extras / steps_ + (step < extras % steps_ ? 1 : 0);
}

/// How many of the block's extra rows go to steps before `step`. They are the steps of
/// [start, start + e_v), of which those from T on wrap around to 0.
std::size_t Sampler::extras_before(std::size_t block, std::size_t step) const {
  const std::size_t start = first_extra_[block] % steps_;
  const std::size_t end = start + (first_extra_[block + 1] - first_extra_[block]);
  const std::size_t straight = std::clamp(step, start, std::min(end, steps_)) - start;
  const std::size_t wrapped = std::min(step, std::max(end, steps_) - steps_);
  return straight + wrapped;
}

std::size_t Sampler::block_rows(std::size_t block, std::size_t step) const {
  return blocks_.rows_of(block) / steps_ + extras_before(block, step + 1) -
         extras_before(block, step);
}

std::span<const std::size_t> Sampler::draw(std::uint64_t epoch, std::size_t step) {
  if (steps_ > 1 && epoch_ != epoch) {
    permute(epoch);
  }
  drawn_.clear();
  for (std::size_t local = 0; local < shard_.block_count; ++local) {
    const std::size_t v = shard_.first_block + local;
    const std::size_t block_start = blocks_.first_row(v) - shard_.first_row;
    const std::size_t first =
        block_start + step * (blocks_.rows_of(v) / steps_) + extras_before(v, step);
    const auto begin = order_.begin() + static_cast<std::ptrdiff_t>(first);
    drawn_.insert(drawn_.end(), begin, begin + static_cast<std::ptrdiff_t>(block_rows(v, step)));
  }
  return drawn_;
}

/// Shuffles every local block from the natural order, so that an epoch's order does not depend on
/// the epochs drawn before it.
void Sampler::permute(std::uint64_t epoch) {
  for (std::size_t local = 0; local < shard_.block_count; ++local) {
    const std::size_t v = shard_.first_block + local;
    const std::size_t count = blocks_.rows_of(v);
    const std::size_t start = blocks_.first_row(v) - shard_.first_row;
    const std::span<std::size_t> rows(order_.data() + start, count);
    if (paging_.page_rows > 0) {
      permute_pages(v, epoch, rows);
    } else {
      std::iota(rows.begin(), rows.end(), start);
      shuffle(CounterRandom(seed_, RandomStream::permutation, epoch, v), 0, rows);
    }
  }
  epoch_ = epoch;
}

/// Writes the local numbers of a block's rows to `rows`: its pages in a random order, and the rows
/// of each window of pages shuffled. The shuffle of a window takes random numbers by where its rows
/// come in the order, and that of the pages takes those after them, so none is used twice.
void Sampler::permute_pages(std::size_t block, std::uint64_t epoch, std::span<std::size_t> rows) {
  if (rows.empty()) {
    return;
  }
  const CounterRandom random(seed_, RandomStream::permutation, epoch, block);
  const std::size_t page_rows = paging_.page_rows;
  const std::size_t start = blocks_.first_row(block);
  const std::size_t end = start + rows.size();
  pages_.resize((end - 1) / page_rows - start / page_rows + 1);
  std::iota(pages_.begin(), pages_.end(), start / page_rows);
  shuffle(random, rows.size(), pages_);
  std::size_t done = 0;
  for (std::size_t next = 0; next < pages_.size(); next += paging_.window_pages) {
    const auto window =
        std::span(pages_).subspan(next, std::min(paging_.window_pages, pages_.size() - next));
    // In the order of the data set, so that a window of the whole block is as without pages.
    std::ranges::sort(window);
    const std::size_t window_start = done;
    for (const std::size_t page : window) {
      const std::size_t first = std::max(start, page * page_rows);
      const std::size_t count = std::min(end, (page + 1) * page_rows) - first;
      const auto own = rows.subspan(done, count);
      std::iota(own.begin(), own.end(), first - shard_.first_row);
      done += count;
    }
    shuffle(random, window_start, rows.subspan(window_start, done - window_start));
  }
}

}  // namespace infomax::data
