// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/option_table.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/train/durability.hpp"

namespace infomax::cli {

void add_durability_options(OptionTable& options);

/// Throws UsageError.
[[nodiscard]] train::DurabilityOptions durability_options(const OptionTable& options,
                                                          std::uint64_t steps_per_epoch);

/// A run to go on with.
struct Resumption {
  std::optional<train::Checkpoint> checkpoint;  ///< arrays on the root alone
  std::map<std::string, std::string> settings;  ///< that the run had
};

/// Collective. Where --resume is given and there is a checkpoint: takes over the options that the
/// command line leaves out. Says which it is, or that there is none. Throws UsageError where an
/// option that must not change does, DataError where no checkpoint can be used.
[[nodiscard]] Resumption find_resumption(const mpi::Communicator& communicator,
                                         OptionTable& options, const std::string& output);

/// Once all options are resolved and the data is there: throws UsageError and DataError where they
/// are not those of the run to go on with.
void check_resumption(const Resumption& resumption, const OptionTable& options,
                      const std::string& fingerprint);

}  // namespace infomax::cli
