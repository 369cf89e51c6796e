// SPDX-License-Identifier: BSD-3-Clause
#include "report/probe_json.hpp"

#include <algorithm>

namespace infomax::report {
namespace {

void add_facts(Json& object, const ProbeFacts& facts, const analysis::PenaltyChoice& penalty) {
  object["features"] = facts.columns;
  object["train_samples"] = facts.train_rows;
  object["test_samples"] = facts.test_rows.value_or(facts.train_rows);
  object["normalize"] = data::name(facts.options.normalize);
  object["l2"] = penalty.l2;
  object["l2_is_chosen"] = penalty.was_chosen;
  if (penalty.was_chosen) {
    object["l2_splits"] = penalty.splits;
    object["l2_path"] = Json::array();
    for (const auto& [l2, loss] : penalty.path) {
      object["l2_path"].push_back({{"l2", l2}, {"held_out_loss", loss}});
    }
  }
  object["seed"] = facts.options.seed;
  if (!facts.groups.empty()) {
    object["groups"] = facts.groups;
  }
  object["ranks"] = facts.ranks;
  object["seconds"] = facts.seconds;
}

void add_interval(Json& object, const char* name,
                  const std::optional<analysis::NumberInterval>& interval) {
  if (interval) {
    object[name] = {interval->low, interval->high};
  }
}

void add_bootstrap(Json& object, const analysis::ProbeOptions& options) {
  if (options.bootstrap > 0) {
    object["bootstrap"] = options.bootstrap;
    object["confidence"] = options.confidence;
  }
}

/// Scores of folds, with what sums them up.
Json summary_of(const std::vector<double>& scores) {
  const auto [mean, deviation] = analysis::summarise(scores);
  return {{"mean", mean}, {"standard_deviation", deviation}, {"scores", scores}};
}

constexpr auto accuracy_of = [](const analysis::ClassFold& fold) { return fold.test.accuracy(); };
constexpr auto neighbour_accuracy_of = [](const analysis::ClassFold& fold) {
  return fold.neighbours->accuracy();
};
constexpr auto r2_of = [](const analysis::ValueFold& fold) { return fold.test.mean_r2; };
constexpr auto penalty_of = [](const auto& fold) { return fold.penalty.l2; };

Json rows_of(const Matrix<std::uint64_t>& matrix) {
  Json rows = Json::array();
  for (std::size_t i = 0; i < matrix.rows(); ++i) {
    const auto row = matrix.view().row(i);
    rows.push_back(std::vector<std::uint64_t>(row.begin(), row.end()));
  }
  return rows;
}

}  // namespace

analysis::LogisticOutcome worst_outcome(const analysis::ClassProbe& probe) {
  if (!probe.outcome.has_converged()) {
    return probe.outcome;
  }
  const auto found = std::ranges::find_if_not(
      probe.folds, [](const analysis::ClassFold& fold) { return fold.outcome.has_converged(); });
  return found == probe.folds.end() ? probe.outcome : found->outcome;
}

Json to_json(const ProbeFacts& facts, const analysis::ClassProbe& probe) {
  Json object{{"accuracy", probe.test.accuracy()},
              {"train_accuracy", probe.train.accuracy()},
              {"classes", probe.test.classes()}};
  if (!facts.class_names.empty()) {
    object["class_names"] = facts.class_names;
  }
  add_facts(object, facts, probe.penalty);
  object["loss"] = probe.outcome.f;
  object["iterations"] = probe.outcome.iterations;
  object["passes"] = probe.outcome.passes;
  object["relative_gap"] = probe.outcome.relative_gap;
  object["converged"] = worst_outcome(probe).has_converged();
  if (!probe.folds.empty()) {
    Json folds = summary_of(of_folds(probe.folds, accuracy_of));
    folds["samples"] =
        of_folds(probe.folds, [](const analysis::ClassFold& fold) { return fold.test.rows(); });
    folds["l2"] = of_folds(probe.folds, penalty_of);
    folds["loss"] = of_folds(probe.folds, [](const analysis::ClassFold& f) { return f.outcome.f; });
    if (probe.folds.front().neighbours) {
      folds["neighbours"] = summary_of(of_folds(probe.folds, neighbour_accuracy_of));
    }
    object["folds"] = folds;
  }
  if (probe.neighbours) {
    object["neighbours"] = facts.options.neighbours;
    object["metric"] = FieldText<analysis::Metric>::format(facts.options.metric);
    object["neighbour_accuracy"] = probe.neighbours->accuracy();
  }
  add_bootstrap(object, facts.options);
  add_interval(object, "accuracy_interval", probe.intervals.score);
  add_interval(object, "neighbour_accuracy_interval", probe.intervals.neighbours);
  add_interval(object, "accuracy_difference_interval", probe.intervals.difference);
  object["per_class"] = Json::array();
  for (std::size_t c = 0; c < probe.test.classes(); ++c) {
    object["per_class"].push_back({{"class", c},
                                   {"precision", probe.test.precision(c)},
                                   {"recall", probe.test.recall(c)},
                                   {"f1", probe.test.f1(c)},
                                   {"support", probe.test.support[c]}});
    if (c < facts.class_names.size()) {
      object["per_class"].back()["name"] = facts.class_names[c];
    }
  }
  if (!probe.test.confusion.empty()) {
    object["confusion"] = rows_of(probe.test.confusion);
  }
  return object;
}

Json to_json(const ProbeFacts& facts, const analysis::ValueProbe& probe) {
  Json object{{"r2", probe.test.mean_r2},
              {"mse", probe.test.mean_mse},
              {"train_r2", probe.train.mean_r2},
              {"train_mse", probe.train.mean_mse},
              {"targets", probe.test.r2.size()}};
  add_facts(object, facts, probe.penalty);
  add_bootstrap(object, facts.options);
  add_interval(object, "r2_interval", probe.intervals.score);
  object["r2_per_target"] = probe.test.r2;
  object["mse_per_target"] = probe.test.mse;
  if (!probe.folds.empty()) {
    Json folds = summary_of(of_folds(probe.folds, r2_of));
    folds["mse"] =
        of_folds(probe.folds, [](const analysis::ValueFold& fold) { return fold.test.mean_mse; });
    folds["l2"] = of_folds(probe.folds, penalty_of);
    object["folds"] = folds;
  }
  return object;
}

}  // namespace infomax::report
