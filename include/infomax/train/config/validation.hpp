// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "infomax/core/field.hpp"
#include "infomax/train/length.hpp"

namespace infomax::train {

/// What to validate on: a file, or a share of the samples that is kept from training.
struct ValidationData {
  std::string file;       ///< empty: a share
  double fraction = 0.0;  ///< between 0 and 1

  /// True if both name the same file or fraction.
  friend bool operator==(const ValidationData&, const ValidationData&) = default;
};

/// The stretches that a share of lagged pairs is held out in.
struct ValidationBlocks {
  std::size_t count = 0;  ///< 0: the last pairs alone, which earlier versions took

  /// True if both say the same number.
  friend bool operator==(const ValidationBlocks&, const ValidationBlocks&) = default;
};

}  // namespace infomax::train

/// A number from 1 on, or "last".
template <>
struct infomax::FieldText<infomax::train::ValidationBlocks> {
  /// @{ As FieldText describes it.
  static std::optional<train::ValidationBlocks> parse(std::string_view text) {
    if (same_name("last", text)) {
      return train::ValidationBlocks{0};
    }
    const auto count = FieldText<std::size_t>::parse(text);
    return count && *count > 0 ? std::optional(train::ValidationBlocks{*count}) : std::nullopt;
  }
  static std::string format(const train::ValidationBlocks& blocks) {
    return blocks.count == 0 ? "last" : FieldText<std::size_t>::format(blocks.count);
  }
  static std::string expected() { return "1 or more, or last"; }
  /// @}
};

/// A number between 0 and 1 is a share; every text that is no number is a file.
template <>
struct infomax::FieldText<infomax::train::ValidationData> {
  /// @{ As FieldText describes it.
  static std::optional<train::ValidationData> parse(std::string_view text) {
    const auto fraction = FieldText<double>::parse(text);
    if (!fraction) {
      return train::ValidationData{std::string(text), 0.0};
    }
    const bool is_share = *fraction > 0.0 && *fraction < 1.0;
    return is_share ? std::optional(train::ValidationData{"", *fraction}) : std::nullopt;
  }
  static std::string format(const train::ValidationData& chosen) {
    return chosen.file.empty() ? FieldText<double>::format(chosen.fraction) : chosen.file;
  }
  static std::string expected() { return "a share of the rows between 0 and 1, or a file"; }
  /// @}
};

namespace infomax::train {

/// When and on what a run is validated, and when it ends early.
struct ValidationConfig {
  std::optional<ValidationData> validation;  ///< unset: no validation
  /// Of a share with the pair `lag`; unset: data::default_stretches().
  std::optional<ValidationBlocks> validation_blocks;
  std::optional<Length> validate_every;   ///< unset: every epoch
  std::optional<std::size_t> early_stop;  ///< validations without improvement; unset: never
};

/// The fields of ValidationConfig: names, help and checks.
[[nodiscard]] inline FieldTable<ValidationConfig> validation_fields() {
  using Config = ValidationConfig;
  FieldTable<Config> table;
  table.group("Validation")
      .add("validation", &Config::validation, "FILE|FRACTION",
           "measure the objective on data that training does not see: a file, or a share of the "
           "rows between 0 and 1 (with `pair` lag in `validation_blocks`), kept out by `seed`, the "
           "same on any number of ranks; model.h5 then holds the best model by it, not the last",
           {[](const ValidationData& chosen) {
              return !chosen.file.empty() || (chosen.fraction > 0.0 && chosen.fraction < 1.0);
            },
            FieldText<ValidationData>::expected()})
      .add("validation-blocks", &Config::validation_blocks, "K|last",
           "for `pair` lag: hold the share out in K stretches along the trajectories, each at a "
           "place that `seed` chooses in its K-th of the pairs; pairs that straddle a border are "
           "left out. Stretches as long as the longest trajectory are whole trajectories. Default "
           "10, or fewer where trajectories or lags are long. last: the end alone, as runs of "
           "version 0.1 have it")
      .decided_by_data()
      .add("validate-every", &Config::validate_every, "LENGTH",
           "such as 500steps or 2epochs; default 1epochs, and always after the last step",
           {[](const Length& length) { return length.count > 0; },
            "1 step or more, such as 500steps or 2epochs"})
      .may_change()
      .add("early-stop", &Config::early_stop, "PATIENCE",
           "end after so many validations without improvement", one_or_more())
      .may_change();
  return table;
}

}  // namespace infomax::train
