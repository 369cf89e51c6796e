// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "infomax/core/field_text.hpp"

/// @file
/// How long something lasts, or how often it happens, as users write it.

namespace infomax::train {

/// "500steps" or "2epochs".
struct Length {
  /// What `count` counts.
  enum class Unit : std::uint8_t { steps, epochs };

  std::uint64_t count = 0;  ///< whole steps or epochs
  Unit unit = Unit::steps;  ///< of `count`

  /// True if number and unit are equal: 2 epochs differ from as many steps.
  friend bool operator==(const Length&, const Length&) = default;
};

/// A length of `count` steps.
[[nodiscard]] constexpr Length steps(std::uint64_t count) { return {count, Length::Unit::steps}; }
/// A length of `count` epochs.
[[nodiscard]] constexpr Length epochs(std::uint64_t count) { return {count, Length::Unit::epochs}; }

/// The length in steps. Throws UsageError, which names the field as `quoted`, where there are too
/// many.
[[nodiscard]] std::uint64_t in_steps(const Length& length, std::uint64_t steps_per_epoch,
                                     std::string_view quoted);

/// "3600s", "50min" or "2h"; the number is 0 or more, at most 1e9, and need not be whole.
struct Duration {
  /// What `number` counts.
  enum class Unit : std::uint8_t { seconds, minutes, hours };

  double number = 0.0;        ///< in `unit`
  Unit unit = Unit::seconds;  ///< of `number`

  [[nodiscard]] double seconds() const;  ///< the duration in seconds

  /// True if number and unit are equal: 60 s differ from 1 min.
  friend bool operator==(const Duration&, const Duration&) = default;
};

/// How often checkpoints are written: never, or each time so many steps or so much time has passed.
struct CheckpointInterval {
  /// No checkpoints before the end.
  struct Never {
    /// Always true.
    friend bool operator==(const Never&, const Never&) = default;
  };

  /// The time or the number of steps between checkpoints.
  std::variant<Never, Length, Duration> every = Duration{10.0, Duration::Unit::minutes};

  /// True if both are the same kind of interval and equal.
  friend bool operator==(const CheckpointInterval&, const CheckpointInterval&) = default;
};

}  // namespace infomax::train

namespace infomax {

/// A whole number and "steps" or "epochs", as in "500steps".
template <>
struct FieldText<train::Length> {
  /// @{ As FieldText describes it.
  static std::optional<train::Length> parse(std::string_view text);
  static std::string format(const train::Length& length);
  static std::string expected() { return "a length such as 500steps or 2epochs"; }
  /// @}
};

/// A number and "s", "min" or "h", as in "50min".
template <>
struct FieldText<train::Duration> {
  /// @{ As FieldText describes it.
  static std::optional<train::Duration> parse(std::string_view text);
  static std::string format(const train::Duration& duration);
  static std::string expected() { return "a time such as 3600s, 50min or 2h, or 0s for none"; }
  /// @}
};

/// "never", or a text of Length or Duration.
template <>
struct FieldText<train::CheckpointInterval> {
  /// @{ As FieldText describes it.
  static std::optional<train::CheckpointInterval> parse(std::string_view text);
  static std::string format(const train::CheckpointInterval& interval);
  static std::string expected() { return "such as 5steps, 2epochs, 60s, 10min or never"; }
  /// @}
};

}  // namespace infomax
