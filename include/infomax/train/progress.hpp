#pragma once

#include <cstdint>
#include <string>

#include "infomax/core/stopwatch.hpp"
#include "infomax/train/step.hpp"

namespace infomax::train {

enum class ProgressMode : std::uint8_t {
  automatic,  ///< live on a terminal (mpirun's own, where this process's output is a pipe to it)
  live,       ///< one line, rewritten
  plain,      ///< a line now and then
  none,
};

/// Throws UsageError naming the choices.
[[nodiscard]] ProgressMode parse_progress(const std::string& name);

/// Progress on standard error: epoch, objective and its parts, samples/s and time left. By one
/// rank.
class Progress {
 public:
  Progress(ProgressMode mode, std::uint64_t total_epochs, std::uint64_t total_steps);

  /// After each step; `step` and `epoch` count from 1.
  void step(std::uint64_t step, std::uint64_t epoch, const StepReport& report);

  /// Ends a live line, so that what follows starts on a line of its own.
  void finish();

 private:
  [[nodiscard]] bool due(std::uint64_t step) const;
  [[nodiscard]] std::string line(std::uint64_t step, std::uint64_t epoch,
                                 const StepReport& report) const;

  ProgressMode mode_;
  std::uint64_t total_epochs_;
  std::uint64_t total_steps_;
  Stopwatch since_start_;
  Stopwatch since_shown_;
  double samples_ = 0.0;
  std::size_t shown_width_ = 0;
};

}  // namespace infomax::train
