// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/json.hpp"
#include "infomax/model/model_file.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/train/run_directory.hpp"

namespace infomax::report {

/// The content of a run directory, without the data set that the run read. Any of its files may be
/// missing where the run is still going on or was stopped.
struct RunRecord {
  std::vector<std::pair<std::string, std::string>> config;  ///< names and values, in order
  std::optional<model::StoredModel> model;
  /// The entries of the page that follow from the directory; set on the root only.
  Json page = Json::object();

  /// The value of a setting; empty where it is unset.
  [[nodiscard]] std::string option(const std::string& name) const;
};

/// Collective. The text of the run's config.ini; empty where there is none. Throws DataError if the
/// file cannot be read.
[[nodiscard]] std::string read_config(const mpi::Communicator& communicator,
                                      const train::RunDirectory& directory);

/// Collective. Reads the rest of the directory; `config` is the parsed configuration. Throws
/// DataError if a file exists and cannot be read.
[[nodiscard]] RunRecord read_run(const mpi::Communicator& communicator,
                                 const train::RunDirectory& directory,
                                 std::vector<std::pair<std::string, std::string>> config);

}  // namespace infomax::report
