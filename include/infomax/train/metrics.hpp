// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <fstream>
#include <string>

#include "infomax/train/step.hpp"
#include "infomax/train/validation.hpp"

namespace infomax::train {

/// Sums over the steps of an epoch, and the means they give.
class EpochSummary {
 public:
  /// Adds the report of one step.
  void add(const StepReport& report);

  /// Whether no step was added.
  [[nodiscard]] bool empty() const { return steps_ == 0; }

  /// Returns means over the steps of the objective, its terms and the gradient norm, sums of
  /// samples and times, and the last learning rate.
  [[nodiscard]] StepReport report() const;

  /// Returns the sums over all steps, for a checkpoint.
  [[nodiscard]] const StepReport& sum() const { return sum_; }
  [[nodiscard]] std::uint64_t steps() const { return steps_; }  ///< number of steps that were added
  /// Restores what sum() and steps() gave to a checkpoint.
  void restore(const StepReport& sum, std::uint64_t steps) {
    sum_ = sum;
    steps_ = steps;
  }

 private:
  StepReport sum_;
  std::uint64_t steps_ = 0;
};

/// Writes `metrics.jsonl`, one JSON object a line, and flushes each line. Used by one rank.
class MetricsFile {
 public:
  /// Begins an empty file where `steps_to_keep` is 0. Otherwise removes lines of later steps and
  /// an incomplete last line. `within_epoch` says that more steps of the last step's epoch follow,
  /// so that the line of that epoch is removed too. `validated` says that the validation after the
  /// last step counts; if not, its line is removed. Throws SystemError.
  explicit MetricsFile(const std::string& path, std::uint64_t steps_to_keep = 0,
                       bool within_epoch = false, bool validated = true);

  /// `kind` is "step" or "epoch"; step and epoch are counted from 1. Throws SystemError.
  void write(const std::string& kind, std::uint64_t step, std::uint64_t epoch,
             const StepReport& report);

  /// Writes a line of kind "validation" for the state after `step`; `best` says that it is better
  /// than all before. Throws SystemError.
  void write_validation(std::uint64_t step, std::uint64_t epoch, const ValidationReport& report,
                        bool best);

 private:
  void write_line(const std::string& line);

  std::string path_;
  std::ofstream file_;
};

}  // namespace infomax::train
