// SPDX-License-Identifier: BSD-3-Clause
#include "importers/sample_ids.hpp"

#include <algorithm>
#include <limits>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "importers/csv_number.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"

namespace infomax::importers {
namespace {

using Rows = std::unordered_map<std::string_view, std::size_t>;

bool is_left_out(const SampleIds& samples, std::size_t row) {
  return !samples.incomplete.empty() && samples.incomplete[row];
}

/// The rows by their ids, without those that have none.
Rows rows_of(const SampleIds& samples) {
  Rows rows;
  rows.reserve(samples.ids.size());
  for (std::size_t i = 0; i < samples.ids.size(); ++i) {
    if (samples.ids[i].empty()) {
      continue;
    }
    const auto [found, is_new] = rows.emplace(samples.ids[i], i);
    if (!is_new) {
      throw DataError(
          fmt::format("{} has the `id` {} in rows {} and {}; the names of samples must differ, so "
                      "remove one of "
                      "the rows or choose another column",
                      samples.where, in_quotes(samples.ids[i]), found->second + 1, i + 1));
    }
  }
  return rows;
}

/// The place of a row that is left out.
constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

void report(const SampleIds& x, const SampleIds& y, std::size_t shared, std::size_t only_x,
            std::size_t only_y, std::size_t incomplete) {
  log::info(fmt::format(
      "joined by `id`: both files have {} rows; {} of {} and {} of {} are not in the other file "
      "and "
      "are left out{}",
      shared, only_x, x.where, only_y, y.where,
      incomplete > 0
          ? fmt::format("; {} of the rows in both lack a cell and are left out too", incomplete)
          : ""));
}

}  // namespace

void require_distinct(const SampleIds& samples) { (void)rows_of(samples); }

JoinedRows join(const SampleIds& x, const SampleIds& y) {
  (void)rows_of(x);
  const Rows rows_y = rows_of(y);
  JoinedRows joined{std::vector<bool>(x.ids.size()), std::vector<bool>(y.ids.size()), {}};
  std::vector<std::size_t> place_of(y.ids.size(), none);  // in the data set, by row of y
  std::size_t kept = 0;
  std::size_t shared = 0;
  for (std::size_t i = 0; i < x.ids.size(); ++i) {
    const auto found = x.ids[i].empty() ? rows_y.end() : rows_y.find(x.ids[i]);
    if (found == rows_y.end()) {
      continue;
    }
    ++shared;
    if (!is_left_out(x, i) && !is_left_out(y, found->second)) {
      joined.keep_x[i] = true;
      joined.keep_y[found->second] = true;
      place_of[found->second] = kept++;
    }
  }
  if (shared == 0) {
    throw DataError(fmt::format(
        "{} and {} have no `id` in common; the first have {} and {}; name the columns of the same "
        "samples, COLUMN,COLUMN where their names differ",
        x.where, y.where, in_quotes(x.ids.front()), in_quotes(y.ids.front())));
  }
  if (kept == 0) {
    throw DataError(
        fmt::format("each of the {} rows that {} and {} share lacks a cell; fill them "
                    "by `missing` mean or median, or leave columns out by `drop`",
                    shared, x.where, y.where));
  }
  report(x, y, shared, x.ids.size() - shared, y.ids.size() - shared, shared - kept);
  std::erase(place_of, none);
  if (!std::ranges::is_sorted(place_of)) {
    joined.y_places = std::move(place_of);
  }
  return joined;
}

}  // namespace infomax::importers
