// SPDX-License-Identifier: BSD-3-Clause
#include <ctime>
#include <filesystem>
#include <optional>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "cli/cli.hpp"
#include "cli/runtime.hpp"
#include "infomax/analysis/evaluation.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/core/pending_file.hpp"
#include "infomax/core/version.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/train/run_directory.hpp"
#include "report/findings.hpp"
#include "report/page.hpp"
#include "report/run.hpp"

namespace infomax::cli {
namespace {

OptionTable report_option_table() {
  OptionTable options(
      "report",
      "infomax report RUN [OPTIONS]\n\n"
      "Writes an HTML page about a run, which opens in any browser and needs no network. It shows\n"
      "the curves of the training, the terms of the objective, canonical correlations,\n"
      "distributions and correlations of the outputs, their principal components, how the time "
      "was\n"
      "spent, and every setting. It leaves out what is missing while the run goes on or if its\n"
      "data set no longer exists. For example\n\n"
      "  mpirun -n 4 infomax report runs/first --data test.h5");
  options.group("Report")(
      "run", po::value<std::string>()->value_name("RUN"),
      "directory that `train --output` wrote; the option's name may be omitted")(
      "output", po::value<std::string>()->value_name("FILE"),
      "page to write; default RUN/report.html")("overwrite", po::bool_switch(),
                                                "replace an existing page")(
      "data", po::value<std::string>()->value_name("FILE"),
      "data set on which the model's outputs are measured, such as held-out data; default all of "
      "the run's training data")("x", po::value<std::string>()->value_name("PATH"),
                                 "data set of the rows; default as in training")(
      "y", po::value<std::string>()->value_name("PATH"),
      "data set of the targets, or, for a pair without y, of the labels or values that colour the "
      "rows; default as in training")(
      "points", po::value<std::int64_t>()->default_value(3000)->value_name("N"),
      "maximum number of samples shown in the plane of the principal components")(
      "seed", po::value<std::int64_t>()->default_value(0)->value_name("S"),
      "seed of the choice of these samples")(
      "micro-batch", po::value<std::int64_t>()->default_value(4096)->value_name("M"),
      "rows that a rank encodes at a time; bounds memory, changes no result; 0 = all");
  options.take_positional("run", 1);
  add_compute_options(options);
  return options;
}

/// The data that the page shows, and how it is measured.
struct Look {
  model::PairSettings pair;
  report::FindingsOptions findings;
};

Look look_of(const OptionTable& options, const report::RunRecord& record) {
  Look look{model::PairSettings::from_settings(record.model->settings), {}};
  if (options.given("x")) {
    look.pair.x_path = options.value<std::string>("x");
  }
  if (options.given("y")) {
    look.pair.y_path = options.value<std::string>("y");
  }
  look.findings.data =
      options.given("data") ? options.value<std::string>("data") : record.option("data");
  look.findings.micro_batch = options.count("micro-batch", "all rows");
  look.findings.projected = options.count("points");
  look.findings.seed = options.count("seed", "a seed like any other");
  return look;
}

/// Whether the page is written without findings after this error. An error in data that the user
/// named ends the command, but the data set of an old run may have moved.
bool may_go_without(const OptionTable& options, const Error& error) {
  return !options.given("data") &&
         (error.exit_code() == ExitCode::data || error.exit_code() == ExitCode::usage);
}

/// Collective. Adds the findings that need the data set, or the reason why they are missing.
void add_findings(const mpi::Communicator& communicator, const OptionTable& options,
                  const report::RunRecord& record, Json& page) {
  const auto leave_out = [&page](const std::string& why) {
    log::warning(fmt::format("the page says nothing of the model's outputs: {}", why));
    page["no_findings"] = why;
  };
  if (!record.model) {
    leave_out("there is no model.h5; the run goes on, or was stopped before it wrote one");
    return;
  }
  const Look look = look_of(options, record);
  if (look.findings.data.empty()) {
    leave_out("config.ini does not name the data set; give it by --data");
    return;
  }
  std::optional<model::Examples> examples;
  try {
    examples =
        analysis::load_for_model(communicator, *record.model, look.pair, look.findings.data, 0);
  } catch (const Error& error) {  // the same on every rank
    if (!may_go_without(options, error)) {
      throw;
    }
    leave_out(fmt::format("{} (--data names another file)", error.what()));
    return;
  }
  const auto found =
      record.model->settings.at("precision") == "float"
          ? report::find<float>(communicator, *record.model, look.pair, *examples, look.findings)
          : report::find<double>(communicator, *record.model, look.pair, *examples, look.findings);
  page["findings"] = found;
  page["findings"]["is_training_data"] = !options.given("data");
}

}  // namespace

int report(const mpi::Communicator& communicator, const std::vector<std::string>& arguments) {
  OptionTable options = report_option_table();
  if (!options.parse(arguments)) {
    print_result(communicator, options.help());
    return 0;
  }
  const auto directory =
      train::RunDirectory::find(communicator, options.required("run", "runs/first"));
  const std::string output =
      options.given("output") ? options.value<std::string>("output")
                              : (std::filesystem::path(directory.path()) / "report.html").string();
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      refuse_existing(output, options.value<bool>("overwrite"));
    }
  });
  (void)prepare_compute(communicator, options);
  auto config = parse_ini(report::read_config(communicator, directory));
  const auto record = report::read_run(communicator, directory, std::move(config));
  Json page{{"format", "infomax-report"},
            {"version", 1},
            {"program", version},
            {"made", fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(std::time(nullptr)))}};
  page.update(record.page);
  add_findings(communicator, options, record, page);
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      PendingFile pending(output);
      train::write_text(pending.path().string(), report::make_page(page));
      pending.commit();
    }
  });
  log::info(fmt::format("wrote {}; open it in a browser", output));
  return 0;
}

}  // namespace infomax::cli
