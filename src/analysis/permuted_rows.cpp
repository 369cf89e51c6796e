// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/permuted_rows.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <utility>

#include "infomax/core/random.hpp"
#include "infomax/mpi/exchange.hpp"
#include "infomax/stats/tiles.hpp"

namespace infomax::analysis {
namespace {

/// Collective. The first sample of each rank, and N.
std::vector<std::size_t> first_samples(const mpi::Communicator& communicator, std::size_t rows) {
  std::vector<std::size_t> first{0};
  for (const std::uint64_t count : communicator.gather_all(std::uint64_t{rows})) {
    first.push_back(first.back() + count);
  }
  return first;
}

}  // namespace

SampleOrders::SampleOrders(std::size_t samples, std::size_t block, std::uint64_t seed)
    : samples_(samples), block_(block), seed_(seed) {
  assert(block > 0);
}

std::vector<std::size_t> SampleOrders::order(std::uint64_t number) const {
  const std::size_t blocks = (samples_ + block_ - 1) / block_;
  std::vector<std::size_t> shuffled(blocks);
  std::iota(shuffled.begin(), shuffled.end(), std::size_t{0});
  const CounterRandom random(seed_, RandomStream::pairing, number);
  for (std::size_t i = blocks; i > 1; --i) {
    std::swap(shuffled[i - 1], shuffled[random.below(i, i)]);
  }
  if (block_ == 1) {
    return shuffled;
  }
  std::vector<std::size_t> samples;
  samples.reserve(samples_);
  for (const std::size_t block : shuffled) {
    for (std::size_t i = block * block_; i < std::min(samples_, (block + 1) * block_); ++i) {
      samples.push_back(i);
    }
  }
  return samples;
}

template <math::Real T>
PermutedRows<T>::PermutedRows(const mpi::Communicator& communicator,
                              const stats::RowSource<T>& rows)
    : communicator_(communicator),
      first_of_(first_samples(communicator, rows.rows())),
      first_(first_of_[static_cast<std::size_t>(communicator.rank())]),
      rows_(rows.rows(), rows.columns()),
      sent_(rows.rows(), rows.columns()),
      received_(rows.rows(), rows.columns()),
      permuted_(rows.rows(), rows.columns()),
      shown_(permuted_.view()) {
  Buffer<T> scratch;
  stats::for_each_tile(0, rows.rows(), rows.columns(), [&](std::size_t first, std::size_t count) {
    const auto tile = rows.tile(first, count, scratch);
    for (std::size_t i = 0; i < count; ++i) {
      std::ranges::copy(tile.row(i), rows_.view().row(first + i).begin());
    }
  });
}

template <math::Real T>
std::size_t PermutedRows<T>::rank_of(std::size_t sample) const {
  const auto after = std::ranges::upper_bound(first_of_, sample);
  return static_cast<std::size_t>(after - first_of_.begin()) - 1;
}

template <math::Real T>
const stats::RowSource<T>& PermutedRows<T>::permute(std::span<const std::size_t> order) {
  assert(order.size() == samples());
  const auto ranks = static_cast<std::size_t>(communicator_.size());
  const std::size_t end = first_ + rows_.rows();
  std::vector<std::size_t> sends(ranks, 0);
  std::vector<std::size_t> receives(ranks, 0);
  // Places ascend, and so do their ranks: what is sent is in the order of ranks as it is made.
  std::size_t sent = 0;
  for (std::size_t place = 0; place < order.size(); ++place) {
    const std::size_t sample = order[place];
    if (sample >= first_ && sample < end) {
      std::ranges::copy(rows_.view().row(sample - first_), sent_.view().row(sent++).begin());
      ++sends[rank_of(place)];
    }
  }
  for (std::size_t place = first_; place < end; ++place) {
    ++receives[rank_of(order[place])];
  }
  mpi::exchange_rows<T>(communicator_, std::as_const(sent_).view(), sends, received_.view(),
                        receives);
  // From each rank, rows come in the order of their places.
  std::vector<std::size_t> next(ranks, 0);
  std::exclusive_scan(receives.begin(), receives.end(), next.begin(), std::size_t{0});
  for (std::size_t place = first_; place < end; ++place) {
    std::ranges::copy(received_.view().row(next[rank_of(order[place])]++),
                      permuted_.view().row(place - first_).begin());
  }
  return shown_;
}

template class PermutedRows<float>;
template class PermutedRows<double>;

}  // namespace infomax::analysis
