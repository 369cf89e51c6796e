// SPDX-License-Identifier: BSD-3-Clause
#include "compare/space.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/core/random.hpp"
#include "infomax/core/suggestion.hpp"

namespace infomax::compare {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  return first == std::string_view::npos
             ? std::string_view{}
             : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string> split_at(std::string_view text, std::string_view separator) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t at = text.find(separator);
    parts.emplace_back(trimmed(text.substr(0, at)));
    if (at == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(at + separator.size());
  }
}

/// What is the same for all trials: where their data are, and what the repetitions vary.
bool is_common(const std::string& name) {
  constexpr std::array<std::string_view, 8> common{"data",          "lengths",     "padding-value",
                                                   "data-mode",     "data-memory", "page-rows",
                                                   "shuffle-pages", "seed"};
  return std::ranges::find(common, name) != common.end();
}

const Field<train::Config>& field_of(const char* quoted, std::string_view given) {
  std::vector<std::string_view> names;
  for (const auto& field : searched_fields().fields()) {
    if (is_common(field.name)) {
      continue;
    }
    if (same_name(field.name, given)) {
      return field;
    }
    names.emplace_back(field.name);
  }
  const std::string meant = did_you_mean(given, names);
  throw UsageError(
      fmt::format("{} names \"{}\", which is no option that a search varies{}", quoted, given,
                  meant.empty() ? "; infomax train --help lists those of trainings" : meant));
}

/// Name and value of "NAME=VALUE".
std::pair<std::string, std::string> halves(const char* quoted, const std::string& text,
                                           const char* example) {
  const std::size_t equals = text.find('=');
  std::string name(trimmed(std::string_view(text).substr(0, equals)));
  name.erase(0, std::min(name.size(), name.find_first_not_of('-')));
  std::ranges::replace(name, '_', '-');
  if (equals == std::string::npos || name.empty()) {
    throw UsageError(fmt::format("{} is \"{}\"; it must be an option and its values, such as {}",
                                 quoted, text, example));
  }
  return {name, std::string(trimmed(std::string_view(text).substr(equals + 1)))};
}

bool takes(const Field<train::Config>& field, const std::string& value) {
  train::Config config;
  try {
    field.set(config, value);
  } catch (const UsageError&) {
    return false;
  }
  return true;
}

/// What stands between the values of an axis. A double bar lets values have bars, as encoders of
/// several views do; a line's end, which no value has, leaves one value.
std::string_view separator_of(const Field<train::Config>& field, const std::string& values) {
  for (const char* bars : {" || ", "|"}) {
    if (values.find(bars) != std::string::npos) {
      return bars;
    }
  }
  return takes(field, values) ? "\n" : ",";
}

/// As values are told apart: an option reads "0.001" and "1e-3" alike, and no blanks.
std::string without_blanks(std::string text) {
  std::erase(text, ' ');
  return text;
}

double number_of(const std::string& text, const std::string& whole) {
  const auto number = FieldText<double>::parse(text);
  if (!number || !std::isfinite(*number)) {
    throw UsageError(fmt::format(R"(`range` is "{}", and "{}" in it is no number)", whole, text));
  }
  return *number;
}

std::string drawn_text(const Range& range, double uniform) {
  // Of whole numbers, each has a cell from half below it to half above.
  const double half = range.whole ? 0.5 : 0.0;
  const double low = range.low - half;
  const double high = range.high + half;
  const double value = range.logarithmic
                           ? std::exp(std::log(low) + uniform * (std::log(high) - std::log(low)))
                           : low + uniform * (high - low);
  if (range.whole) {
    return fmt::format("{:.0f}", std::clamp(std::round(value), range.low, range.high));
  }
  const auto rounded = FieldText<double>::parse(fmt::format("{:.4g}", value));
  return FieldText<double>::format(std::clamp(*rounded, range.low, range.high));
}

}  // namespace

const FieldTable<train::Config>& searched_fields() {
  static const FieldTable<train::Config> table = train::config_fields().groups(
      {"Data", "Pair", "Network", "Objective", "Optimisation", "Length", "Validation"});
  return table;
}

