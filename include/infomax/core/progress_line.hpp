// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "infomax/core/field_text.hpp"
#include "infomax/core/stopwatch.hpp"
#include "infomax/core/terminal.hpp"

namespace infomax {

/// How progress is shown.
enum class ProgressMode : std::uint8_t {
  automatic,  ///< live if the output, or mpirun's output under mpirun, is a terminal; else plain
  live,       ///< one line that is rewritten
  plain,      ///< a new line at intervals
  none,       ///< not at all
};

/// The modes as users write them.
inline constexpr std::array progress_names{
    std::pair{"auto", ProgressMode::automatic}, std::pair{"live", ProgressMode::live},
    std::pair{"plain", ProgressMode::plain}, std::pair{"none", ProgressMode::none}};
/// By the names that users write.
template <>
struct FieldText<ProgressMode> : ChoiceText<ProgressMode, progress_names> {};

/// Formats seconds as "1:05" or "2:00:30".
[[nodiscard]] std::string duration_text(double seconds);

/// Formats a number as "1,234,567".
[[nodiscard]] std::string grouped_text(double number);

/// A part of a line of progress, in ASCII, such as "J 0.12345".
struct ProgressField {
  std::string text;    ///< without the spaces around it
  int importance = 0;  ///< a narrow line leaves out the fields of least importance
};

/// The fields in their order, two spaces between them. A line of at most `columns` characters has
/// as many of the most important fields as fit, and where even the first of these is too long, its
/// beginning.
[[nodiscard]] std::string fitted_line(std::span<const ProgressField> fields, std::size_t columns);

/// A line on standard error that reports work in progress. Used by one rank.
class ProgressLine {
 public:
  /// `automatic` becomes `live` or `plain`, by what standard error leads to.
  explicit ProgressLine(ProgressMode mode);

  /// The style in use, never `automatic`.
  [[nodiscard]] ProgressMode mode() const { return mode_; }

  /// Whether it is time for another line: after 0.1 s for a live one, after 10 s for a plain one.
  [[nodiscard]] bool due() const;

  /// Shows a line: rewrites the live one, with the fields that the terminal has room for now, or
  /// logs all fields as a plain one.
  void show(std::span<const ProgressField> fields);

  /// Shows a line of one field.
  void show(std::string text) {
    const ProgressField all{std::move(text)};
    show({&all, 1});
  }

  /// Ends a live line, so that later output starts on a new line.
  void finish();

 private:
  std::optional<Terminal> terminal_;  // only where something is shown
  ProgressMode mode_;
  Stopwatch since_shown_;
  std::size_t shown_width_ = 0;
};

/// The progress of work whose amount is known: "encoding 45%, 0:12 left".
class WorkProgress {
 public:
  /// `what` names the work, such as "encoding".
  WorkProgress(ProgressMode mode, std::string what) : line_(mode), what_(std::move(what)) {}

  /// Reports that `done` of `all` units are done; all > 0.
  void reach(std::size_t done, std::size_t all);

  /// Ends a live line, so that later output starts on a new line.
  void finish() { line_.finish(); }

 private:
  ProgressLine line_;
  std::string what_;
  Stopwatch since_start_;
};

}  // namespace infomax
