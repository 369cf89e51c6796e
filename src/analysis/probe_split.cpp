// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/probe_split.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/core/matrix.hpp"
#include "infomax/core/random.hpp"

namespace infomax::analysis {
namespace {

/// Numbers that are exchanged at a time, so that memory does not grow with ranks times strata.
constexpr std::size_t numbers_at_once = std::size_t{1} << 20U;

/// Strata times groups beyond which groups are dealt by their sizes alone.
constexpr std::size_t most_counts = std::size_t{1} << 24U;

/// Keeps these random numbers apart from those of other choices of rows.
constexpr std::uint64_t random_major = 2;

/// How many rows each stratum has [C].
struct StratumCounts {
  std::vector<std::uint64_t> before;  // on the ranks before this one
  std::vector<std::uint64_t> all;
};

StratumCounts count_strata(const mpi::Communicator& communicator, const RowsToDeal& rows) {
  std::vector<std::uint64_t> own(rows.stratum_count, 0);
  for (const std::uint32_t stratum : rows.strata) {
    ++own[stratum];
  }
  const auto ranks = static_cast<std::size_t>(communicator.size());
  const auto rank = static_cast<std::size_t>(communicator.rank());
  const std::size_t width = std::max<std::size_t>(1, numbers_at_once / ranks);
  StratumCounts counts{std::vector<std::uint64_t>(own.size(), 0),
                       std::vector<std::uint64_t>(own.size(), 0)};
  for (std::size_t first = 0; first < own.size(); first += width) {
    const std::size_t count = std::min(width, own.size() - first);
    Matrix<std::uint64_t> table(ranks, count, 0);
    std::copy_n(own.begin() + static_cast<std::ptrdiff_t>(first), count,
                table.view().row(rank).begin());
    communicator.sum(table.span());
    for (std::size_t r = 0; r < ranks; ++r) {
      for (std::size_t c = 0; c < count; ++c) {
        counts.before[first + c] += r < rank ? table(r, c) : 0;
        counts.all[first + c] += table(r, c);
      }
    }
  }
  return counts;
}

/// Shuffles 0 ... K-1, by the numbers from `index` on (Fisher and Yates).
void shuffle(const CounterRandom& random, std::uint64_t index, std::span<std::uint32_t> order) {
  std::iota(order.begin(), order.end(), std::uint32_t{0});
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[random.below(i, index + i - 1)]);
  }
}

std::vector<std::uint32_t> deal_single_rows(const mpi::Communicator& communicator,
                                            const RowsToDeal& rows, std::size_t parts,
                                            std::uint64_t seed, std::uint64_t deal) {
  auto [next, all] = count_strata(communicator, rows);
  // What a stratum has beyond whole deals goes on where that of the strata before ended.
  std::vector<std::uint64_t> start(rows.stratum_count, 0);
  for (std::size_t c = 1; c < start.size(); ++c) {
    start[c] = start[c - 1] + all[c - 1] % parts;
  }
  std::vector<std::uint32_t> rest_order(parts);
  shuffle(CounterRandom(seed, RandomStream::held_out, random_major, deal), 0, rest_order);
  // The order of the deal that a stratum is in; empty before its first row here.
  std::vector<std::vector<std::uint32_t>> orders(rows.stratum_count);
  std::vector<std::uint32_t> part_of(rows.strata.size());
  for (std::size_t i = 0; i < part_of.size(); ++i) {
    const std::uint32_t stratum = rows.strata[i];
    const std::uint64_t place = next[stratum]++;
    const std::uint64_t in_deals = all[stratum] - all[stratum] % parts;
    if (place >= in_deals) {
      part_of[i] = rest_order[(start[stratum] + place - in_deals) % parts];
      continue;
    }
    auto& order = orders[stratum];
    if (order.empty() || place % parts == 0) {
      order.resize(parts);
      const CounterRandom random(seed, RandomStream::held_out, random_major + 1 + stratum, deal);
      shuffle(random, place - place % parts, order);
    }
    part_of[i] = order[place % parts];
  }
  return part_of;
}

/// The different groups of all ranks, ascending, on every rank.
std::vector<std::uint64_t> all_groups(const mpi::Communicator& communicator,
                                      std::span<const std::uint64_t> groups) {
  const auto sort = [](std::vector<std::uint64_t>& ids) {
    std::ranges::sort(ids);
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  };
  std::vector<std::uint64_t> own(groups.begin(), groups.end());
  sort(own);
  std::vector<std::uint64_t> all;
  std::vector<std::uint64_t> of_rank;
  const auto counts = communicator.gather_all(std::uint64_t{own.size()});
  for (int rank = 0; rank < communicator.size(); ++rank) {
    of_rank.resize(counts[static_cast<std::size_t>(rank)]);
    if (rank == communicator.rank()) {
      of_rank = own;
    }
    communicator.broadcast(std::span<std::uint64_t>(of_rank), rank);
    std::vector<std::uint64_t> merged;
    merged.reserve(all.size() + of_rank.size());
    std::ranges::set_union(all, of_rank, std::back_inserter(merged));
    all = std::move(merged);
  }
  return all;
}

std::size_t place_of(const std::vector<std::uint64_t>& groups, std::uint64_t group) {
  return static_cast<std::size_t>(std::ranges::lower_bound(groups, group) - groups.begin());
}