Axis parse_axis(const std::string& text) {
  constexpr const char* example =
      "learning-rate=0.001,0.01 or encoder=dense:8 | dense:64,relu,dense:8";
  const auto [name, values] = halves("`grid`", text, example);
  const auto& field = field_of("`grid`", name);
  Axis axis{field.name, {}};
  axis.values = split_at(values, separator_of(field, values));
  std::set<std::string> seen;
  for (const std::string& value : axis.values) {
    train::Config config;
    field.set(config, value);
    if (!seen.insert(without_blanks(field.text(config).value_or(""))).second) {
      throw UsageError(fmt::format("`grid` gives {} the value {} twice", field.name, value));
    }
  }
  return axis;
}

Range parse_range(const std::string& text) {
  constexpr const char* example = "learning-rate=log:1e-4:1e-1 or batch=log-integer:64:4096";
  const auto [name, value] = halves("`range`", text, example);
  const auto& field = field_of("`range`", name);
  const auto parts = split_at(value, ":");
  const std::string& kind = parts.front();
  const bool known =
      kind == "linear" || kind == "log" || kind == "integer" || kind == "log-integer";
  if (!known || parts.size() != 3) {
    throw UsageError(fmt::format(
        "`range` is \"{}\"; it must be NAME=KIND:LOW:HIGH with KIND linear, log, integer or "
        "log-integer, such as {}",
        text, example));
  }
  Range range{field.name, number_of(parts[1], text), number_of(parts[2], text),
              kind.starts_with("log"), kind.ends_with("integer")};
  if (range.whole && (range.low != std::floor(range.low) || range.high != std::floor(range.high))) {
    throw UsageError(fmt::format("`range` is \"{}\", and its ends are not whole numbers", text));
  }
  if (!(range.low < range.high) || (range.logarithmic && !(range.low > 0.0))) {
    throw UsageError(fmt::format("`range` is \"{}\"; the first number must be below the second{}",
                                 text, range.logarithmic ? ", and above 0" : ""));
  }
  train::Config config;
  // What only takes whole numbers takes the ends of some ranges, but nothing between.
  constexpr double between = 0.3819;
  for (const double place : {0.0, between, 1.0}) {
    field.set(config, drawn_text(range, place));
  }
  return range;
}

std::vector<Settings> grid_points(const std::vector<Axis>& axes) {
  std::vector<Settings> points{{}};
  for (const Axis& axis : axes) {
    std::vector<Settings> longer;
    longer.reserve(points.size() * axis.values.size());
    for (const Settings& point : points) {
      for (const std::string& value : axis.values) {
        longer.push_back(point);
        longer.back().emplace_back(axis.option, value);
      }
    }
    points = std::move(longer);
  }
  return points;
}

std::vector<Settings> random_points(const std::vector<Axis>& axes, const std::vector<Range>& ranges,
                                    std::size_t count, std::uint64_t seed) {
  constexpr std::size_t tries_of_a_point = 100;
  std::vector<Settings> points;
  std::set<Settings> seen;
  for (std::size_t draw = 0; points.size() < count && draw < tries_of_a_point * count; ++draw) {
    const CounterRandom random(seed, RandomStream::search, draw);
    Settings point;
    for (std::size_t k = 0; k < axes.size(); ++k) {
      point.emplace_back(axes[k].option, axes[k].values[random.below(axes[k].values.size(), k)]);
    }
    for (std::size_t k = 0; k < ranges.size(); ++k) {
      point.emplace_back(ranges[k].option, drawn_text(ranges[k], random.uniform(axes.size() + k)));
    }
    if (seen.insert(point).second) {
      points.push_back(std::move(point));
    }
  }
  return points;
}

train::Config config_at(const train::Config& base, const Settings& settings) {
  train::Config config = base;
  for (const auto& [option, value] : settings) {
    searched_fields().at(option).set(config, value);
  }
  try {
    train::validate(config);
  } catch (const UsageError& error) {
    throw settings.empty()
        ? UsageError(error.what())
        : UsageError(fmt::format("the trial {}: {}", describe(settings), error.what()));
  }
  return config;
}

std::string describe(const Settings& settings) {
  std::string text;
  for (const auto& [option, value] : settings) {
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", option, value);
  }
  return text.empty() ? "as given" : text;
}

}  // namespace infomax::compare
