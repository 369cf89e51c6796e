// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "cli/cli.hpp"
#include "cli/estimate_report.hpp"
#include "cli/progress_options.hpp"
#include "cli/runtime.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/pending_file.hpp"
#include "infomax/core/stopwatch.hpp"
#include "infomax/data/loader.hpp"
#include "infomax/estimate/estimate.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/train/run_directory.hpp"

namespace infomax::cli {
namespace {

struct EstimateConfig {
  std::string data;
  std::string x = "/x";
  std::string y = "/y";
  bool json = false;
  std::string picture;
  bool overwrite = false;
  estimate::EstimateOptions options;
  ProgressOptions progress;
  measure::ThreadOptions machine;
};

const FieldTable<EstimateConfig>& estimate_command_fields() {
  static const FieldTable<EstimateConfig> fields = [] {
    using Config = EstimateConfig;
    FieldTable<Config> table;
    table.group("Data")
        .add("data", &Config::data, "FILE", "HDF5 file with both data sets")
        .add("x", &Config::x, "PATH", "data set of the rows of x")
        .add("y", &Config::y, "PATH", "data set of the rows of y")
        .include(&Config::options, estimate::estimate_fields())
        .group("Result")
        .add("json", &Config::json, "", "print one JSON object instead of a table")
        .add("picture", &Config::picture, "FILE.svg",
             "draw the estimates with their intervals, in SVG")
        .add("overwrite", &Config::overwrite, "", "replace an existing picture")
        .include(&Config::progress, progress_fields())
        .include(&Config::machine, measure::thread_fields());
    return table;
  }();
  return fields;
}

estimate::Estimates find(const mpi::Communicator& communicator, const EstimateConfig& config) {
  data::DatasetFile file(communicator, config.data);
  ProgressLine line(config.progress.on(communicator));
  auto found = estimate::estimate(
      communicator, file, config.x, config.y, config.options,
      [&](std::size_t done, std::size_t all, estimate::Method next) {
        line.show(fmt::format("estimating: {} ({} of {})",
                              FieldText<estimate::Method>::format(next), done + 1, all));
      });
  line.finish();
  file.close();
  return found;
}

}  // namespace

OptionTable estimate_options() {
  OptionTable options(
      "estimate",
      "infomax estimate --data FILE [--x /x] [--y /y] [OPTIONS]\n\n"
      "Estimates the mutual information of two data sets whose rows belong together, in nats, by\n"
      "several estimators side by side, each with an interval. Estimators without a critic use "
      "all\n"
      "rows. The others train a critic g(x) . h(y) on a share of the rows and give the bound of "
      "the\n"
      "rest, which the critic has not seen: up to chance it is too low rather than too high. "
      "Where\n"
      "they agree, trust them; of many columns ksg finds too little.\n\n"
      "  gaussian-mi   of a normal distribution with the same covariance\n"
      "  histogram-mi  of cells with equally many rows; one column a side\n"
      "  ksg           by nearest neighbours; for few columns, and all pairs are compared\n"
      "  infonce       by a critic that finds each row's partner among all others; at most ln N\n"
      "  dv, mine, nwj, smile   by critics of other bounds, without that limit\n\n"
      "For example\n\n"
      "  infomax generate gaussian-views --output views.h5\n"
      "  mpirun -n 4 infomax estimate --data views.h5 --picture information.svg\n"
      "  mpirun -n 4 infomax estimate --data brain.h5 --x /fmri --y /stimulus --estimators "
      "ksg,infonce");
  options.add(estimate_command_fields());
  return options;
}

int estimate(const mpi::Communicator& communicator, OptionTable& options) {
  options.require("data", "views.h5");
  const auto config = options.read(estimate_command_fields());
  (void)prepare_compute(communicator, config.machine);
  mpi::together(communicator, [&] {
    if (communicator.is_root() && !config.picture.empty()) {
      refuse_existing(config.picture, config.overwrite);
    }
  });
  const Stopwatch stopwatch;
  const auto found = find(communicator, config);
  if (std::ranges::all_of(found.of_methods,
                          [](const estimate::Estimate& e) { return !e.failure.empty(); })) {
    throw DataError(found.of_methods.front().failure);
  }
  const EstimateFacts facts{config.data,           config.x,      config.y, communicator.size(),
                            stopwatch.elapsed_s(), config.options};
  mpi::together(communicator, [&] {
    if (communicator.is_root() && !config.picture.empty()) {
      PendingFile pending(config.picture);
      train::write_text(pending.path().string(), estimate_picture(facts, found));
      pending.commit();
    }
  });
  print_result(communicator,
               config.json ? estimate_json(facts, found) : estimate_table(facts, found));
  return 0;
}

}  // namespace infomax::cli
