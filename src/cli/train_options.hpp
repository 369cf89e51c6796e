// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/option_table.hpp"
#include "infomax/optim/optimizer.hpp"
#include "infomax/optim/schedule.hpp"
#include "infomax/train/lbfgs.hpp"
#include "infomax/train/step.hpp"

namespace infomax::cli {

/// The options of `train`, all groups.
[[nodiscard]] OptionTable train_option_table();

/// Groups of them that other commands take too.
void add_pair_options(OptionTable& options);
void add_network_options(OptionTable& options);
void add_optimizer_options(OptionTable& options);

/// A length of training such as "500steps" or "2epochs", in steps. Throws UsageError.
[[nodiscard]] std::uint64_t parse_steps(const std::string& option, const std::string& text,
                                        std::uint64_t steps_per_epoch);

/// Steps of the whole run: --steps where given, else --epochs; of an encoder linear:N, none unless
/// either is given.
[[nodiscard]] std::uint64_t total_steps(const OptionTable& options, std::uint64_t steps_per_epoch);

[[nodiscard]] optim::OptimizerOptions optimizer_options(const OptionTable& options);

[[nodiscard]] optim::Schedule schedule_options(const OptionTable& options,
                                               std::uint64_t steps_per_epoch);

/// Nothing but for --optimizer lbfgs, of which it throws UsageError without --batch 0.
[[nodiscard]] std::optional<train::LbfgsOptions> lbfgs_options(const OptionTable& options);

[[nodiscard]] train::StepOptions step_options(const OptionTable& options);

}  // namespace infomax::cli
