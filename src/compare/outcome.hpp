// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "compare/intervals.hpp"
#include "compare/job.hpp"
#include "compare/options.hpp"
#include "compare/space.hpp"

namespace infomax::compare {

/// What was found of one trial, in the longest of its trainings.
struct TrialOutcome {
  std::size_t number = 0;               ///< of the trial, from 0
  Settings settings{};                  ///< that it varies
  std::size_t rung = 0;                 ///< of halving, that it came to
  std::optional<std::size_t> length{};  ///< epochs or steps of a training, of halving
  std::vector<JobResult> jobs{};        ///< of that rung: by repetition and fold
  std::string failure{};                ///< of the first job that failed; empty where none did
  ExitCode exit_code = ExitCode::done;  ///< of the failure
  MeanInterval score{};                 ///< where none failed
  /// Of its score less the best trial's in the same rung; unset of the best trial and of failed
  /// ones.
  std::optional<MeanInterval> difference{};
  double seconds = 0.0;  ///< of all its jobs
};

/// What a search found.
struct Outcome {
  std::vector<TrialOutcome> trials;  ///< the best first, the failed last
  double ratio = 0.0;                ///< held-out rows over training rows
  std::size_t values = 0;            ///< n of each interval
  bool averages_seeds = false;       ///< the n values are means over seeds

  /// Whether there is a best trial: not all failed.
  [[nodiscard]] bool has_best() const { return !trials.empty() && trials.front().failure.empty(); }
  /// The trials whose interval says that they are as good as the best one, or may be.
  [[nodiscard]] std::size_t undecided() const;
};

/// Ranks trials by their results: by rung, then by mean score. Where folds are the same in each
/// repetition, the n values of intervals are a fold's means over repetitions, since its scores
/// depend on each other; else the scores of all folds of all repetitions.
[[nodiscard]] Outcome rank_trials(const std::vector<Settings>& points,
                                  const std::vector<JobResult>& results, const Options& options,
                                  bool folds_are_random);

/// The trials of the rung that go on to the next: the best of `eta`, one at least.
[[nodiscard]] std::vector<std::size_t> survivors(const std::vector<JobResult>& results,
                                                 const std::vector<std::size_t>& trials,
                                                 std::size_t rung, std::size_t eta);

}  // namespace infomax::compare
