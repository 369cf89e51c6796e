// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>

#include "infomax/core/field.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/model_file.hpp"
#include "infomax/model/settings.hpp"
#include "infomax/mpi/communicator.hpp"
#include "report/run.hpp"

namespace infomax::report {

/// The samples that a run was trained on, and those that it was validated on.
struct RunData {
  model::Examples training;
  std::optional<model::Examples> held_out;
  std::string held_out_file;  ///< empty where it is a share of the training data
};

/// Collective. The samples of `data` that a run was trained on, and those that it kept for
/// validation where it kept a share; `config` are the run's settings, and may be empty. Throws
/// DataError and UsageError, the same on every rank.
[[nodiscard]] model::SplitExamples load_as_trained(const mpi::Communicator& communicator,
                                                   const FieldTexts& config,
                                                   const model::StoredModel& stored,
                                                   const model::PairSettings& pair,
                                                   const std::string& data);

/// Collective. Reads the data of a run as its training did: where it kept a share of the samples
/// for validation, these samples are apart. A validation file that cannot be read any more is left
/// out with a warning. Throws DataError and UsageError, the same on every rank.
[[nodiscard]] RunData load_run_data(const mpi::Communicator& communicator, const RunRecord& record,
                                    const model::PairSettings& pair, const std::string& data);

}  // namespace infomax::report
