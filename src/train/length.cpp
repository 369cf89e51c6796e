// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/length.hpp"

#include <array>
#include <limits>
#include <utility>

#include "infomax/core/error.hpp"

namespace infomax {
namespace {

using train::CheckpointInterval;
using train::Duration;
using train::Length;

constexpr std::array length_units{std::pair{"steps", Length::Unit::steps},
                                  std::pair{"epochs", Length::Unit::epochs}};
constexpr std::array duration_units{std::pair{"min", Duration::Unit::minutes},
                                    std::pair{"s", Duration::Unit::seconds},
                                    std::pair{"h", Duration::Unit::hours}};

/// A number and the unit that is written behind it.
template <class Measure, class Number, class Units>
std::optional<Measure> parse_measure(std::string_view text, const Units& units) {
  for (const auto& [name, unit] : units) {
    if (text.ends_with(name)) {
      const std::size_t digits = text.size() - std::string_view(name).size();
      const auto number = FieldText<Number>::parse(text.substr(0, digits));
      if (number) {
        return Measure{*number, unit};
      }
    }
  }
  return std::nullopt;
}

template <class Units, class Unit>
std::string name_in(const Units& units, Unit wanted) {
  for (const auto& [name, unit] : units) {
    if (unit == wanted) {
      return name;
    }
  }
  return {};
}

}  // namespace

std::optional<Length> FieldText<Length>::parse(std::string_view text) {
  return parse_measure<Length, std::uint64_t>(text, length_units);
}

std::string FieldText<Length>::format(const Length& length) {
  return FieldText<std::uint64_t>::format(length.count) + name_in(length_units, length.unit);
}

std::optional<Duration> FieldText<Duration>::parse(std::string_view text) {
  const auto duration = parse_measure<Duration, double>(text, duration_units);
  return duration && duration->number >= 0.0 && duration->number <= 1e9 ? duration : std::nullopt;
}

std::string FieldText<Duration>::format(const Duration& duration) {
  return FieldText<double>::format(duration.number) + name_in(duration_units, duration.unit);
}

std::optional<CheckpointInterval> FieldText<CheckpointInterval>::parse(std::string_view text) {
  if (text == "never") {
    return CheckpointInterval{CheckpointInterval::Never{}};
  }
  if (const auto length = FieldText<Length>::parse(text); length && length->count > 0) {
    return CheckpointInterval{*length};
  }
  if (const auto time = FieldText<Duration>::parse(text); time && time->number > 0.0) {
    return CheckpointInterval{*time};
  }
  return std::nullopt;
}

std::string FieldText<CheckpointInterval>::format(const CheckpointInterval& interval) {
  if (const auto* const length = std::get_if<Length>(&interval.every)) {
    return FieldText<Length>::format(*length);
  }
  if (const auto* const time = std::get_if<Duration>(&interval.every)) {
    return FieldText<Duration>::format(*time);
  }
  return "never";
}

namespace train {

std::uint64_t in_steps(const Length& length, std::uint64_t steps_per_epoch,
                       std::string_view quoted) {
  if (length.unit == Length::Unit::steps) {
    return length.count;
  }
  if (length.count > std::numeric_limits<std::uint64_t>::max() / steps_per_epoch) {
    throw UsageError(std::string(quoted) + " is " + FieldText<Length>::format(length) +
                     ", which is more steps than can be counted");
  }
  return length.count * steps_per_epoch;
}

double Duration::seconds() const {
  switch (unit) {
    case Unit::seconds:
      return number;
    case Unit::minutes:
      return 60.0 * number;
    case Unit::hours:
      return 3600.0 * number;
  }
  return number;
}

}  // namespace train
}  // namespace infomax
