// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "compare/search.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/objective/make.hpp"
#include "infomax/objective/spectral.hpp"

namespace infomax::compare {
namespace {

/// The epochs or steps of a training in full.
std::size_t full_length(const train::Config& config) {
  return config.steps ? *config.steps : config.epochs.value_or(0);
}

/// Each axis and range once, and no option of both.
void require_distinct(const std::vector<Axis>& axes, const std::vector<Range>& ranges) {
  std::vector<std::string> names;
  names.reserve(axes.size() + ranges.size());
  for (const Axis& axis : axes) {
    names.push_back(axis.option);
  }
  for (const Range& range : ranges) {
    names.push_back(range.option);
  }
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names);
  if (twice != names.end()) {
    throw UsageError(
        fmt::format("{} is searched twice; give its values in one `grid` or `range`", *twice));
  }
}

std::vector<Settings> make_points(const train::Config& base, const Options& options) {
  std::vector<Axis> axes;
  axes.reserve(options.grid.lines.size());
  for (const std::string& text : options.grid.lines) {
    axes.push_back(parse_axis(text));
  }
  std::vector<Range> ranges;
  ranges.reserve(options.ranges.lines.size());
  for (const std::string& text : options.ranges.lines) {
    ranges.push_back(parse_range(text));
  }
  require_distinct(axes, ranges);
  if (!options.random) {
    if (!ranges.empty()) {
      throw UsageError("`range` is what `random` draws from; give `random` 20, or a `grid`");
    }
    return grid_points(axes);
  }
  if (axes.empty() && ranges.empty()) {
    throw UsageError(
        "`random` has nothing to draw; give `range` learning-rate=log:1e-4:1e-1, or a `grid`");
  }
  auto points = random_points(axes, ranges, *options.random, base.seed);
  if (points.size() < *options.random) {
    log::warning(fmt::format("`random` {} asks for more trials than there are: {}", *options.random,
                             points.size()));
  }
  return points;
}

void check_halving(const Plan& plan) {
  if (!plan.options.halving) {
    return;
  }
  for (std::size_t k = 0; k < plan.trials.size(); ++k) {
    if (full_length(plan.trials[k]) == 0) {
      throw UsageError(
          fmt::format("`halving` shortens trainings, and the trial {} has no length; give `epochs` "
                      "or `steps`",
                      describe(plan.points[k])));
    }
  }
  if (plan.rungs() < 2) {
    throw UsageError(fmt::format(
        "`halving` {} needs {} trials or more, and trainings of as many epochs or steps; leave it "
        "out",
        *plan.options.halving, *plan.options.halving));
  }
}

/// Throws UsageError where trials would be scored by labels of their own.
void require_same_labels(const Plan& plan) {
  const train::Config& first = plan.trials.front();
  const bool are_given = !plan.options.folds.labels.empty();
  if (plan.options.score != Score::probe || (are_given && label_path(plan) != first.y)) {
    return;
  }
  for (const train::Config& trial : plan.trials) {
    if ((!are_given && trial.y != first.y) || trial.target != first.target) {
      throw UsageError(
          "`score` probe predicts `y`, and the search varies `y` or `target`: scores of unlike "
          "labels cannot be compared; name another data set by `labels`");
    }
  }
}

/// Throws UsageError where a search varies what changes no trial.
void require_used(const Plan& plan) {
  const auto has_steps = [](const train::Config& trial) { return trial.steps.has_value(); };
  for (const auto& [option, value] : plan.points.front()) {
    if (option == "epochs" && std::ranges::all_of(plan.trials, has_steps)) {
      throw UsageError(
          "the search varies epochs, and no trial uses it: `steps` stands for them; leave one out");
    }
    const auto& field = searched_fields().at(option);
    const auto ignores = [&](const train::Config& trial) {
      return !field.used(trial) ||
             (!field.refuser.empty() &&
              searched_fields().at(field.refuser).text(trial) == field.refusing);
    };
    if (std::ranges::all_of(plan.trials, ignores)) {
      const std::string& chooser = field.refuser.empty() ? field.chooser : field.refuser;
      throw UsageError(fmt::format(
          "the search varies {}, and no trial uses it: `{}` is {}; leave it out", option, chooser,
          searched_fields().at(chooser).text(plan.trials.front()).value_or("unset")));
    }
  }
}

void check_score(const Plan& plan) {
  if (plan.options.score != Score::fit) {
    return;
  }
  for (const train::Config& trial : plan.trials) {
    if (!objective::make_spectral_function(trial.objective_options())) {
      throw UsageError(fmt::format(
          "`score` fit is for objectives of canonical correlations ({}), and `objective` is {}",
          objective::spectral_objectives(), trial.objective.objective));
    }
  }
}

void check_streaming(const train::Config& config) {
  if (config.data_mode == data::DataMode::stream) {
    throw UsageError(
        "`data_mode` stream reads pages of a file, and a fold's rows are read into memory; leave "
        "it "
        "out");
  }
}

}  // namespace

