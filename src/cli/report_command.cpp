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

struct ReportConfig {
  std::string run;
  std::string output;  ///< empty: report.html of the run
  bool overwrite = false;
  std::string x;  ///< empty: as in training
  std::string y;  ///< empty: as in training
  report::FindingsOptions findings;
  measure::ThreadOptions machine;
};

const FieldTable<ReportConfig>& report_fields() {
  static const FieldTable<ReportConfig> fields = [] {
    using Config = ReportConfig;
    FieldTable<Config> table;
    table.group("Report")
        .add("run", &Config::run, "RUN",
             "directory that `train --output` wrote; the option's name may be omitted")
        .add("output", &Config::output, "FILE", "page to write; default RUN/report.html")
        .add("overwrite", &Config::overwrite, "", "replace an existing page")
        .include(&Config::findings, report::findings_fields())
        .add("y", &Config::y, "PATH",
             "data set of the targets, or, for a pair without y, of the labels or values that "
             "colour the rows; default as in training")
        .after("data")
        .add("x", &Config::x, "PATH", "data set of the rows; default as in training")
        .after("data")
        .include(&Config::machine, measure::thread_fields());
    return table;
  }();
  return fields;
}

/// Whether the page is written without findings after this error. An error in data that the user
/// named ends the command, but the data set of an old run may have moved.
bool may_go_without(const ReportConfig& config, const Error& error) {
  return config.findings.data.empty() &&
         (error.exit_code() == ExitCode::data || error.exit_code() == ExitCode::usage);
}

/// Collective. Adds the findings that need the data set, or the reason why they are missing.
void add_findings(const mpi::Communicator& communicator, const ReportConfig& config,
                  const report::RunRecord& record, Json& page) {
  const auto leave_out = [&page](const std::string& why) {
    log::warning(fmt::format("the page says nothing of the model's outputs: {}", why));
    page["no_findings"] = why;
  };
  if (!record.model) {
    leave_out("there is no model.h5; the run goes on, or was stopped before it wrote one");
    return;
  }
  auto pair = model::PairSettings::from_settings(record.model->settings);
  if (!config.x.empty()) {
    pair.x_path = config.x;
  }
  if (!config.y.empty()) {
    pair.y_path = config.y;
  }
  report::FindingsOptions wanted = config.findings;
  if (wanted.data.empty()) {
    wanted.data = record.option("data");
  }
  if (wanted.data.empty()) {
    leave_out("config.ini does not name the data set; give it by --data");
    return;
  }
  std::optional<model::Examples> examples;
  try {
    examples = analysis::load_for_model(communicator, *record.model, pair, wanted.data, 0);
  } catch (const Error& error) {  // the same on every rank
    if (!may_go_without(config, error)) {
      throw;
    }
    leave_out(fmt::format("{} (--data names another file)", error.what()));
    return;
  }
  const auto found =
      record.model->settings.at("precision") == "float"
          ? report::find<float>(communicator, *record.model, pair, *examples, wanted)
          : report::find<double>(communicator, *record.model, pair, *examples, wanted);
  page["findings"] = found;
  page["findings"]["is_training_data"] = config.findings.data.empty();
}

}  // namespace

OptionTable report_options() {
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
  options.add(report_fields());
  options.take_positional("run", 1);
  return options;
}

int report(const mpi::Communicator& communicator, OptionTable& options) {
  options.require("run", "runs/first");
  const auto config = options.read(report_fields());
  const auto directory = train::RunDirectory::find(communicator, config.run);
  const std::string output =
      config.output.empty() ? (std::filesystem::path(directory.path()) / "report.html").string()
                            : config.output;
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      refuse_existing(output, config.overwrite);
    }
  });
  (void)prepare_compute(communicator, config.machine);
  auto settings = parse_ini(report::read_config(communicator, directory));
  const auto record = report::read_run(communicator, directory, std::move(settings));
  Json page{{"format", "infomax-report"},
            {"version", 1},
            {"program", version},
            {"made", fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(std::time(nullptr)))}};
  page.update(record.page);
  add_findings(communicator, config, record, page);
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
