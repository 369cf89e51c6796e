// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "cli/option_table.hpp"
#include "infomax/data/sampler.hpp"
#include "infomax/model/settings.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::cli {

/// Adds --reproducible.
void add_reproducible_option(OptionTable& options);

/// Collective, after BLAS has its threads. Where --reproducible is given: gives BLAS one thread.
/// Throws UsageError where other options ask for what cannot be, SystemError where the ranks'
/// processors differ.
void prepare_reproducible(const mpi::Communicator& communicator, const OptionTable& options);

/// Adds what the bits of the run depend on, and whether --reproducible makes up for the ranks.
void record_arithmetic(const mpi::Communicator& communicator, const OptionTable& options,
                       model::Settings& settings);

/// A line for the user, or nothing without --reproducible.
[[nodiscard]] std::string describe_reproducible(const OptionTable& options,
                                                const data::Sampler& sampler, std::size_t blocks);

}  // namespace infomax::cli