std::size_t Plan::rungs() const {
  if (!options.halving) {
    return 1;
  }
  std::size_t shortest = full_length(trials.front());
  for (const train::Config& trial : trials) {
    shortest = std::min(shortest, full_length(trial));
  }
  std::size_t rungs = 1;
  for (std::size_t n = std::min(trials.size(), shortest); n >= *options.halving;
       n /= *options.halving) {
    ++rungs;
  }
  return rungs;
}

std::optional<std::size_t> Plan::length(std::size_t trial, std::size_t rung) const {
  if (!options.halving) {
    return std::nullopt;
  }
  std::size_t length = full_length(trials[trial]);
  for (std::size_t k = rung + 1; k < rungs(); ++k) {
    length = (length + *options.halving - 1) / *options.halving;
  }
  return length;
}

train::Config Plan::config(std::size_t trial, std::size_t rung) const {
  train::Config config = trials[trial];
  if (const auto shortened = length(trial, rung)) {
    (config.steps ? config.steps : config.epochs) = shortened;
  }
  return config;
}

std::size_t Plan::trials_of(std::size_t rung) const {
  std::size_t count = trials.size();
  for (std::size_t k = 0; k < rung; ++k) {
    count = std::max<std::size_t>(1, count / *options.halving);
  }
  return count;
}

std::size_t Plan::jobs() const {
  std::size_t count = 0;
  for (std::size_t rung = 0; rung < rungs(); ++rung) {
    count += trials_of(rung) * options.seeds * options.folds.count;
  }
  return count;
}

Plan make_plan(const train::Config& base, const Options& options) {
  check_streaming(base);
  Plan plan{base, options, make_points(base, options), {}};
  plan.trials.reserve(plan.points.size());
  for (const Settings& point : plan.points) {
    plan.trials.push_back(config_at(base, point));
  }
  require_used(plan);
  require_same_labels(plan);
  check_score(plan);
  check_halving(plan);
  return plan;
}

const std::string& label_path(const Plan& plan) {
  const std::string& labels = plan.options.folds.labels;
  return labels.empty() ? plan.trials.front().y : labels;
}

std::string settings_of(const Plan& plan, const DataFacts& data) {
  FieldTexts texts;
  // What changes no result, or only how long it takes.
  const auto is_of_the_run = [](const std::string& name) {
    constexpr std::array<std::string_view, 6> names{"output",      "threads",     "data",
                                                    "micro-batch", "data-memory", "data-mode"};
    return std::ranges::find(names, name) != names.end();
  };
  for (auto& [name, text] : train::config_fields().texts(plan.base)) {
    if (!is_of_the_run(name)) {
      texts.emplace_back(name, std::move(text));
    }
  }
  const Options& options = plan.options;
  for (auto& [name, text] : option_fields().texts(options)) {
    if (name != "grid" && name != "range" && name != "ranks-per-trial" && name != "time-limit" &&
        name != "confidence") {
      texts.emplace_back(name, std::move(text));
    }
  }
  for (const std::string& line : options.grid.lines) {
    texts.emplace_back("grid", line);
  }
  for (const std::string& line : options.ranges.lines) {
    texts.emplace_back("range", line);
  }
  for (const std::string& line : data.contents) {
    texts.emplace_back("content", line);
  }
  return to_ini(texts);
}

}  // namespace infomax::compare
