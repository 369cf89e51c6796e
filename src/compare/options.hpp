// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compare/folds.hpp"
#include "infomax/core/field.hpp"
#include "infomax/train/length.hpp"

namespace infomax::compare {

/// What a trial is judged by, on held-out rows.
enum class Score : std::uint8_t {
  objective,  ///< the objective of these rows as one batch, as `evaluate` has it
  fit,        ///< the same under the fit to the training rows, as `evaluate --fit` has it
  probe       ///< how well a linear model predicts labels from the representation
};

/// The scores as users write them.
inline constexpr std::array score_names{std::pair{"objective", Score::objective},
                                        std::pair{"fit", Score::fit},
                                        std::pair{"probe", Score::probe}};

/// Texts of an option that may be given several times, a line each.
struct Lines {
  std::vector<std::string> lines;
};

/// What is compared, on which rows and by what.
struct Options {
  Lines grid;                          ///< texts of parse_axis()
  Lines ranges;                        ///< texts of parse_range()
  std::optional<std::size_t> random;   ///< points drawn; unset: all of the grid
  std::optional<std::size_t> halving;  ///< ETA; unset: every trial is trained in full
  FoldOptions folds;                   ///< which rows are held out together
  std::size_t seeds = 1;               ///< repetitions
  Score score = Score::objective;      ///< what a trial is judged by
  double confidence = 0.95;            ///< of intervals
  std::size_t ranks_per_trial = 0;     ///< of a training; 0 = all
  train::Duration time_limit;          ///< 0 s = none
};

/// The table of Options.
[[nodiscard]] FieldTable<Options> option_fields();

}  // namespace infomax::compare

/// By the names that users write.
template <>
struct infomax::FieldText<infomax::compare::Score>
    : infomax::ChoiceText<infomax::compare::Score, infomax::compare::score_names> {};

/// A line each.
template <>
struct infomax::FieldText<infomax::compare::Lines> {
  /// @{ As FieldText describes it.
  static std::optional<compare::Lines> parse(std::string_view text) {
    compare::Lines lines;
    for (;;) {
      const std::size_t end = text.find('\n');
      if (const auto line = text.substr(0, end); !line.empty()) {
        lines.lines.emplace_back(line);
      }
      if (end == std::string_view::npos) {
        return lines;
      }
      text.remove_prefix(end + 1);
    }
  }
  static std::string format(const compare::Lines& lines) {
    std::string text;
    for (const std::string& line : lines.lines) {
      text += (text.empty() ? "" : "\n") + line;
    }
    return text;
  }
  static std::string expected() { return "a text"; }
  /// @}
};
