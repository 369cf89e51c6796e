// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>

#include "infomax/core/progress_line.hpp"
#include "infomax/core/stopwatch.hpp"
#include "infomax/train/step.hpp"

namespace infomax::train {

using infomax::parse_progress;
using infomax::ProgressMode;

/// Progress on standard error: epoch, objective and its parts, samples/s and time left. By one
/// rank.
class Progress {
 public:
  /// `first_step` steps were done before.
  Progress(ProgressMode mode, std::uint64_t total_epochs, std::uint64_t total_steps,
           std::uint64_t first_step = 0);

  /// After each step; `step` and `epoch` count from 1.
  void step(std::uint64_t step, std::uint64_t epoch, const StepReport& report);

  /// After each validation: what it found is shown from the next line on.
  void validated(double objective);

  /// Ends a live line, so that what follows starts on a line of its own.
  void finish() { line_.finish(); }

 private:
  [[nodiscard]] bool due(std::uint64_t step) const;
  [[nodiscard]] std::string text(std::uint64_t step, std::uint64_t epoch,
                                 const StepReport& report) const;

  ProgressLine line_;
  std::uint64_t total_epochs_;
  std::uint64_t total_steps_;
  std::uint64_t first_step_;
  Stopwatch since_start_;
  double samples_ = 0.0;
  std::string validation_;
};

}  // namespace infomax::train
