// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "cli/cli.hpp"
#include "cli/compare_report.hpp"
#include "cli/field_names.hpp"
#include "cli/progress_options.hpp"
#include "cli/runtime.hpp"
#include "cli/unused_options.hpp"
#include "compare/outcome_json.hpp"
#include "compare/search.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/core/version.hpp"
#include "infomax/math/blas_runtime.hpp"
#include "infomax/mpi/failure.hpp"
#include "report/command.hpp"
#include "report/page.hpp"

namespace infomax::cli {
namespace {

struct CompareConfig {
  train::Config train;
  compare::Options options;
  std::string output;
  bool overwrite = false;
  bool json = false;
  ProgressOptions progress;
};

/// Since the program was loaded.
const Stopwatch since_compare_start;

/// The options of trainings but for those of a run's own files and signals.
FieldTable<train::Config> training_fields() {
  return train::config_fields().groups({"Data", "Pair", "Network", "Objective", "Optimisation",
                                        "Length", "Validation", "Reproducibility", "Machine"});
}

const FieldTable<CompareConfig>& compare_fields() {
  static const FieldTable<CompareConfig> fields = [] {
    using Config = CompareConfig;
    FieldTable<Config> table;
    table.include(&Config::options, compare::option_fields())
        .group("Output")
        .add("output", &Config::output, "DIR",
             "directory for compare.json, compare.html (a page to open in a browser) and the "
             "results of each training; the same command line goes on where it was stopped")
        .add("overwrite", &Config::overwrite, "",
             "replace a search that is there; without it, a search that was stopped goes on")
        .add("json", &Config::json, "", "print one JSON object instead of a table")
        .include(&Config::progress, progress_fields())
        .include(&Config::train, training_fields());
    return table;
  }();
  return fields;
}

/// Warns of what can be said of a search before it begins.
void check_search(const OptionTable& options, const CompareConfig& config,
                  const compare::Plan& plan) {
  const auto& searched = plan.points.front();
  const auto varies = [&](std::string_view name) {
    return std::ranges::find(searched, name, &FieldTexts::value_type::first) != searched.end();
  };
  const auto table = training_fields();
  bool choices_vary = false;
  bool objectives_vary = false;
  for (const auto& field : table.fields()) {
    choices_vary = choices_vary || varies(field.chooser) || varies(field.refuser);
    objectives_vary = objectives_vary ||
                      ((field.group == "Objective" || field.name == "pair") && varies(field.name));
  }
  if (!choices_vary) {
    check_unused_options(options, table, plan.trials.front());
  }
  if (objectives_vary && config.options.score != compare::Score::probe) {
    log::warning(
        "the trials maximise different objectives, whose values say little of each other; `score` "
        "probe compares their representations");
  }
}

/// The command that trains as the best trial does, on all rows.
std::string best_command(const CompareConfig& config, const compare::Plan& plan,
                         const compare::Found& found, int ranks) {
  if (!found.outcome.has_best()) {
    return "";
  }
  train::Config best = plan.trials[found.outcome.trials.front().number];
  best.threads = config.train.threads;
  best.output = (std::filesystem::path(config.output) / "best").string();
  return report::command_of(train::config_fields().texts(best), std::to_string(ranks));
}

void show(const compare::Progress& progress, const compare::Plan& plan) {
  const auto& [job, score, failure, exit_code, seconds, training, held_out] = progress.last;
  const std::string found =
      failure.empty() ? fmt::format("score {:.6f}", score) : fmt::format("failed: {}", failure);
  log::info(fmt::format("{} of {}  trial {} ({})  seed {}  fold {}  {}  {:.1f} s{}", progress.done,
                        progress.all, job.trial, compare::describe(plan.points[job.trial]),
                        plan.base.seed + job.repeat, job.fold, found, seconds,
                        progress.done < progress.all
                            ? fmt::format(", about {} left", duration_text(progress.left_s))
                            : ""));
}

std::string describe_plan(const compare::Plan& plan, int ranks) {
  const std::size_t of_group = plan.options.ranks_per_trial;
  const std::size_t groups = of_group == 0 || of_group > static_cast<std::size_t>(ranks)
                                 ? 1
                                 : static_cast<std::size_t>(ranks) / of_group;
  return fmt::format("search     {} trial{}, {} folds, {} seed{}: {} trainings{}{}",
                     plan.trials.size(), plan.trials.size() == 1 ? "" : "s",
                     plan.options.folds.count, plan.options.seeds,
                     plan.options.seeds == 1 ? "" : "s", plan.jobs(),
                     plan.rungs() > 1 ? fmt::format(" in {} rungs", plan.rungs()) : "",
                     groups > 1 ? fmt::format(", {} at a time", groups) : "");
}

/// Collective. Writes what was found, on the root.
void write_files(const mpi::Communicator& communicator, const compare::Store& store,
                 const Json& found) {
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      store.write("compare.json", json_text(found) + "\n");
      Json page = report::new_page();
      page["search"] = found;
      store.write("compare.html", report::make_page(page));
    }
  });
  log::info(
      fmt::format("wrote {} and {}", store.path_of("compare.json"), store.path_of("compare.html")));
}

}  // namespace

