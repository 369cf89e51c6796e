// SPDX-License-Identifier: BSD-3-Clause
#include "report/run.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/nn/network.hpp"
#include "infomax/train/files_of_run.hpp"
#include "report/command.hpp"
#include "report/filters.hpp"
#include "report/metrics.hpp"
#include "report/probes.hpp"

namespace infomax::report {
namespace {

// As many as a screen can show apart.
constexpr std::size_t most_points = 600;
constexpr std::size_t most_bars = 60;

std::ifstream open(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    throw DataError(fmt::format("{} cannot be read; correct its permissions", path));
  }
  return file;
}

bool is_there(const std::string& path) {
  std::error_code status;
  return std::filesystem::exists(path, status);
}

std::string read_text(const std::string& path) {
  std::ostringstream text;
  text << open(path).rdbuf();
  return text.str();
}

Json describe(const model::StoredModel& model) {
  Json networks = Json::array();
  for (const auto& network : model.networks) {
    const nn::Network<double> shape(nn::parse_spec(network.spec), network.input);
    networks.push_back({{"name", network.name},
                        {"spec", network.spec},
                        {"inputs", shape.inputs()},
                        {"outputs", shape.outputs()},
                        {"parameters", network.parameters.size()},
                        {"filters", filters(network)}});
  }
  return {{"settings", model.settings}, {"networks", networks}};
}

/// Runs on the root only.
Json describe(const train::RunDirectory& directory, const RunRecord& record) {
  Json page{{"run", directory.path()}, {"config", Json::array()}, {"model", nullptr}};
  for (const auto& [name, value] : record.config) {
    page["config"].push_back({name, value});
  }
  std::string ranks;
  if (record.model) {
    page["model"] = describe(*record.model);
    const auto found = record.model->settings.find("ranks");
    ranks = found == record.model->settings.end() ? "" : found->second;
  }
  page["command"] = record.config.empty() ? "" : command_of(record.config, ranks);
  page["probes"] = read_probes(directory.path());
  if (is_there(directory.metrics())) {
    auto file = open(directory.metrics());
    const RunMetrics metrics(file);
    if (!metrics.empty()) {
      page["training"] = {{"summary", metrics.summary()},
                          {"curves", metrics.curves(most_points)},
                          {"times", metrics.times(most_bars)}};
    }
  }
  return page;
}

}  // namespace

std::string RunRecord::option(const std::string& name) const {
  const auto found = std::ranges::find(config, name, &std::pair<std::string, std::string>::first);
  return found == config.end() ? "" : found->second;
}

std::string read_config(const mpi::Communicator& communicator,
                        const train::RunDirectory& directory) {
  std::string ini;
  mpi::together(communicator, [&] {
    if (communicator.is_root() && is_there(directory.config())) {
      ini = train::locate_files(read_text(directory.config()), directory.path());
    }
  });
  return communicator.broadcast(ini, 0);
}

RunRecord read_run(const mpi::Communicator& communicator, const train::RunDirectory& directory,
                   std::vector<std::pair<std::string, std::string>> config) {
  RunRecord record;
  record.config = std::move(config);
  const bool has_model = communicator.is_root() && is_there(directory.model());
  if (communicator.max(std::uint64_t{has_model}) != 0) {
    record.model = model::read_model(communicator, directory.model());
  }
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      record.page = describe(directory, record);
    }
  });
  return record;
}

}  // namespace infomax::report
