// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>

#include "cli/option_table.hpp"
#include "cli/training.hpp"
#include "cli/validation_options.hpp"
#include "infomax/data/normalization.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::cli {

/// What the options of `train` say, checked before any data is read.
struct TrainPlan {
  Understood understood;
  std::string file;
  std::optional<data::NormalizeMode> normalize;
  ValidationChoice validation;
};

/// Throws UsageError.
[[nodiscard]] TrainPlan plan_training(const OptionTable& options);

/// Collective. Reads the data and resolves what follows from it. Throws DataError, UsageError.
[[nodiscard]] Prepared prepare(const mpi::Communicator& communicator, OptionTable& options,
                               const TrainPlan& plan);

}  // namespace infomax::cli
