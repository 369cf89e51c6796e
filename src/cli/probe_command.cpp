// SPDX-License-Identifier: BSD-3-Clause
#include <optional>

#include <fmt/format.h>

#include "cli/cli.hpp"
#include "cli/probe_data.hpp"
#include "cli/probe_report.hpp"
#include "cli/progress_options.hpp"
#include "cli/runtime.hpp"
#include "core/json.hpp"
#include "infomax/analysis/probe.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/core/stopwatch.hpp"
#include "infomax/data/labels.hpp"
#include "infomax/model/examples.hpp"
#include "report/probe_json.hpp"

namespace infomax::cli {
namespace {

struct ProbeConfig {
  ProbeFiles files;
  model::TargetKind target = model::TargetKind::automatic;
  bool json = false;
  analysis::ProbeOptions probe;
  measure::ThreadOptions machine;
};

FieldTable<ProbeFiles> probe_file_fields() {
  using Files = ProbeFiles;
  FieldTable<Files> table;
  table.group("Probe")
      .add("model", &Files::model, "FILE",
           "model.h5 of a run, its directory, or one of its checkpoints; without it, /x itself "
           "is probed")
      .add("train", &Files::train, "FILE", "data set file that models are fitted to")
      .add("test", &Files::test, "FILE",
           "data set file whose /y is predicted; optional with `folds`")
      .add("y", &Files::y, "PATH", "data set of the classes or numbers to predict");
  return table;
}

const FieldTable<ProbeConfig>& probe_command_fields() {
  static const FieldTable<ProbeConfig> fields = [] {
    using Config = ProbeConfig;
    FieldTable<ProbeFiles> groups;
    groups.group("Cross-validation")
        .add("groups", &ProbeFiles::groups, "PATH",
             "data set of the training file with a number or a text a row: rows that share it are "
             "never on both sides, neither of `folds` nor where `l2` is chosen");
    FieldTable<Config> table;
    table.include(&Config::files, probe_file_fields())
        .group("Probe")
        .add("target", &Config::target, "KIND",
             "what /y holds: classes, values (to ask for regression), or auto: texts, integers "
             "from 0 on, and other whole numbers (0.0 and 1.0, -1 and 1) of up to 20 kinds are "
             "classes")
        .add("json", &Config::json, "", "print one JSON object instead of tables")
        .include(&Config::probe, analysis::probe_fields())
        .include(&Config::files, groups)
        .after("folds");
    FieldTable<ProbeFiles> rest;
    rest.include(&ProbeFiles::encoder, analysis::encoder_fields())
        .include(&ProbeFiles::progress, progress_fields());
    table.include(&Config::files, rest).include(&Config::machine, measure::thread_fields());
    return table;
  }();
  return fields;
}

/// Reports the progress of the fit and of the neighbours.
class Watch {
 public:
  explicit Watch(ProgressMode mode) : mode_(mode), fit_(mode) {}

  [[nodiscard]] analysis::ProbeWatchers watchers() {
    return {
        [this](const analysis::LogisticOutcome& so_far) {
          if (fit_.due()) {
            fit_.show(fmt::format("iteration {}, {} passes, loss {:.6f}, relative gap {:.1e}",
                                  so_far.iterations, so_far.passes, so_far.f, so_far.relative_gap));
          }
        },
        [this](std::size_t done, std::size_t all) {
          if (!neighbours_) {
            fit_.finish();
            neighbours_.emplace(mode_, "comparing");
          }
          neighbours_->reach(done, all);
        }};
  }

  void finish() {
    fit_.finish();
    if (neighbours_) {
      neighbours_->finish();
    }
  }

