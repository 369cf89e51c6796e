// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <fstream>
#include <string>

#include "infomax/train/step.hpp"
#include "infomax/train/validation.hpp"

namespace infomax::train {

/// Running means and sums of an epoch's steps.
class EpochSummary {
 public:
  void add(const StepReport& report);

  [[nodiscard]] bool empty() const { return steps_ == 0; }

  /// Objective, its parts and the gradient norm as means over the steps; samples and times as sums;
  /// the last learning rate.
  [[nodiscard]] StepReport report() const;

  // For checkpoints.
  [[nodiscard]] const StepReport& sum() const { return sum_; }
  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  void restore(const StepReport& sum, std::uint64_t steps) {
    sum_ = sum;
    steps_ = steps;
  }

 private:
  StepReport sum_;
  std::uint64_t steps_ = 0;
};

/// `metrics.jsonl`: one JSON object a line, written and flushed as it happens. By one rank.
class MetricsFile {
 public:
  /// Begins anew where `steps_to_keep` is 0; else lines of later steps are cut off first, and what
  /// an interrupted write left. `within_epoch`: more steps of the last one's epoch follow, so that
  /// a line for the epoch is cut off too. Throws SystemError.
  explicit MetricsFile(const std::string& path, std::uint64_t steps_to_keep = 0,
                       bool within_epoch = false);

  /// `kind` is "step" or "epoch"; step and epoch count from 1, as done. Throws SystemError.
  void write(const std::string& kind, std::uint64_t step, std::uint64_t epoch,
             const StepReport& report);

  /// A line of kind "validation": of the state after `step`; `best` says that none before was
  /// better. Throws SystemError.
  void write_validation(std::uint64_t step, std::uint64_t epoch, const ValidationReport& report,
                        bool best);

 private:
  void write_line(const std::string& line);

  std::string path_;
  std::ofstream file_;
};

}  // namespace infomax::train
