// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "infomax/model/model_file.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/train/run_directory.hpp"

namespace infomax::cli {

/// What a run directory says without its data set. A run that goes on, or was stopped, may lack
/// any of its files.
struct RunRecord {
  std::vector<std::pair<std::string, std::string>> config;  ///< options and values, in order
  std::optional<model::StoredModel> model;
  /// On the root: the parts of the page that come of it.
  nlohmann::ordered_json page = nlohmann::ordered_json::object();

  /// The value of an option; empty where it was not given.
  [[nodiscard]] std::string option(const std::string& name) const;
};

/// Collective. Throws DataError where a file is there but cannot be read.
[[nodiscard]] RunRecord read_run(const mpi::Communicator& communicator,
                                 const train::RunDirectory& directory);

}  // namespace infomax::cli
