// SPDX-License-Identifier: BSD-3-Clause
#include "compare/outcome.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace infomax::compare {
namespace {

/// By trial and rung, in the order of repetitions and folds.
using ByTrial = std::map<std::pair<std::size_t, std::size_t>, std::vector<JobResult>>;

ByTrial by_trial(std::vector<JobResult> results) {
  std::ranges::sort(results, {}, &JobResult::job);
  ByTrial sorted;
  for (JobResult& result : results) {
    auto& of = sorted[{result.job.trial, result.job.rung}];
    of.push_back(std::move(result));
  }
  return sorted;
}

bool has_failed(const JobResult& result) { return !result.failure.empty(); }

double mean_score(const std::vector<JobResult>& jobs) {
  double sum = 0.0;
  for (const JobResult& job : jobs) {
    sum += job.score;
  }
  return sum / static_cast<double>(jobs.size());
}

/// The values that an interval is of.
std::vector<double> values_of(const std::vector<JobResult>& jobs, bool averages_seeds) {
  std::map<std::size_t, std::pair<double, double>> of_folds;  // sum and number of each fold
  std::vector<double> values;
  values.reserve(jobs.size());
  for (const JobResult& result : jobs) {
    auto& [sum, number] = of_folds[result.job.fold];
    sum += result.score;
    number += 1.0;
    values.push_back(result.score);
  }
  if (averages_seeds) {
    values.clear();
    values.reserve(of_folds.size());
    for (const auto& [fold, of_fold] : of_folds) {
      values.push_back(of_fold.first / of_fold.second);
    }
  }
  return values;
}

double ratio_of(const std::vector<JobResult>& results) {
  double training = 0.0;
  double held_out = 0.0;
  for (const JobResult& result : results) {
    training += static_cast<double>(result.training_rows);
    held_out += static_cast<double>(result.held_out_rows);
  }
  return training > 0.0 ? held_out / training : 0.0;
}

bool is_better(const TrialOutcome& a, const TrialOutcome& b) {
  const bool a_failed = !a.failure.empty();
  const bool b_failed = !b.failure.empty();
  if (a_failed != b_failed) {
    return b_failed;
  }
  if (a.rung != b.rung) {
    return a.rung > b.rung;
  }
  return !a_failed && a.score.mean != b.score.mean ? a.score.mean > b.score.mean
                                                   : a.number < b.number;
}

}  // namespace

std::size_t Outcome::undecided() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      trials, [](const TrialOutcome& t) { return t.difference && t.difference->high >= 0.0; }));
}

Outcome rank_trials(const std::vector<Settings>& points, const std::vector<JobResult>& results,
                    const Options& options, bool folds_are_random) {
  const ByTrial sorted = by_trial(results);
  Outcome outcome{.trials = {},
                  .ratio = ratio_of(results),
                  .values = 0,
                  .averages_seeds = !folds_are_random && options.seeds > 1};
  for (std::size_t number = 0; number < points.size(); ++number) {
    TrialOutcome trial{.number = number, .settings = points[number]};
    for (const auto& [key, jobs] : sorted) {
      if (key.first != number) {
        continue;
      }
      trial.rung = key.second;
      trial.jobs = jobs;
      for (const JobResult& job : jobs) {
        trial.seconds += job.seconds;
      }
    }
    const auto failed = std::ranges::find_if(trial.jobs, has_failed);
    if (failed != trial.jobs.end()) {
      trial.failure = failed->failure;
      trial.exit_code = failed->exit_code;
    } else {
      const auto values = values_of(trial.jobs, outcome.averages_seeds);
      outcome.values = values.size();
      trial.score = corrected_interval(values, outcome.ratio, options.confidence);
    }
    outcome.trials.push_back(std::move(trial));
  }
  std::ranges::sort(outcome.trials, is_better);
  if (!outcome.has_best()) {
    return outcome;
  }
  for (std::size_t k = 1; k < outcome.trials.size(); ++k) {
    TrialOutcome& trial = outcome.trials[k];
    if (!trial.failure.empty()) {
      continue;
    }
    const auto& best = sorted.at({outcome.trials.front().number, trial.rung});
    auto differences = values_of(trial.jobs, outcome.averages_seeds);
    const auto of_best = values_of(best, outcome.averages_seeds);
    std::ranges::transform(differences, of_best, differences.begin(), std::minus<>());
    trial.difference = corrected_interval(differences, outcome.ratio, options.confidence);
  }
  return outcome;
}

std::vector<std::size_t> survivors(const std::vector<JobResult>& results,
                                   const std::vector<std::size_t>& trials, std::size_t rung,
                                   std::size_t eta) {
  const ByTrial sorted = by_trial(results);
  std::vector<std::pair<double, std::size_t>> ranked;
  for (const std::size_t trial : trials) {
    const auto& jobs = sorted.at({trial, rung});
    if (std::ranges::none_of(jobs, has_failed)) {
      ranked.emplace_back(-mean_score(jobs), trial);
    }
  }
  std::ranges::sort(ranked);
  ranked.resize(std::min(ranked.size(), std::max<std::size_t>(1, trials.size() / eta)));
  std::vector<std::size_t> best;
  best.reserve(ranked.size());
  for (const auto& [score, trial] : ranked) {
    best.push_back(trial);
  }
  std::ranges::sort(best);
  return best;
}

}  // namespace infomax::compare