 private:
  ProgressMode mode_;
  ProgressLine fit_;
  std::optional<WorkProgress>
      neighbours_;  // made by the first report, as its time counts from then
};

void warn_of(const ProbeConfig& config, const analysis::ProbeIntervals& intervals) {
  if (config.probe.bootstrap > 0 && !intervals.score) {
    log::warning(
        "there is no interval: too few rows or groups, or targets that do not vary among those of "
        "a fold, leave drawings without a score or all with the same; give more rows, or fewer "
        "--folds");
  }
}

void warn_of(const analysis::LogisticOutcome& outcome) {
  using analysis::LogisticEnding;
  if (outcome.ending == LogisticEnding::enough) {
    log::warning(fmt::format(
        "the regression stopped before it converged: its last step was to lower the loss by {:.1e} "
        "of itself; give more --iterations, or a larger --tolerance or --l2",
        outcome.relative_gap));
  } else if (outcome.ending == LogisticEnding::stuck) {
    log::warning(
        "the line search found no better point, although the regression has not converged; try "
        "--normalize standardize or a larger --l2");
  } else if (outcome.ending == LogisticEnding::separable) {
    log::warning(
        "the features separate the classes, so that without a penalty the loss falls to 0 for ever "
        "as weights grow; give an --l2 above 0");
  }
}

void print(const mpi::Communicator& communicator, const ProbeConfig& config,
           const report::ProbeFacts& facts, const auto& probe) {
  print_result(communicator, config.json ? json_text(report::to_json(facts, probe)) + "\n"
                                         : probe_table(facts, probe));
}

/// The classes of the training rows and their names, or nothing where values are predicted.
std::optional<data::NumberedClasses> classes_of(const mpi::Communicator& communicator,
                                                const ProbeConfig& config,
                                                const analysis::ProbeRows& train) {
  using model::TargetKind;
  if (config.target == TargetKind::values) {
    return std::nullopt;
  }
  return data::find_classes(communicator, train.y, config.target == TargetKind::classes,
                            train.classes.size());
}

void require_consistent(const ProbeConfig& config, const OptionTable& options) {
  const auto& files = config.files;
  for (const char* of_model : {"layer", "projected", "pool", "network"}) {
    if (files.model.empty() && options.given(of_model)) {
      throw UsageError(fmt::format("--{} is for --model, which is missing", of_model));
    }
  }
  if (files.test.empty() && config.probe.folds == 0) {
    throw UsageError(
        "--test is missing, for example --test test.h5; or predict the training rows themselves, "
        "for example by --folds 5");
  }
  if (!files.groups.empty() && config.probe.folds == 0 && config.probe.l2.l2) {
    throw UsageError(
        "--groups keeps rows together in --folds and where --l2 auto chooses, and neither is "
        "given");
  }
}

}  // namespace

OptionTable probe_options() {
  OptionTable options(
      "probe",
      "infomax probe [--model RUN/model.h5] --train FILE [--test FILE] [--folds K] [OPTIONS]\n\n"
      "Measures how well simple models, fitted to the training rows, predict /y of the test rows,\n"
      "or of each of K folds of the training rows: from a model's representations of /x or, "
      "without\n"
      "--model, from /x itself. Classes are predicted by multinomial logistic regression and, "
      "with\n"
      "--neighbours, by the nearest neighbours; numbers are predicted by ridge regression. "
      "Results\n"
      "are the same on any number of ranks. For example\n\n"
      "  mpirun -n 4 infomax probe --model runs/first/model.h5 --train train.h5 --test test.h5\n"
      "  mpirun -n 4 infomax probe --train train.h5 --test test.h5 --neighbours 10 --json\n"
      "  mpirun -n 4 infomax probe --train all.h5 --folds 5 --groups /patient");
  options.add(probe_command_fields());
  return options;
}

int probe(const mpi::Communicator& communicator, OptionTable& options) {
  options.require("train", "train.h5");
  const auto config = options.read(probe_command_fields());
  require_consistent(config, options);
  (void)prepare_compute(communicator, config.machine);

  const Stopwatch stopwatch;
  const auto data = read_probe_data(communicator, config.files);
  const auto* test = data.test ? &*data.test : nullptr;
  report::ProbeFacts facts{config.files.model.empty() ? "features as they are" : "representations",
                           data.train.x.features(),
                           data.train.blocks.rows(),
                           test != nullptr ? std::optional(test->blocks.rows()) : std::nullopt,
                           communicator.size(),
                           0.0,
                           config.probe,
                           config.files.groups,
                           data.train.classes};
  if (const auto classes = classes_of(communicator, config, data.train)) {
    if (facts.class_names.size() != classes->count && !classes->numbers.empty()) {
      facts.class_names = data::names_of(*classes);
    }
    Watch watch(config.files.progress.on(communicator));
    const auto found = analysis::probe_classes(communicator, data.train, test, *classes,
                                               config.probe, watch.watchers());
    watch.finish();
    warn_of(report::worst_outcome(found));
    warn_of(config, found.intervals);
    facts.seconds = stopwatch.elapsed_s();
    print(communicator, config, facts, found);
  } else {
    if (config.probe.neighbours > 0) {
      throw UsageError("--neighbours predicts classes, and --y holds values");
    }
    const auto found = analysis::probe_values(communicator, data.train, test, config.probe);
    warn_of(config, found.intervals);
    facts.seconds = stopwatch.elapsed_s();
    print(communicator, config, facts, found);
  }
  return 0;
}

}  // namespace infomax::cli