OptionTable compare_options() {
  OptionTable options(
      "compare",
      "infomax compare --data FILE --encoder SPEC --output DIR [--grid NAME=VALUES]... "
      "[OPTIONS]\n\n"
      "Cross-validation, and the search for settings by it: trains on all folds of the rows but\n"
      "one, scores the rows that were held out, for each fold, seed and trial, and says which "
      "trial\n"
      "is best, by how much, and whether that may be chance. Takes the options of `infomax "
      "train`;\n"
      "everything, also normalisation, is fitted to the training rows of a fold alone. A search\n"
      "that was stopped or killed goes on by the same command line. For example\n\n"
      "  mpirun -n 4 infomax compare --data images.h5 --pair target --output runs/search \\\n"
      "      --grid 'encoder=dense:64,tanh,dense:8 | dense:256,tanh,dense:8' \\\n"
      "      --grid learning-rate=0.001,0.003,0.01 --folds 5 --seeds 2\n"
      "  mpirun -n 8 infomax compare --data trajectory.h5 --pair lag --lag 10 --objective vamp2 "
      "\\\n"
      "      --encoder dense:64,tanh,dense:4 --random 30 --range learning-rate=log:1e-4:1e-1 \\\n"
      "      --range batch=log-integer:256:8192 --halving 3 --epochs 27 --ranks-per-trial 2 \\\n"
      "      --score fit --output runs/vamp");
  options.add(compare_fields());
  options.allow_repeats("grid");
  options.allow_repeats("range");
  return options;
}

int compare(const mpi::Communicator& communicator, OptionTable& options) {
  options.require("data", "images.h5");
  options.require("output", "runs/search");
  const auto config = options.read(compare_fields());
  compare_fields().check(config);
  auto plan = compare::make_plan(config.train, config.options);
  check_search(options, config, plan);
  const std::string machine =
      prepare_compute(communicator, static_cast<const measure::ThreadOptions&>(config.train));
  // Groups of ranks would each take all cores of a node for theirs.
  for (train::Config& trial : plan.trials) {
    trial.threads =
        trial.reproducible ? trial.threads : static_cast<std::size_t>(math::blas_threads());
  }
  const auto data = compare::check_data(communicator, plan);
  const compare::Store store(communicator, config.output, compare::settings_of(plan, data),
                             config.overwrite);
  log::info(fmt::format("infomax {}  compare\n{}{}", version, machine,
                        describe_plan(plan, communicator.size())));
  log::log_each_line_once();
  compare::SearchRun run{.started = since_compare_start, .overwrites = config.overwrite};
  if (config.progress.on(communicator) != ProgressMode::none) {
    run.on_job = [&](const compare::Progress& progress) { show(progress, plan); };
  }
  auto found = compare::search(communicator, plan, store, run);
  for (compare::TrialOutcome& trial : found.outcome.trials) {
    trial.failure = fields_as_options(trial.failure);
  }
  const std::string command = best_command(config, plan, found, communicator.size());
  const Json json = compare::to_json(plan, found, communicator.size(), command);
  write_files(communicator, store, json);
  print_result(communicator,
               config.json ? json_text(json) + "\n" : compare_table(plan, found, command));
  if (!found.outcome.has_best()) {
    const auto& first = found.outcome.trials.front();
    throw Error(first.exit_code, fmt::format("no trial has a score: {}", first.failure));
  }
  return 0;
}

}  // namespace infomax::cli
