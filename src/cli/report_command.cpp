// SPDX-License-Identifier: BSD-3-Clause
#include <ctime>
#include <filesystem>
#include <optional>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "cli/cli.hpp"
#include "cli/report_findings.hpp"
#include "cli/report_page.hpp"
#include "cli/report_run.hpp"
#include "cli/runtime.hpp"
#include "infomax/analysis/evaluation.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/core/pending_file.hpp"
#include "infomax/core/version.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/train/run_directory.hpp"

namespace infomax::cli {
namespace {

using Json = nlohmann::ordered_json;

OptionTable report_option_table() {
  OptionTable options(
      "report",
      "infomax report RUN [OPTIONS]\n\n"
      "One HTML page about a run, which opens in any browser and needs no network: curves of its\n"
      "training, the objective's parts, canonical correlations, distributions and correlations of\n"
      "the outputs, their principal components, where the time went, and every setting. A run\n"
      "that goes on, or whose data set is gone, gets what there is. For example\n\n"
      "  mpirun -n 4 infomax report runs/first --data test.h5");
  options.group("Report")("run", po::value<std::string>()->value_name("RUN"),
                          "directory that `train --output` wrote; the word may stand alone")(
      "output", po::value<std::string>()->value_name("FILE"),
      "page to write; default RUN/report.html")("overwrite", po::bool_switch(),
                                                "replace a page that is there")(
      "data", po::value<std::string>()->value_name("FILE"),
      "data set to look at the model's outputs on, such as held-out data; default the run's own "
      "training data, all of it")("x", po::value<std::string>()->value_name("PATH"),
                                  "data set of the rows; default as in training")(
      "y", po::value<std::string>()->value_name("PATH"),
      "data set of the targets, or of the labels or values that colour the rows where the pair "
      "has no use for y; default as in training")(
      "points", po::value<std::int64_t>()->default_value(3000)->value_name("N"),
      "samples shown in the plane of the principal components, at most")(
      "seed", po::value<std::int64_t>()->default_value(0)->value_name("S"), "of their choice")(
      "micro-batch", po::value<std::int64_t>()->default_value(4096)->value_name("M"),
      "rows a rank encodes at a time; bounds memory, changes no result; 0 = all");
  options.take_positional("run", 1);
  add_compute_options(options);
  return options;
}

/// What the page looks at, and how.
struct Look {
  model::PairSettings pair;
  FindingsOptions findings;
};

Look look_of(const OptionTable& options, const RunRecord& record) {
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

/// Whether a page without it is better than none: what is wrong with data that the user named is
/// for the user to mend, but data sets of old runs move.
bool may_go_without(const OptionTable& options, const Error& error) {
  return !options.given("data") &&
         (error.exit_code() == ExitCode::data || error.exit_code() == ExitCode::usage);
}

/// Collective. Adds what needs the data set, or says why it is not there.
void add_findings(const mpi::Communicator& communicator, const OptionTable& options,
                  const RunRecord& record, Json& page) {
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
          ? report_findings<float>(communicator, *record.model, look.pair, *examples, look.findings)
          : report_findings<double>(communicator, *record.model, look.pair, *examples,
                                    look.findings);
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
  auto record = read_run(communicator, directory);
  Json page{{"format", "infomax-report"},
            {"version", 1},
            {"program", version},
            {"made", fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(std::time(nullptr)))}};
  page.update(record.page);
  add_findings(communicator, options, record, page);
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      PendingFile pending(output);
      train::write_text(pending.path().string(), report_page(page));
      pending.commit();
    }
  });
  log::info(fmt::format("wrote {}; open it in a browser", output));
  return 0;
}

}  // namespace infomax::cli
