// SPDX-License-Identifier: BSD-3-Clause
#include "report/comparison.hpp"

#include <algorithm>
#include <string>

namespace infomax::report {
namespace {

/// All names of settings, in the order in which the runs have them.
std::vector<std::string> names_of(const std::vector<RunRecord>& runs) {
  std::vector<std::string> names;
  for (const auto& run : runs) {
    for (const auto& [name, value] : run.config) {
      if (std::ranges::find(names, name) == names.end()) {
        names.push_back(name);
      }
    }
  }
  return names;
}

Json differences(const std::vector<RunRecord>& runs) {
  Json differing = Json::array();
  for (const auto& name : names_of(runs)) {
    if (name == "output") {
      continue;
    }
    Json values = Json::array();
    bool differs = false;
    for (const auto& run : runs) {
      const std::string value = run.option(name);
      values.push_back(value.empty() ? Json(nullptr) : Json(value));
      differs = differs || value != runs.front().option(name);
    }
    if (differs) {
      differing.push_back({{"name", name}, {"values", values}});
    }
  }
  return differing;
}

/// The numbers of parameters and of ranks, where the run has a model.
Json sizes(const RunRecord& run) {
  if (!run.model) {
    return nullptr;
  }
  std::size_t parameters = 0;
  for (const auto& network : run.model->networks) {
    parameters += network.parameters.size();
  }
  const auto ranks = run.model->settings.find("ranks");
  return {{"parameters", parameters},
          {"ranks", ranks == run.model->settings.end() ? Json(nullptr) : Json(ranks->second)}};
}

}  // namespace

Json compare(const std::vector<RunRecord>& runs) {
  Json shown = Json::array();
  for (const auto& run : runs) {
    shown.push_back(
        {{"run", run.page.at("run")},
         {"command", run.page.at("command")},
         {"sizes", sizes(run)},
         {"probes", run.page.at("probes")},
         {"training", run.page.contains("training") ? run.page.at("training") : Json(nullptr)}});
  }
  return {{"runs", shown}, {"differences", differences(runs)}};
}

}  // namespace infomax::report
