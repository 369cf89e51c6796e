// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>

#include "infomax/core/field.hpp"
#include "infomax/measure/threads.hpp"
#include "infomax/train/config/data.hpp"
#include "infomax/train/config/network.hpp"
#include "infomax/train/config/objective.hpp"
#include "infomax/train/config/optimisation.hpp"
#include "infomax/train/config/pair.hpp"
#include "infomax/train/config/run.hpp"
#include "infomax/train/config/validation.hpp"

namespace infomax::train {

/// The whole configuration of a training, except rows in memory. The data decide members that are
/// unset; Training::config() has the values. The members are those of the parts, each of which
/// stands beside its table of names, help and checks:
///
///     Config config;
///     config.encoder = "dense:64,tanh,dense:8";
///     config.learning_rate = 0.01;
struct Config : DataConfig,
                PairConfig,
                NetworkConfig,
                ObjectiveConfig,
                OptimisationConfig,
                ValidationConfig,
                RunConfig,
                measure::ThreadOptions {};

/// The fields of all parts, in the order of `infomax train --help`.
[[nodiscard]] const FieldTable<Config>& config_fields();

/// Checks everything that does not depend on data. Throws UsageError that names the fields.
void validate(const Config& config);

}  // namespace infomax::train
