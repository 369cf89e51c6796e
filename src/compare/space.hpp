// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "infomax/core/field.hpp"
#include "infomax/train/config.hpp"

/// Cross-validation and the search for settings, by many trainings.
namespace infomax::compare {

/// The options of trainings that a search may vary: all that say what is learnt and how.
[[nodiscard]] const FieldTable<train::Config>& searched_fields();

/// The values that one option takes in a search.
struct Axis {
  std::string option;               ///< "learning-rate"
  std::vector<std::string> values;  ///< one or more, as the option takes them
};

/// An interval that the value of one option is drawn from.
struct Range {
  std::string option;        ///< "learning-rate"
  double low = 0.0;          ///< the least value
  double high = 0.0;         ///< the greatest value
  bool logarithmic = false;  ///< uniform in the logarithm
  bool whole = false;        ///< whole numbers alone, `low` and `high` among them
};

/// "NAME=VALUE,VALUE" or "NAME=VALUE | VALUE": what the option takes as it stands is one value, so
/// that values with commas need bars; "NAME=VALUE || VALUE" where values have bars themselves.
/// Throws UsageError, which names what is wrong, also for a value that is there twice, however it
/// is written.
[[nodiscard]] Axis parse_axis(const std::string& text);

/// "NAME=KIND:LOW:HIGH", KIND being linear, log, integer or log-integer. Throws UsageError.
[[nodiscard]] Range parse_range(const std::string& text);

/// One point of a search: the options that it sets, in the order of the axes.
using Settings = FieldTexts;

/// All combinations, the last axis fastest; one without settings where there is no axis.
[[nodiscard]] std::vector<Settings> grid_points(const std::vector<Axis>& axes);

/// Up to `count` different points, by (seed, number) alone: of each axis one of its values, of each
/// range a number of four digits. Fewer where there are no more.
[[nodiscard]] std::vector<Settings> random_points(const std::vector<Axis>& axes,
                                                  const std::vector<Range>& ranges,
                                                  std::size_t count, std::uint64_t seed);

/// The configuration of a point. Throws UsageError where the settings do not fit the others; the
/// text then names the point.
[[nodiscard]] train::Config config_at(const train::Config& base, const Settings& settings);

/// "learning-rate=0.01 encoder=dense:8"; "as given" of none.
[[nodiscard]] std::string describe(const Settings& settings);

}  // namespace infomax::compare
