// SPDX-License-Identifier: BSD-3-Clause
#include "compare/outcome_json.hpp"

#include <utility>

#include "infomax/core/version.hpp"

namespace infomax::compare {
namespace {

Json to_json(const MeanInterval& interval) {
  return {{"mean", interval.mean},
          {"deviation", interval.deviation},
          {"standard_error", interval.standard_error},
          {"low", interval.low},
          {"high", interval.high}};
}

Json to_json(const Settings& settings) {
  Json object = Json::object();
  for (const auto& [option, value] : settings) {
    object[option] = value;
  }
  return object;
}

/// [repetition][fold]; null where a job failed.
Json scores_of(const TrialOutcome& trial, std::size_t repeats) {
  Json scores = Json::array();
  for (std::size_t repeat = 0; repeat < repeats; ++repeat) {
    scores.push_back(Json::array());
  }
  for (const JobResult& result : trial.jobs) {
    scores.at(result.job.repeat)
        .push_back(result.failure.empty() ? Json(result.score) : Json(nullptr));
  }
  return scores;
}

Json to_json(const TrialOutcome& trial, std::size_t repeats) {
  const bool failed = !trial.failure.empty();
  Json object{{"trial", trial.number},
              {"settings", to_json(trial.settings)},
              {"score", failed ? Json(nullptr) : to_json(trial.score)},
              {"difference", trial.difference ? to_json(*trial.difference) : Json(nullptr)},
              {"scores", scores_of(trial, repeats)},
              {"failure", failed ? Json(trial.failure) : Json(nullptr)},
              {"seconds", trial.seconds}};
  if (trial.length) {
    object["rung"] = trial.rung;
    object["length"] = *trial.length;
  }
  return object;
}

}  // namespace

Json to_json(const Plan& plan, const Found& found, int ranks, const std::string& command) {
  const Options& options = plan.options;
  const Outcome& outcome = found.outcome;
  Json trials = Json::array();
  for (const TrialOutcome& trial : outcome.trials) {
    trials.push_back(to_json(trial, options.seeds));
  }
  Json best = nullptr;
  if (outcome.has_best()) {
    const TrialOutcome& first = outcome.trials.front();
    best = {{"trial", first.number}, {"settings", to_json(first.settings)}, {"command", command}};
  }
  return {{"format", "infomax-compare"},
          {"version", 1},
          {"program", version},
          {"data", plan.base.data},
          {"rows", found.rows},
          {"score", FieldText<Score>::format(options.score)},
          {"folds", options.folds.count},
          {"fold_kind", FieldText<FoldKind>::format(found.kind)},
          {"groups", options.folds.groups},
          {"gap", options.folds.gap},
          {"seed", plan.base.seed},
          {"seeds", options.seeds},
          {"halving", options.halving ? Json(*options.halving) : Json(nullptr)},
          {"length_unit", plan.base.steps ? "steps" : "epochs"},
          {"confidence", options.confidence},
          {"values", outcome.values},
          {"values_are_means_over_seeds", outcome.averages_seeds},
          {"held_out_over_training_rows", outcome.ratio},
          {"undecided", outcome.undecided()},
          {"ranks", ranks},
          {"trainings", plan.jobs()},
          {"trials", std::move(trials)},
          {"best", std::move(best)}};
}

}  // namespace infomax::compare
