// SPDX-License-Identifier: BSD-3-Clause
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/cli.hpp"
#include "cli/runtime.hpp"
#include "infomax/analysis/evaluation.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/core/pending_file.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/train/run_directory.hpp"
#include "report/comparison.hpp"
#include "report/findings.hpp"
#include "report/page.hpp"
#include "report/run.hpp"
#include "report/run_data.hpp"

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
             "directory that `train --output` wrote; the option's name may be omitted, and then "
             "there "
             "may be several")
        .add("output", &Config::output, "FILE",
             "page to write; default RUN/report.html, of several runs none")
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

/// The data sets that the model reads, under the names that the user gave.
model::PairSettings pair_of(const ReportConfig& config, const model::StoredModel& stored) {
  auto pair = model::PairSettings::from_settings(stored.settings);
  if (!config.x.empty()) {
    pair.x_path = config.x;
  }
  if (!config.y.empty()) {
    pair.y_path = config.y;
  }
  return pair;
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
  const auto pair = pair_of(config, *record.model);
  report::FindingsOptions wanted = config.findings;
  if (wanted.data.empty()) {
    wanted.data = record.option("data");
  }
  if (wanted.data.empty()) {
    leave_out("config.ini does not name the data set; give it by --data");
    return;
  }
  const bool is_training_data = config.findings.data.empty();
  std::optional<report::RunData> data;
  try {
    data = is_training_data ? report::load_run_data(communicator, record, pair, wanted.data)
                            : report::RunData{analysis::load_for_model(communicator, *record.model,
                                                                       pair, wanted.data, 0),
                                              {},
                                              {}};
  } catch (const Error& error) {  // the same on every rank
    if (!may_go_without(config, error)) {
      throw;
    }
    leave_out(fmt::format("{} (--data names another file)", error.what()));
    return;
  }
  const report::FindingsData samples{data->training, data->held_out ? &*data->held_out : nullptr};
  page["findings"] = record.model->settings.at("precision") == "float"
                         ? report::find<float>(communicator, *record.model, pair, samples, wanted)
                         : report::find<double>(communicator, *record.model, pair, samples, wanted);
  page["findings"]["is_training_data"] = is_training_data;
  page["findings"]["held_out_file"] = data->held_out_file;
}

/// Collective. Writes a page, which was checked to be writable, on the root.
void write_page(const mpi::Communicator& communicator, const std::string& output,
                const Json& page) {
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      PendingFile pending(output);
      train::write_text(pending.path().string(), report::make_page(page));
      pending.commit();
    }
  });
  log::info(fmt::format("wrote {}; open it in a browser", output));
}

report::RunRecord read_record(const mpi::Communicator& communicator,
                              const train::RunDirectory& directory) {
  return report::read_run(communicator, directory,
                          parse_ini(report::read_config(communicator, directory)));
}

/// Collective. Throws UsageError where the page exists and is not to be replaced.
void require_free(const mpi::Communicator& communicator, const std::string& output,
                  bool overwrite) {
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      refuse_existing(output, overwrite);
    }
  });
}

/// The page about several runs.
int report_several(const mpi::Communicator& communicator, const OptionTable& options,
                   const ReportConfig& config) {
  if (config.output.empty()) {
    throw UsageError("--output is missing: a page about several runs belongs to none of them");
  }
  for (const char* of_one : {"data", "x", "y", "points", "seed", "lags", "replicates"}) {
    if (options.given(of_one)) {
      throw UsageError(fmt::format(
          "--{} is for the report of one run; a page about several reads no data", of_one));
    }
  }
  std::vector<train::RunDirectory> directories;
  for (const auto& run : options.words()) {
    directories.push_back(train::RunDirectory::find(communicator, run));
  }
  require_free(communicator, config.output, config.overwrite);
  std::vector<report::RunRecord> runs;
  runs.reserve(directories.size());
  for (const auto& directory : directories) {
    runs.push_back(read_record(communicator, directory));
  }
  Json page = report::new_page();
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      page.update(report::compare(runs));
    }
  });
  write_page(communicator, config.output, page);
  return 0;
}

}  // namespace

OptionTable report_options() {
  OptionTable options(
      "report",
      "infomax report RUN... [OPTIONS]\n\n"
      "Writes an HTML page about a run, which opens in any browser and needs no network. It shows\n"
      "the curves of the training, the terms of the objective, also on held-out data where the "
      "run\n"
      "had some, canonical correlations, distributions and correlations of the outputs, their\n"
      "principal components, how the time was spent, every setting, and the command that made the\n"
      "run. For objectives of canonical correlations it shows canonical variates and their\n"
      "loadings in the place of outputs, and for the pair lag implied timescales against the lag.\n"
      "It also shows what infomax probe --json wrote to RUN/probe.json or RUN/probe-NAME.json. It\n"
      "leaves out what is missing while the run goes on or if its data set no longer exists. "
      "Every\n"
      "chart can be saved as SVG and CSV.\n\n"
      "Of several runs, it shows the settings that differ, the final values, and all curves in "
      "one\n"
      "chart. For example\n\n"
      "  mpirun -n 4 infomax report runs/first --data test.h5\n"
      "  infomax report runs/first runs/second runs/third --output comparison.html");
  options.add(report_fields());
  options.take_words("run");
  return options;
}

int report(const mpi::Communicator& communicator, OptionTable& options) {
  options.require("run", "runs/first");
  const auto config = options.read(report_fields());
  if (options.words().size() > 1) {
    return report_several(communicator, options, config);
  }
  const auto directory = train::RunDirectory::find(communicator, config.run);
  const std::string output =
      config.output.empty() ? (std::filesystem::path(directory.path()) / "report.html").string()
                            : config.output;
  require_free(communicator, output, config.overwrite);
  (void)prepare_compute(communicator, config.machine);
  const auto record = read_record(communicator, directory);
  Json page = report::new_page();
  page.update(record.page);
  add_findings(communicator, config, record, page);
  write_page(communicator, output, page);
  return 0;
}

}  // namespace infomax::cli
