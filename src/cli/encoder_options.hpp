// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "cli/option_table.hpp"
#include "infomax/analysis/encoder.hpp"
#include "infomax/core/progress_line.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::cli {

/// Adds the options that say what of a model represents a row.
void add_encoder_options(OptionTable& options);

/// What they came to. Throws UsageError.
[[nodiscard]] analysis::EncoderOptions encoder_options(const OptionTable& options);

/// Adds --progress.
void add_progress_option(OptionTable& options);

/// What it came to: on the root, for the others say nothing. Throws UsageError.
[[nodiscard]] ProgressMode progress_mode(const mpi::Communicator& communicator,
                                         const OptionTable& options);

}  // namespace infomax::cli
