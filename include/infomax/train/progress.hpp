// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>

#include "infomax/core/progress_line.hpp"
#include "infomax/core/stopwatch.hpp"
#include "infomax/train/step.hpp"

namespace infomax::train {

using infomax::ProgressMode;

/// Shows progress on standard error: epoch, objective and its terms, samples/s and the time left. A
/// narrow terminal gets the most important of these. Used by one rank.
class Progress {
 public:
  /// `first_step` is the number of steps done before.
  Progress(ProgressMode mode, std::uint64_t total_epochs, std::uint64_t total_steps,
           std::uint64_t first_step = 0);

  /// Called after each step; `step` and `epoch` are counted from 1.
  void step(std::uint64_t step, std::uint64_t epoch, const StepReport& report);

  /// Called after each validation; the next line shows its objective.
  void validated(double objective);

  /// Ends a live line, so that the next text starts on a line of its own.
  void finish() { line_.finish(); }

 private:
  [[nodiscard]] bool due(std::uint64_t step) const;
  void show(std::uint64_t step, std::uint64_t epoch, const StepReport& report);

  ProgressLine line_;
  std::uint64_t total_epochs_;
  std::uint64_t total_steps_;
  std::uint64_t first_step_;
  Stopwatch since_start_;
  double samples_ = 0.0;
  std::string validation_;  // "held out 0.12345", once there was one
};

}  // namespace infomax::train