/// The order in which groups are dealt: from the largest on, of equal ones by chance.
std::vector<std::size_t> dealing_order(const Matrix<std::uint64_t>& counts, std::uint64_t seed,
                                       std::uint64_t deal) {
  struct Key {
    std::uint64_t rows = 0;
    std::uint64_t chance = 0;
    std::size_t group = 0;
  };
  const CounterRandom random(seed, RandomStream::held_out, random_major, deal);
  std::vector<Key> keys(counts.rows());
  for (std::size_t g = 0; g < keys.size(); ++g) {
    const auto row = counts.view().row(g);
    keys[g] = {std::accumulate(row.begin(), row.end(), std::uint64_t{0}), random.words(g)[0], g};
  }
  std::ranges::sort(keys, [](const Key& a, const Key& b) {
    return std::tuple(b.rows, a.chance, a.group) < std::tuple(a.rows, b.chance, b.group);
  });
  std::vector<std::size_t> order(keys.size());
  std::ranges::transform(keys, order.begin(), &Key::group);
  return order;
}

/// The part of each group, by the rows that it has of each stratum: counts [G, C].
std::vector<std::uint32_t> deal_groups(const Matrix<std::uint64_t>& counts, std::size_t parts,
                                       std::uint64_t seed, std::uint64_t deal) {
  const std::size_t strata = counts.columns();
  std::vector<double> total(strata, 0.0);
  for (std::size_t g = 0; g < counts.rows(); ++g) {
    for (std::size_t c = 0; c < strata; ++c) {
      total[c] += static_cast<double>(counts(g, c));
    }
  }
  Matrix<double> filled(parts, strata, 0.0);  // the share of a stratum's rows that a part has
  std::vector<double> rows_of(parts, 0.0);    // of each part
  std::vector<std::size_t> groups_of(parts, 0);
  std::vector<std::uint32_t> part_of(counts.rows(), 0);
  std::size_t left = counts.rows();
  for (const std::size_t g : dealing_order(counts, seed, deal)) {
    // By how much the squared shares of all strata would grow: least where a part lacks most.
    const auto growth = [&](std::size_t part) {
      double sum = 0.0;
      for (std::size_t c = 0; c < strata; ++c) {
        const double share = total[c] > 0.0 ? static_cast<double>(counts(g, c)) / total[c] : 0.0;
        sum += share * (2.0 * filled(part, c) + share);
      }
      return sum;
    };
    // No part may stay empty.
    const auto empty = static_cast<std::size_t>(std::ranges::count(groups_of, std::size_t{0}));
    std::size_t best = parts;
    std::pair<double, double> least;
    for (std::size_t part = 0; part < parts; ++part) {
      const std::pair<double, double> key{growth(part), rows_of[part]};
      if ((left > empty || groups_of[part] == 0) && (best == parts || key < least)) {
        best = part;
        least = key;
      }
    }
    for (std::size_t c = 0; c < strata; ++c) {
      const auto rows = static_cast<double>(counts(g, c));
      filled(best, c) += total[c] > 0.0 ? rows / total[c] : 0.0;
      rows_of[best] += rows;
    }
    ++groups_of[best];
    --left;
    part_of[g] = static_cast<std::uint32_t>(best);
  }
  return part_of;
}

std::vector<std::uint32_t> deal_whole_groups(const mpi::Communicator& communicator,
                                             const RowsToDeal& rows, std::size_t parts,
                                             const std::vector<std::uint64_t>& groups,
                                             std::uint64_t seed, std::uint64_t deal) {
  const bool by_strata = groups.size() <= most_counts / rows.stratum_count;
  Matrix<std::uint64_t> counts(groups.size(), by_strata ? rows.stratum_count : 1, 0);
  std::vector<std::size_t> places(rows.groups.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    places[i] = place_of(groups, rows.groups[i]);
    ++counts(places[i], by_strata ? rows.strata[i] : 0);
  }
  communicator.sum(counts.span());
  const auto part_of_group = deal_groups(counts, parts, seed, deal);
  std::vector<std::uint32_t> part_of(places.size());
  std::ranges::transform(places, part_of.begin(),
                         [&](std::size_t place) { return part_of_group[place]; });
  return part_of;
}

bool have_groups(const mpi::Communicator& communicator, const RowsToDeal& rows) {
  return communicator.max(std::uint64_t{rows.groups.size()}) > 0;
}

void require_enough(std::size_t parts, std::size_t units, const char* what) {
  if (parts < 2 || parts > units) {
    throw UsageError(fmt::format("`folds` is {}; it must be 2 to the {} {} of the training data",
                                 parts, units, what));
  }
}

}  // namespace

std::size_t count_units(const mpi::Communicator& communicator, const RowsToDeal& rows) {
  return have_groups(communicator, rows) ? all_groups(communicator, rows.groups).size()
                                         : communicator.sum(std::uint64_t{rows.strata.size()});
}

std::vector<std::uint32_t> deal_rows(const mpi::Communicator& communicator, const RowsToDeal& rows,
                                     std::size_t parts, std::uint64_t seed, std::uint64_t deal) {
  if (!have_groups(communicator, rows)) {
    require_enough(parts, communicator.sum(std::uint64_t{rows.strata.size()}), "rows");
    return deal_single_rows(communicator, rows, parts, seed, deal);
  }
  const auto groups = all_groups(communicator, rows.groups);
  require_enough(parts, groups.size(), "groups");
  return deal_whole_groups(communicator, rows, parts, groups, seed, deal);
}

}  // namespace infomax::analysis
