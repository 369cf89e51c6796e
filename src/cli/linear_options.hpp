// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>

#include "cli/option_table.hpp"
#include "infomax/model/pair.hpp"
#include "infomax/nn/spec.hpp"
#include "infomax/objective/options.hpp"

namespace infomax::cli {

/// Whether the last layers start at the linear solution: by --init linear, or because the encoders
/// are linear:N. Throws UsageError where they cannot.
[[nodiscard]] bool starts_linear(const OptionTable& options,
                                 const objective::ObjectiveOptions& objective, model::Pair pair,
                                 const nn::Spec& encoder, const std::optional<nn::Spec>& encoder_b);

/// Whether nothing is to be trained though no number of steps says so: the encoder is linear:N and
/// neither --steps nor --epochs is given.
[[nodiscard]] bool is_untrained_baseline(const OptionTable& options);

/// Makes the run's configuration say what linear:N implies.
void resolve_linear(OptionTable& options, bool linear);

}  // namespace infomax::cli
