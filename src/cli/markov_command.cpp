// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <set>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/cli.hpp"
#include "cli/markov_tables.hpp"
#include "cli/progress_options.hpp"
#include "cli/runtime.hpp"
#include "core/json.hpp"
#include "infomax/analysis/markov.hpp"
#include "infomax/core/field_check.hpp"
#include "infomax/core/field_list.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/data/loader.hpp"
#include "infomax/model/model_file.hpp"
#include "infomax/train/any_model.hpp"
#include "infomax/train/files_of_run.hpp"
#include "report/markov_json.hpp"

namespace infomax::cli {
namespace {

/// Sums for every piece are kept on every rank for every lag.
constexpr std::size_t most_pieces = 1000;

struct MarkovConfig {
  std::string model;
  std::string data;
  std::string x;  ///< empty: as in training
  bool json = false;
  analysis::MarkovOptions markov;
  ProgressOptions progress;
  measure::ThreadOptions machine;
};

const FieldTable<analysis::MarkovOptions>& markov_fields() {
  static const FieldTable<analysis::MarkovOptions> fields = [] {
    using Options = analysis::MarkovOptions;
    FieldTable<Options> table;
    table.group("Timescales and the Chapman-Kolmogorov test")
        .add("lags", &Options::lags, "LIST",
             "lags in rows at which implied timescales are estimated, such as 1,2,5,10,20; default "
             "some about that of the model. Where they no longer rise with the lag, it is long "
             "enough for the process to be Markovian; a timescale shorter than the lag means "
             "nothing")
        .add("timescales", &Options::timescales, "K",
             "timescales that are reported, the slowest ones", one_or_more())
        .add("lag", &Options::lag, "TAU",
             "lag in rows of the matrix of transitions and of the test; default that of the model",
             one_or_more())
        .add("steps", &Options::steps, "N",
             "compare K(TAU)^k with K(k TAU) for k = 1, ..., N, as far as trajectories are long "
             "enough; 0 = no test",
             zero_or_more("no test"))
        .group("Intervals by bootstrap")
        .add("bootstrap", &Options::bootstrap, "K",
             "draw as many pieces of the trajectories as there are, with replacement, K times: "
             "intervals are percentiles of the drawings, less how far their median is off; 0 = "
             "none",
             {[](std::size_t k) { return k != 1; }, "0 for none, or 2 or more"})
        .add("pieces", &Options::pieces, "M",
             "about how many pieces the trajectories are cut into: parts of one trajectory, or "
             "whole short ones together. A piece should be longer than the slowest timescale; a "
             "lag has intervals where 5 pieces "
             "or more have pairs of it",
             {[](std::size_t m) { return m >= 2 && m <= most_pieces; }, "2 to 1000"})
        .add("confidence", &Options::confidence, "C", "of each interval",
             {[](double c) { return c > 0.0 && c < 1.0; }, "a number between 0 and 1"})
        .add("seed", &Options::seed, "S",
             "of the drawings, which are the same on any number of ranks")
        .group("Encoding")
        .add("micro-batch", &Options::micro_batch, "M",
             "rows that a rank encodes at a time; bounds memory, changes no result; 0 = all",
             zero_or_more("all rows"));
    return table;
  }();
  return fields;
}

const FieldTable<MarkovConfig>& command_fields() {
  static const FieldTable<MarkovConfig> fields = [] {
    using Config = MarkovConfig;
    FieldTable<Config> table;
    table.group("Markov")
        .add("model", &Config::model, "FILE",
             "model.h5 of a run of `pair` lag, its directory, or one of its checkpoints")
        .add("data", &Config::data, "FILE",
             "data set file with the trajectories; default the one that the model was trained on, "
             "on which timescales come out too long and intervals too narrow")
        .add("x", &Config::x, "PATH", "data set of the rows; default as in training")
        .add("json", &Config::json, "",
             "print one JSON object instead of tables: implied_timescales, a list of lag, pairs, "
             "timescales (null stands for an infinite one) and timescales_intervals; lag; "
             "transition_matrix, stationary_distribution and populations of a network that ends in "
             "softmax, else koopman_matrix; chapman_kolmogorov, a list of steps, lag, pairs, "
             "predicted and estimated; each with its _intervals, [low, high]; and states, rank, "
             "rows, trajectories, pieces")
        .include(&Config::markov, markov_fields())
        .include(&Config::progress, progress_fields())
        .include(&Config::machine, measure::thread_fields());
    return table;
  }();
  return fields;
}

/// Ascending.
std::set<std::size_t> lags_without_intervals(const analysis::MarkovAnalysis& found) {
  std::set<std::size_t> lags;
  const auto add = [&lags](std::size_t lag, const analysis::MarkovNumbers& numbers) {
    if (numbers.intervals.empty() && !numbers.values.empty()) {
      lags.insert(lag);
    }
  };
  add(found.lag, found.matrix);
  for (const auto& at : found.at) {
    add(at.lag, at.timescales);
  }
  for (const auto& step : found.test) {
    add(step.lag, step.estimated);
  }
  return lags;
}

/// Says what a reader of the numbers has to know.
void warn_of(const analysis::MarkovAnalysis& found, bool trained_on) {
  if (trained_on) {
    log::warning(
        "`data` is what the network was trained on: timescales come out too long, and intervals "
        "too narrow; give other trajectories by `data`");
  }
  if (found.rank < found.states) {
    log::warning(fmt::format(
        "the {} {} vary in {} directions only, so that one is never occupied, or follows from "
        "others; rows of the matrix need not add up to 1. Train with fewer",
        found.states, found.of_memberships ? "memberships" : "outputs", found.rank));
  }
  constexpr double least = -0.05;  // what noise makes of a 0 is nearer to it
  if (found.of_memberships && std::ranges::min(found.matrix.values) < least) {
    log::warning(
        "the states overlap, so that some transitions are below 0: the VAMP scores do not ask for "
        "states that are told apart with certainty. Timescales and the test hold all the same; "
        "train with fewer states or another `seed` for a matrix of probabilities");
  }
  if (const auto lags = lags_without_intervals(found); found.bootstrap > 0 && !lags.empty()) {
    log::warning(
        fmt::format("there are no intervals at the lags {}, of which too few pieces of the "
                    "trajectories have pairs of rows; give more `pieces`, smaller lags or longer "
                    "trajectories",
                    fmt::join(lags, ", ")));
  }
}

template <math::Real T>
analysis::MarkovAnalysis analyse_in(const mpi::Communicator& communicator,
                                    const MarkovConfig& config, const model::StoredModel& stored,
                                    const model::PairSettings& pair) {
  data::DatasetFile file(communicator, config.data);
  WorkProgress progress(config.progress.on(communicator), "encoding");
  auto found =
      analysis::analyse_markov<T>(communicator, file, stored, pair, config.markov, progress);
  file.close();
  return found;
}

}  // namespace

OptionTable markov_options() {
  OptionTable options(
      "markov",
      "infomax markov --model RUN/model.h5 [--data FILE] [OPTIONS]\n\n"
      "What a model of trajectories (--pair lag, VAMPnets) says of their slow processes: implied\n"
      "timescales against the lag, the matrix of transitions between the states of a network that\n"
      "ends in softmax (else the Koopman matrix of its singular functions), and the\n"
      "Chapman-Kolmogorov test, whether K(tau)^k predicts K(k tau); all with intervals. For "
      "example\n\n"
      "  infomax train --data train.h5 --pair lag --lag 10 --objective vamp2 \\\n"
      "    --encoder dense:64,relu,dense:64,relu,dense:4,softmax --output runs/states\n"
      "  mpirun -n 4 infomax markov --model runs/states --data test.h5 --lags 1,2,5,10,20");
  options.add(command_fields());
  return options;
}

int markov(const mpi::Communicator& communicator, OptionTable& options) {
  options.require("model", "runs/states/model.h5");
  auto config = options.read(command_fields());
  (void)prepare_compute(communicator, config.machine);
  const auto stored = train::read_any_model(communicator, config.model);
  if (config.data.empty()) {
    config.data = train::training_data(communicator, stored.settings, config.model);
  }
  auto pair = model::PairSettings::from_settings(stored.settings);
  if (!config.x.empty()) {
    pair.x_path = config.x;
  }
  const bool trained_on = config.x.empty() && train::is_training_data(communicator, stored.settings,
                                                                      config.model, config.data);
  const auto found = stored.settings.at("precision") == "float"
                         ? analyse_in<float>(communicator, config, stored, pair)
                         : analyse_in<double>(communicator, config, stored, pair);
  warn_of(found, trained_on);
  print_result(communicator,
               config.json ? json_text(report::to_json(found)) + "\n" : markov_tables(found));
  return 0;
}

}  // namespace infomax::cli
