// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "cli/cli.hpp"
#include "cli/encoder_options.hpp"
#include "cli/probe_report.hpp"
#include "cli/runtime.hpp"
#include "infomax/analysis/encode.hpp"
#include "infomax/analysis/probe.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/core/stopwatch.hpp"
#include "infomax/data/labels.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/model_file.hpp"

namespace infomax::cli {
namespace {

OptionTable probe_option_table() {
  OptionTable options(
      "probe",
      "infomax probe [--model RUN/model.h5] --train FILE --test FILE [OPTIONS]\n\n"
      "How well simple models that are fitted to the training rows predict /y of the test rows:\n"
      "from a model's representations of /x, or without --model from /x as it is. Classes (one\n"
      "integer a row) are predicted by multinomial logistic regression, and by the nearest\n"
      "neighbours where asked for; numbers by ridge regression. For example\n\n"
      "  mpirun -n 4 infomax probe --model runs/first/model.h5 --train train.h5 --test test.h5\n"
      "  mpirun -n 4 infomax probe --train train.h5 --test test.h5 --neighbours 10 --json");
  options.group("Probe")("model", po::value<std::string>()->value_name("FILE"),
                         "model.h5 of a run; default: /x as it is")(
      "train", po::value<std::string>()->value_name("FILE"), "data set file to fit to")(
      "test", po::value<std::string>()->value_name("FILE"), "data set file to predict")(
      "y", po::value<std::string>()->default_value("/y")->value_name("PATH"),
      "data set of what is to be predicted")(
      "target", po::value<std::string>()->default_value("auto")->value_name("KIND"),
      "what /y holds: classes, values, or auto (one column of integers is classes)")(
      "json", po::bool_switch(), "print one JSON object instead of tables");
  options.group("Regression")(
      "normalize", po::value<std::string>()->default_value("standardize")->value_name("MODE"),
      "of the features, by statistics of the training rows: standardize (mean 0 and deviation 1 a "
      "column), center, scale or none")(
      "l2", po::value<double>()->default_value(1e-3, "1e-3")->value_name("L"),
      "penalty: L/2 times the sum of squared weights beside the mean loss a row; scikit-learn's "
      "C is 1 / (L N), its alpha L N")(
      "iterations", po::value<std::int64_t>()->default_value(1000)->value_name("N"),
      "of L-BFGS, at most")(
      "tolerance", po::value<double>()->default_value(3e-4, "3e-4")->value_name("T"),
      "logistic regression has converged where |gradient| <= T max(1, |weights|)");
  options.group("Nearest neighbours")(
      "neighbours", po::value<std::int64_t>()->default_value(0)->value_name("K"),
      "also predict the class of most of the K nearest training rows, exactly; 0 = do not")(
      "metric", po::value<std::string>()->default_value("euclidean")->value_name("METRIC"),
      "euclidean or cosine, of normalised features");
  add_encoder_options(options);
  add_progress_option(options);
  add_compute_options(options);
  return options;
}

double not_negative(const OptionTable& options, const std::string& name) {
  const auto number = options.value<double>(name);
  if (!(number >= 0.0) || !std::isfinite(number)) {
    throw UsageError(fmt::format("--{} is {}; it must be at least 0", name, number));
  }
  return number;
}

analysis::ProbeOptions probe_options(const OptionTable& options) {
  analysis::ProbeOptions chosen;
  chosen.normalize = data::parse_normalize_mode(options.value<std::string>("normalize"));
  chosen.l2 = not_negative(options, "l2");
  chosen.search.iterations = options.count("iterations");
  chosen.search.tolerance = not_negative(options, "tolerance");
  chosen.search.rounding = 1e-5;  // a float loss cannot tell more
  chosen.neighbours = options.count("neighbours", "none");
  chosen.metric = analysis::parse_metric(options.value<std::string>("metric"));
  return chosen;
}

/// Rows of a file with what is to be predicted of them, before anything is represented.
template <class ReadX>
analysis::ProbeRows read_rows(const mpi::Communicator& communicator, const OptionTable& options,
                              const std::string& path, const std::string& x_path,
                              const ReadX& read_x) {
  data::DatasetFile file(communicator, path);
  const auto x = file.shape(x_path);
  const auto y_path = options.value<std::string>("y");
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

ProbeData read_as_they_are(const mpi::Communicator& communicator, const OptionTable& options) {
  for (const char* of_model : {"layer", "network"}) {
    if (options.given(of_model)) {
      throw UsageError(fmt::format("--{} is of a --model, which is missing", of_model));
    }
  }
  const std::string x_path = options.given("x") ? options.value<std::string>("x") : "/x";
  const auto read = [&](const std::string& which) {
    return read_rows(communicator, options, options.value<std::string>(which), x_path,
                     [&](data::DatasetFile& file, const data::Blocks& /*blocks*/,
                         const data::Shard& shard) { return file.load(x_path, shard); });
  };
  return {read("train"), read("test")};
}

template <math::Real T>
ProbeData read_represented(const mpi::Communicator& communicator, const OptionTable& options,
                           const model::StoredModel& stored) {
  const auto model = model::to_model<T>(stored);
  analysis::Encoder<T> encoder(model, encoder_options(options));
  const auto read = [&](const std::string& which) {
    return read_rows(
        communicator, options, options.value<std::string>(which), encoder.path(),
        [&](data::DatasetFile& file, const data::Blocks& blocks, const data::Shard& /*shard*/) {
          WorkProgress progress(progress_mode(communicator, options), "encoding --" + which);
          return analysis::encode_rows(communicator, file, blocks, encoder, progress);
        });
  };
  return {read("train"), read("test")};
}

/// The same numbers must mean the same classes.
void require_same_names(const ProbeData& data) {
  const auto& train = data.train.classes;
  const auto& test = data.test.classes;
  if (!train.empty() && !test.empty() && train != test) {
    const auto [a, b] = std::ranges::mismatch(train, test);
    const auto name = [](const auto& names, auto at) { return at == names.end() ? "none" : *at; };
    throw DataError(fmt::format(
        "{} and {} call their classes differently (class {}: {} and {}); import one --like the "
        "other",
        data.train.y.where(), data.test.y.where(), a - train.begin(), name(train, a),
        name(test, b)));
  }
}

ProbeData read_data(const mpi::Communicator& communicator, const OptionTable& options) {
  if (!options.given("model")) {
    return read_as_they_are(communicator, options);
  }
  const auto stored = model::read_model(communicator, options.value<std::string>("model"));
  return stored.settings.at("precision") == "float"
             ? read_represented<float>(communicator, options, stored)
             : read_represented<double>(communicator, options, stored);
}

/// Says how far the fit and the neighbours are.
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
  std::optional<WorkProgress> neighbours_;  // from its first word on, which its time counts from
};

void warn_of(const optim::SearchOutcome& outcome) {
  if (outcome.ending == optim::SearchEnding::enough) {
    log::warning(fmt::format(
        "the regression stopped at a relative gradient of {:.1e}, before it converged; give more "
        "--iterations, or a larger --tolerance or --l2",
        outcome.relative_norm));
  } else if (outcome.ending == optim::SearchEnding::stuck) {
    log::warning(
        "the line search found no better point, though there is one; try --normalize standardize "
        "or a larger --l2");
  }
}

void print(const mpi::Communicator& communicator, const OptionTable& options,
           const ProbeFacts& facts, const auto& probe) {
  print_result(communicator,
               options.value<bool>("json") ? probe_json(facts, probe) : probe_table(facts, probe));
}

}  // namespace

int probe(const mpi::Communicator& communicator, const std::vector<std::string>& arguments) {
  OptionTable options = probe_option_table();
  if (!options.parse(arguments)) {
    print_result(communicator, options.help());
    return 0;
  }
  (void)options.required("train", "train.h5");
  (void)options.required("test", "test.h5");
  const auto kind = model::parse_target_kind(options.value<std::string>("target"));
  const auto chosen = probe_options(options);
  const ProgressMode mode = progress_mode(communicator, options);
  (void)prepare_compute(communicator, options);

  const Stopwatch stopwatch;
  const auto data = read_data(communicator, options);
  ProbeFacts facts{options.given("model") ? "representations" : "features as they are",
                   data.train.x.features(),
                   data.train.blocks.rows(),
                   data.test.blocks.rows(),
                   communicator.size(),
                   0.0,
                   chosen,
                   data.train.classes};
  const bool are_classes = kind == model::TargetKind::classes ||
                           (kind == model::TargetKind::automatic && holds_labels(data.train.y));
  if (are_classes) {
    require_same_names(data);
    const std::size_t classes = data::class_count(communicator, data.train.y);
    Watch watch(mode);
    const auto found = analysis::probe_classes(communicator, data.train, data.test, classes, chosen,
                                               watch.watchers());
    watch.finish();
    warn_of(found.outcome);
    facts.seconds = stopwatch.elapsed_s();
    print(communicator, options, facts, found);
  } else {
    if (chosen.neighbours > 0) {
      throw UsageError("--neighbours predicts classes, and --y holds values");
    }
    const auto found = analysis::probe_values(communicator, data.train, data.test, chosen);
    facts.seconds = stopwatch.elapsed_s();
    print(communicator, options, facts, found);
  }
  return 0;
}

}  // namespace infomax::cli
