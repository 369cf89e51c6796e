// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "cli/cli.hpp"
#include "cli/probe_report.hpp"
#include "cli/progress_options.hpp"
#include "cli/runtime.hpp"
#include "infomax/analysis/encode.hpp"
#include "infomax/analysis/probe.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/core/stopwatch.hpp"
#include "infomax/data/labels.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/train/any_model.hpp"

namespace infomax::cli {
namespace {

struct ProbeConfig {
  std::string model;  ///< empty: the features as they are
  std::string train;
  std::string test;
  std::string y = "/y";
  model::TargetKind target = model::TargetKind::automatic;
  bool json = false;
  analysis::ProbeOptions probe;
  analysis::EncoderOptions encoder;
  ProgressOptions progress;
  measure::ThreadOptions machine;
};

const FieldTable<ProbeConfig>& probe_command_fields() {
  static const FieldTable<ProbeConfig> fields = [] {
    using Config = ProbeConfig;
    FieldTable<Config> table;
    table.group("Probe")
        .add("model", &Config::model, "FILE",
             "model.h5 of a run, its directory, or one of its checkpoints; without it, /x itself "
             "is probed")
        .add("train", &Config::train, "FILE", "data set file that models are fitted to")
        .add("test", &Config::test, "FILE", "data set file whose /y is predicted")
        .add("y", &Config::y, "PATH", "data set of the classes or numbers to predict")
        .add("target", &Config::target, "KIND",
             "what /y holds: classes, values, or auto (one column of integers is classes)")
        .add("json", &Config::json, "", "print one JSON object instead of tables")
        .include(&Config::probe, analysis::probe_fields())
        .include(&Config::encoder, analysis::encoder_fields())
        .include(&Config::progress, progress_fields())
        .include(&Config::machine, measure::thread_fields());
    return table;
  }();
  return fields;
}

/// The features and the targets of this rank's rows of a file; `read_x` reads or encodes the
/// features. Labels that are strings are numbered by `classes`, which is set to those of the file
/// where it is empty.
template <class ReadX>
analysis::ProbeRows read_rows(const mpi::Communicator& communicator, const std::string& path,
                              const std::string& x_path, const std::string& y_path,
                              std::vector<std::string>& classes, const ReadX& read_x) {
  data::DatasetFile file(communicator, path);
  const auto x = file.shape(x_path);
  file.expect_labels(y_path, classes);
  classes = file.text_classes(y_path);
  data::require_equal_rows(x, file.shape(y_path));
  const data::Blocks blocks(x.rows);
  const auto shard = blocks.shard(communicator.rank(), communicator.size());
  analysis::ProbeRows rows{blocks, read_x(file, blocks, shard), file.load(y_path, shard),
                           file.names(y_path, data::classes_attribute)};
  file.close();
  return rows;
}

struct ProbeData {
  analysis::ProbeRows train;
  analysis::ProbeRows test;
};

ProbeData read_as_they_are(const mpi::Communicator& communicator, const ProbeConfig& config) {
  const std::string x_path = config.encoder.path.empty() ? "/x" : config.encoder.path;
  std::vector<std::string> classes;
  const auto read = [&](const std::string& path) {
    return read_rows(communicator, path, x_path, config.y, classes,
                     [&](data::DatasetFile& file, const data::Blocks& /*blocks*/,
                         const data::Shard& shard) { return file.load(x_path, shard); });
  };
  return {read(config.train), read(config.test)};
}

template <math::Real T>
ProbeData read_represented(const mpi::Communicator& communicator, const ProbeConfig& config,
                           const model::StoredModel& stored) {
  const auto model = model::to_model<T>(stored);
  analysis::Encoder<T> encoder(model, config.encoder);
  std::vector<std::string> classes;
  const auto read = [&](const std::string& path, const std::string& option) {
    return read_rows(
        communicator, path, encoder.path(), config.y, classes,
        [&](data::DatasetFile& file, const data::Blocks& blocks, const data::Shard& /*shard*/) {
          WorkProgress progress(config.progress.on(communicator), "encoding " + option);
          return analysis::encode_rows(communicator, file, blocks, encoder, progress);
        });
  };
  return {read(config.train, "--train"), read(config.test, "--test")};
}

/// The same numbers must mean the same classes.
void require_same_names(const ProbeData& data) {
  const auto& train = data.train.classes;
  const auto& test = data.test.classes;
  if (!train.empty() && !test.empty() && train != test) {
    const auto [a, b] = std::ranges::mismatch(train, test);
    const auto name = [](const auto& names, auto at) { return at == names.end() ? "none" : *at; };
    throw DataError(
        fmt::format("{} and {} have different names for their classes (class {}: {} and {}); "
                    "import one --like the "
                    "other",
                    data.train.y.where(), data.test.y.where(), a - train.begin(), name(train, a),
                    name(test, b)));
  }
}

ProbeData read_data(const mpi::Communicator& communicator, const ProbeConfig& config) {
  if (config.model.empty()) {
    return read_as_they_are(communicator, config);
  }
  const auto stored = train::read_any_model(communicator, config.model);
  return stored.settings.at("precision") == "float"
             ? read_represented<float>(communicator, config, stored)
             : read_represented<double>(communicator, config, stored);
}

/// Reports the progress of the fit and of the neighbours.
class Watch {
 public:
  explicit Watch(ProgressMode mode) : mode_(mode), fit_(mode) {}

