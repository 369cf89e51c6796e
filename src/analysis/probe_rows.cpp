// SPDX-License-Identifier: BSD-3-Clause
#include "analysis/probe_rows.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "analysis/even_rows.hpp"
#include "infomax/core/error.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moments.hpp"

namespace infomax::analysis {
namespace {

/// The rows that are compared at a time: enough for BLAS to reach its speed.
constexpr std::size_t neighbour_tile_rows = 1024;

/// The powers of ten of the path, the largest first.
constexpr std::array<int, 8> path_exponents{1, 0, -1, -2, -3, -4, -5, -6};

/// Parts of the rows, of which one is held out at a time.
constexpr std::size_t held_out_parts = 5;

/// Rows up to which each part is held out in turn; of more, one part says enough.
constexpr std::size_t few_rows = 2000;

/// The penalty where no rows can be held out.
constexpr double fixed_penalty = 1e-3;

void require_finite(const data::RowStore& x, std::size_t column, double number) {
  if (!std::isfinite(number)) {
    throw DataError(fmt::format(
        "{} has numbers in column {} whose sums or squares leave the range of double; divide it by "
        "a power of ten",
        x.where(), column));
  }
}

}  // namespace

Subset subset_of(const mpi::Communicator& communicator, const ProbeRows& all,
                 std::vector<std::size_t> rows) {
  const auto shard = all.blocks.shard(communicator.rank(), communicator.size());
  Subset subset{std::move(rows), {}};
  for (std::size_t v = shard.first_block; v < shard.first_block + shard.block_count; ++v) {
    const std::size_t end = all.blocks.first_row(v + 1) - shard.first_row;
    const auto after = std::ranges::lower_bound(subset.rows, end);
    subset.parts.ends.push_back(static_cast<std::size_t>(after - subset.rows.begin()));
  }
  return subset;
}

Subset whole(const mpi::Communicator& communicator, const ProbeRows& all) {
  std::vector<std::size_t> rows(all.x.count());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  return subset_of(communicator, all, std::move(rows));
}

Features measure_features(const mpi::Communicator& communicator, const data::RowStore& x,
                          const Subset& subset, data::NormalizeMode mode) {
  using data::NormalizeMode;
  using stats::Extent;
  Features features{data::Normalization::identity(x.features())};
  auto& [shift, scale] = features.normalization;
  const auto as_they_are = features.normalization;
  const data::DatasetRows<double> rows(x, subset.rows, as_they_are);
  const EvenRows even(communicator, rows);
  stats::MeanPass<double> mean_pass;
  stats::MomentPass<double> moment_pass({Extent::diagonal, Extent::none, Extent::diagonal});
  const stats::RowPairs<double> pairs{even, even, &subset.parts};
  const auto& means = mean_pass.measure(communicator, pairs);
  const auto& variance = moment_pass.measure(communicator, pairs, means).variance_b;
  if (mode == NormalizeMode::scale) {
    std::ranges::fill(shift, even.least());
    std::ranges::fill(scale, even.most() > even.least() ? 1.0 / (even.most() - even.least()) : 1.0);
  }
  double sum = 0.0;
  std::size_t varying = 0;
  for (std::size_t j = 0; j < x.features(); ++j) {
    const double mean = even.shift()[j] + means.b[j] / even.scale()[j];
    const double deviation = std::sqrt(variance[j]) / even.scale()[j];
    require_finite(x, j, mean + deviation * deviation);
    if (mode == NormalizeMode::center || mode == NormalizeMode::standardize) {
      shift[j] = mean;
    }
    // Of smaller deviations nothing is left but the rounding of the mean.
    const bool varies = deviation > 1e-13 * std::abs(mean);
    if (mode == NormalizeMode::standardize && varies) {
      scale[j] = 1.0 / deviation;
    }
    sum += varies ? deviation * scale[j] * (deviation * scale[j]) : 0.0;
    varying += varies ? 1 : 0;
  }
  if (varying > 0 && sum > 0.0 && std::isfinite(sum)) {
    features.variance = std::pow(10.0, std::round(std::log10(sum / static_cast<double>(varying))));
  }
  return features;
}

LabelledRows::LabelledRows(const data::RowStore& x, const Subset& subset,
                           const std::vector<std::uint32_t>& labels,
                           const data::Normalization& normalization)
    : x_(x, subset.rows, normalization), labels_(of_subset(labels, subset)), parts_(&subset.parts) {
  stats::for_each_part(&subset.parts, subset.rows.size(), [&](std::size_t part, std::size_t rows) {
    for (std::size_t done = 0; done < rows; done += neighbour_tile_rows) {
      tiles_.push_back({part + done, std::min(neighbour_tile_rows, rows - done)});
    }
  });
}

std::vector<std::uint32_t> Dealer::deal(const Subset& subset, std::size_t parts,
                                        std::uint64_t deal) const {
  const auto strata_of = of_subset(strata, subset);
  const auto groups_of = of_subset(rows.groups, subset);
  return deal_rows(communicator, {strata_of, stratum_count, groups_of}, parts, seed, deal);
}

std::size_t Dealer::units(const Subset& subset) const {
  const auto strata_of = of_subset(strata, subset);
  const auto groups_of = of_subset(rows.groups, subset);
  return count_units(communicator, {strata_of, stratum_count, groups_of});
}

SplitRows Dealer::split(const Subset& subset, const std::vector<std::uint32_t>& part_of,
                        std::uint32_t part) const {
  std::vector<std::size_t> fitted;
  std::vector<std::size_t> held_out;
  for (std::size_t i = 0; i < part_of.size(); ++i) {
    (part_of[i] == part ? held_out : fitted).push_back(subset.rows[i]);
  }
  return {subset_of(communicator, rows, std::move(fitted)),
          subset_of(communicator, rows, std::move(held_out))};
}

bool has_passed_least(std::span<const LossSum> losses) {
  constexpr std::size_t worse = 2;
  if (losses.size() <= worse) {
    return false;
  }
  const auto loss = [](const LossSum& each) { return each.sum / each.rows; };
  const auto before = losses.first(losses.size() - worse);
  const double least = loss(*std::ranges::min_element(before, {}, loss));
  return std::ranges::all_of(losses.last(worse),
                             [&](const LossSum& each) { return loss(each) > least; });
}

PenaltyChoice choose_penalty(const Dealer& dealer, const Subset& subset, const Penalty& given,
                             double variance, std::uint64_t deal, const HeldOutLosses& losses) {
  if (given.l2) {
    return {*given.l2};
  }
  const std::size_t parts = std::min(held_out_parts, dealer.units(subset));
  if (parts < 2) {
    return {fixed_penalty};
  }
  const std::uint64_t rows = dealer.communicator.sum(std::uint64_t{subset.rows.size()});
  PenaltyChoice choice{0.0, true, rows <= few_rows ? parts : 1};
  std::vector<double> path;
  path.reserve(std::size(path_exponents));
  for (const int exponent : path_exponents) {
    path.push_back(std::pow(10.0, std::round(std::log10(variance)) + exponent));
  }
  std::vector<LossSum> total(path.size());
  const auto part_of = dealer.deal(subset, parts, deal);
  for (std::uint32_t part = 0; part < choice.splits; ++part) {
    const auto of_split = losses(dealer.split(subset, part_of, part), path, choice.splits == 1);
    for (std::size_t k = 0; k < of_split.size(); ++k) {
      total[k].sum += of_split[k].sum;
      total[k].rows += of_split[k].rows;
    }
  }
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < path.size() && total[k].rows > 0.0; ++k) {
    choice.path.push_back({path[k], total[k].sum / total[k].rows});
    if (choice.path[k].loss < least) {
      least = choice.path[k].loss;
      choice.l2 = path[k];
    }
  }
  return std::isfinite(least) ? choice : PenaltyChoice{fixed_penalty};
}

}  // namespace infomax::analysis
