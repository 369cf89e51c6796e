// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "infomax/model/settings.hpp"
#include "infomax/nn/spec.hpp"
#include "infomax/train/config.hpp"

// The pair multi: networks of several views, which train as one network side by side.
namespace infomax::train {

/// The encoders as they are given: one, or one for each view, separated by |.
[[nodiscard]] std::vector<std::string> encoders_of(const Config& config);

/// Throws UsageError where what the pair multi needs is missing, or something is given that it does
/// not have.
void validate_views(const Config& config);

/// The network of all views, whose shapes are known: that of `encoder`, or each its own. Throws
/// UsageError where there are other encoders than views. linear:N becomes dense:N.
[[nodiscard]] nn::Spec join_encoders(const Config& config, const model::PairSettings& pair);

/// Sets the objective's option that follows from the network of all views.
void settle_views(Config& config, const model::PairSettings& pair);

}  // namespace infomax::train