  [[nodiscard]] analysis::ProbeWatchers watchers() {
    return {[this](const optim::SearchPoint& point) {
              if (fit_.due()) {
                fit_.show(fmt::format("iteration {}, loss {:.6f}, relative gradient {:.1e}",
                                      point.iteration, point.f, point.relative_norm));
              }
              return false;
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

void warn_of(const optim::SearchOutcome& outcome) {
  if (outcome.ending == optim::SearchEnding::enough) {
    log::warning(fmt::format(
        "the regression stopped at a relative gradient of {:.1e}, before it converged; give more "
        "--iterations, or a larger --tolerance or --l2",
        outcome.relative_norm));
  } else if (outcome.ending == optim::SearchEnding::stuck) {
    log::warning(
        "the line search found no better point, although the regression has not converged; try "
        "--normalize standardize or a larger --l2");
  }
}

void print(const mpi::Communicator& communicator, const ProbeConfig& config,
           const ProbeFacts& facts, const auto& probe) {
  print_result(communicator, config.json ? probe_json(facts, probe) : probe_table(facts, probe));
}

}  // namespace

OptionTable probe_options() {
  OptionTable options(
      "probe",
      "infomax probe [--model RUN/model.h5] --train FILE --test FILE [OPTIONS]\n\n"
      "Measures how well simple models, fitted to the training rows, predict /y of the test rows:\n"
      "from a model's representations of /x or, without --model, from /x itself. Classes (one\n"
      "integer a row) are predicted by multinomial logistic regression and, with --neighbours, by\n"
      "the nearest neighbours; numbers are predicted by ridge regression. For example\n\n"
      "  mpirun -n 4 infomax probe --model runs/first/model.h5 --train train.h5 --test test.h5\n"
      "  mpirun -n 4 infomax probe --train train.h5 --test test.h5 --neighbours 10 --json");
  options.add(probe_command_fields());
  return options;
}

int probe(const mpi::Communicator& communicator, OptionTable& options) {
  options.require("train", "train.h5");
  options.require("test", "test.h5");
  const auto config = options.read(probe_command_fields());
  for (const char* of_model : {"layer", "network"}) {
    if (config.model.empty() && options.given(of_model)) {
      throw UsageError(fmt::format("--{} is for --model, which is missing", of_model));
    }
  }
  (void)prepare_compute(communicator, config.machine);

  const Stopwatch stopwatch;
  const auto data = read_data(communicator, config);
  ProbeFacts facts{config.model.empty() ? "features as they are" : "representations",
                   data.train.x.features(),
                   data.train.blocks.rows(),
                   data.test.blocks.rows(),
                   communicator.size(),
                   0.0,
                   config.probe,
                   data.train.classes};
  const bool are_classes =
      config.target == model::TargetKind::classes ||
      (config.target == model::TargetKind::automatic && holds_labels(data.train.y));
  if (are_classes) {
    require_same_names(data);
    const std::size_t classes = data::class_count(communicator, data.train.y);
    Watch watch(config.progress.on(communicator));
    const auto found = analysis::probe_classes(communicator, data.train, data.test, classes,
                                               config.probe, watch.watchers());
    watch.finish();
    warn_of(found.outcome);
    facts.seconds = stopwatch.elapsed_s();
    print(communicator, config, facts, found);
  } else {
    if (config.probe.neighbours > 0) {
      throw UsageError("--neighbours predicts classes, and --y holds values");
    }
    const auto found = analysis::probe_values(communicator, data.train, data.test, config.probe);
    facts.seconds = stopwatch.elapsed_s();
    print(communicator, config, facts, found);
  }
  return 0;
}

}  // namespace infomax::cli
