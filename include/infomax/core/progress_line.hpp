// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "infomax/core/field_text.hpp"
#include "infomax/core/stopwatch.hpp"

namespace infomax {

enum class ProgressMode : std::uint8_t {
  automatic,  ///< live on a terminal (mpirun's own, where this process's output is a pipe to it)
  live,       ///< one line, rewritten
  plain,      ///< a line now and then
  none,
};

inline constexpr std::array progress_names{
    std::pair{"auto", ProgressMode::automatic}, std::pair{"live", ProgressMode::live},
    std::pair{"plain", ProgressMode::plain}, std::pair{"none", ProgressMode::none}};
template <>
struct FieldText<ProgressMode> : ChoiceText<ProgressMode, progress_names> {};

/// Throws UsageError naming the choices.
[[nodiscard]] ProgressMode parse_progress(const std::string& name);

/// "1:05", "2:00:30".
[[nodiscard]] std::string duration_text(double seconds);

/// "1,234,567".
[[nodiscard]] std::string grouped_text(double number);

/// What is said on standard error of work under way. By one rank.
class ProgressLine {
 public:
  explicit ProgressLine(ProgressMode mode);

  /// Never `automatic`.
  [[nodiscard]] ProgressMode mode() const { return mode_; }

  /// Whether the last line is old enough for another: 0.1 s of a live one, 10 s of a plain one.
  [[nodiscard]] bool due() const;

  void show(const std::string& text);

  /// Ends a live line, so that what follows starts on a line of its own.
  void finish();

 private:
  ProgressMode mode_;
  Stopwatch since_shown_;
  std::size_t shown_width_ = 0;
};

/// Progress of work whose amount is known: "encoding 45%, 0:12 left".
class WorkProgress {
 public:
  WorkProgress(ProgressMode mode, std::string what) : line_(mode), what_(std::move(what)) {}

  /// `done` of `all` are done, in whatever unit; all > 0.
  void reach(std::size_t done, std::size_t all);

  void finish() { line_.finish(); }

 private:
  ProgressLine line_;
  std::string what_;
  Stopwatch since_start_;
};

}  // namespace infomax
