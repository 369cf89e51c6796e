// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "cli/option_table.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/model.hpp"
#include "infomax/train/trainer.hpp"

namespace infomax::cli {

void add_validation_options(OptionTable& options);

/// What --validation says: nothing, a file, or a share of the training data.
struct ValidationChoice {
  std::string file;
  double fraction = 0.0;
};

/// Throws UsageError, also for --early-stop and --validate-every without --validation.
[[nodiscard]] ValidationChoice validation_choice(const OptionTable& options);

/// Throws UsageError.
void set_validation(const OptionTable& options, std::uint64_t steps_per_epoch,
                    train::TrainerOptions& trainer);

/// Collective. The examples of a validation file, of the training data's kind. Throws DataError.
[[nodiscard]] model::Examples load_validation(const mpi::Communicator& communicator,
                                              const std::string& file,
                                              const model::PairSettings& pair,
                                              const model::Examples& training);

/// Rows that are encoded at a time where --micro-batch leaves it open.
[[nodiscard]] std::size_t validation_micro_batch(std::size_t micro_batch);

}  // namespace infomax::cli
