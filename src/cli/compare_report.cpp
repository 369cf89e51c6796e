// SPDX-License-Identifier: BSD-3-Clause
#include "cli/compare_report.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace infomax::cli {
namespace {

using compare::MeanInterval;
using compare::TrialOutcome;

const char* meaning_of(compare::Score score) {
  switch (score) {
    case compare::Score::objective:
      return "the objective of held-out rows";
    case compare::Score::fit:
      return "the objective of held-out rows under the fit to the training rows";
    case compare::Score::probe:
      return "accuracy (or R^2) of a linear probe on held-out rows";
  }
  return "";
}

std::string interval_text(const MeanInterval& interval) {
  return fmt::format("{:+.5f} [{:+.5f}, {:+.5f}]", interval.mean, interval.low, interval.high);
}

std::string row(const TrialOutcome& trial, std::size_t place, bool with_length) {
  const std::string length =
      with_length ? fmt::format("  {:>7}", trial.length.value_or(0)) : std::string();
  if (!trial.failure.empty()) {
    return fmt::format("{:>4}  {:>5}{}  {:>12}  {:>9}  {:<33}  {}\n", "-", trial.number, length,
                       "failed", "", "", compare::describe(trial.settings));
  }
  return fmt::format("{:>4}  {:>5}{}  {:>12.6f}  {:>9.6f}  {:<33}  {}\n", place, trial.number,
                     length, trial.score.mean, trial.score.standard_error,
                     trial.difference ? interval_text(*trial.difference) : "the best",
                     compare::describe(trial.settings));
}

std::string failures(const compare::Outcome& outcome) {
  std::string text;
  for (const TrialOutcome& trial : outcome.trials) {
    if (!trial.failure.empty()) {
      text += fmt::format("trial {} failed: {}\n", trial.number, trial.failure);
    }
  }
  return text;
}

std::string conclusion(const compare::Outcome& outcome) {
  const std::size_t others = outcome.trials.size() - 1;
  const std::size_t undecided = outcome.undecided();
  if (others == 0) {
    return "";
  }
  return undecided == 0
             ? "The best one is better than each of the others.\n"
             : fmt::format(
                   "{} of the {} others cannot be told from the best one: their intervals "
                   "include 0.\n",
                   undecided, others);
}

}  // namespace

std::string describe_folds(const compare::Plan& plan, const compare::Found& found) {
  const auto& options = plan.options;
  return fmt::format("{} {} folds of {} rows, {} seed{}", options.folds.count,
                     FieldText<compare::FoldKind>::format(found.kind), found.rows, options.seeds,
                     options.seeds == 1 ? "" : "s");
}

std::string compare_table(const compare::Plan& plan, const compare::Found& found,
                          const std::string& command) {
  const auto& outcome = found.outcome;
  const auto& options = plan.options;
  const bool with_length = options.halving.has_value();
  const std::string percent = fmt::format("{:g}%", 100.0 * options.confidence);
  std::string text =
      fmt::format("{}; score: {}\n\n{:>4}  {:>5}{}  {:>12}  {:>9}  {:<33}  settings\n",
                  describe_folds(plan, found), meaning_of(options.score), "", "trial",
                  with_length ? fmt::format("  {:>7}", plan.base.steps ? "steps" : "epochs") : "",
                  "score", "s.e.", fmt::format("less the best [{} interval]", percent));
  for (std::size_t k = 0; k < outcome.trials.size(); ++k) {
    text += row(outcome.trials[k], k + 1, with_length);
  }
  text += "\n" + failures(outcome);
  if (!outcome.has_best()) {
    return text;
  }
  text += conclusion(outcome);
  text += fmt::format(
      "Errors and intervals: Student's t of {} values ({}), paired, with the variance times 1/{} + "
      "{:.4g}\nfor training rows that overlap (Nadeau and Bengio 2003).{}\n\n"
      "The best one, trained on all rows:\n\n{}\n",
      outcome.values,
      outcome.averages_seeds ? "folds, each the mean over seeds" : "folds and seeds",
      outcome.values, outcome.ratio,
      outcome.trials.size() > 1
          ? " The best of many looks better than it is: what it is\nworth, rows tell that the "
            "search has not seen."
          : "",
      command);
  return text;
}

}  // namespace infomax::cli
