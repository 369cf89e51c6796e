// SPDX-License-Identifier: BSD-3-Clause
#include "bench/synthetic.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <numeric>
#include <span>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/core/random.hpp"
#include "infomax/data/rows.hpp"
#include "infomax/data/split.hpp"

namespace infomax::bench {
namespace {

constexpr std::size_t batches_of_rows = 4;
constexpr std::size_t default_classes = 10;

/// The data set that a row belongs to.
enum class Side : std::uint64_t { x, y };

/// Fills a row with values uniform on 0, ..., 255.
void fill_row(const CounterRandom& random, std::span<std::uint8_t> row) {
  for (std::size_t first = 0, index = 0; first < row.size(); ++index) {
    const auto words = random.words(index);
    const std::size_t count = std::min(sizeof(words), row.size() - first);
    std::memcpy(row.data() + first, words.data(), count);
    first += count;
  }
}

/// Fills a row with uniform values of mean 0 and variance 1.
void fill_row(const CounterRandom& random, std::span<float> row) {
  for (std::size_t j = 0; j < row.size(); ++j) {
    row[j] = static_cast<float>(std::sqrt(12.0) * (random.uniform(j) - 0.5));
  }
}

template <class T>
void fill(data::Rows& rows, Side side) {
  auto* const elements = reinterpret_cast<T*>(rows.bytes().data());
  for (std::size_t i = 0; i < rows.count(); ++i) {
    const CounterRandom random(0, RandomStream::generation, static_cast<std::uint64_t>(side),
                               rows.first_row() + i);
    fill_row(random, std::span<T>(elements + i * rows.features(), rows.features()));
  }
}

std::shared_ptr<const data::RowStore> make_rows(const char* name, hdf5::ElementType element,
                                                std::vector<std::size_t> shape,
                                                const data::Shard& held, Side side) {
  auto rows = std::make_shared<data::Rows>(fmt::format("{} in memory", name), element,
                                           std::move(shape), held.first_row, held.row_count);
  if (element == hdf5::ElementType::u8) {
    fill<std::uint8_t>(*rows, side);
  } else {
    fill<float>(*rows, side);
  }
  return rows;
}

std::shared_ptr<const data::RowStore> make_labels(std::size_t classes, const data::Shard& held) {
  auto rows =
      std::make_shared<data::Rows>("/y in memory", hdf5::ElementType::i32,
                                   std::vector<std::size_t>{}, held.first_row, held.row_count);
  const CounterRandom random(0, RandomStream::generation, static_cast<std::uint64_t>(Side::y));
  auto* const labels = reinterpret_cast<std::int32_t*>(rows->bytes().data());
  for (std::size_t i = 0; i < held.row_count; ++i) {
    labels[i] = static_cast<std::int32_t>(random.below(classes, held.first_row + i));
  }
  return rows;
}

/// The shift and scale that give the synthetic columns mean 0 and variance 1.
data::Normalization normalization_of(const data::RowStore& rows) {
  auto result = data::Normalization::identity(rows.features());
  if (rows.type() == hdf5::ElementType::u8) {
    std::ranges::fill(result.shift, 127.5);
    std::ranges::fill(result.scale, 1.0 / std::sqrt((256.0 * 256.0 - 1.0) / 12.0));
  }
  return result;
}

/// Makes y as the pair needs it.
void add_y(const SyntheticData& data, model::TargetKind target, SyntheticSet& set) {
  auto& x = set.examples.x;
  auto& y = set.examples.y;
  const auto& held = set.examples.shard;
  auto& pair = set.pair;
  if (pair.meaning().has_targets()) {
    const std::size_t columns = data.columns_y > 0 ? data.columns_y : default_classes;
    if (target == model::TargetKind::values) {
      y = make_rows("/y", hdf5::ElementType::f32, {columns}, held, Side::y);
    } else {
      pair.classes = columns;
      y = make_labels(columns, held);
    }
  } else if (!pair.split.empty()) {
    const auto split = data::parse_split(pair.split, pair.image, *x);
    y = x->select_columns(split.second);
    x = x->select_columns(split.first);
  } else if (pair.meaning().reads_y()) {
    y = make_rows("/y", data.element,
                  data.columns_y > 0 ? std::vector<std::size_t>{data.columns_y} : data.shape, held,
                  Side::y);
  }
}

}  // namespace

SyntheticSet make_synthetic(const mpi::Communicator& communicator, const SyntheticData& data,
                            const model::PairSettings& pair, model::TargetKind target,
                            std::size_t blocks, std::size_t batch_rows) {
  const std::size_t samples = data.rows > 0 ? data.rows : batches_of_rows * batch_rows;
  const data::Blocks cut = blocks > 0 ? data::Blocks(samples, blocks) : data::Blocks(samples);
  const data::Shard shard = cut.shard(communicator.rank(), communicator.size());
  data::Shard held = shard;
  const bool lagged = pair.meaning().is_lagged;
  if (lagged && shard.row_count > 0) {
    held.row_count += pair.lag;
  }
  SyntheticSet set{
      {cut, shard, make_rows("/x", data.element, data.shape, held, Side::x), {}, {}}, pair, {}, {}};
  auto& examples = set.examples;
  if (lagged) {
    std::vector<std::size_t> starts(shard.row_count);
    std::iota(starts.begin(), starts.end(), std::size_t{0});
    examples.index = model::SampleIndex(std::move(starts), pair.lag + 1, samples + pair.lag);
  }
  add_y(data, target, set);
  set.normalization = normalization_of(*examples.x);
  if (pair.meaning().has_two_views()) {
    set.normalization_y = normalization_of(*examples.y);
  }
  return set;
}

}  // namespace infomax::bench
