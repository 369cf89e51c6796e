// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include "infomax/nn/shape.hpp"
#include "infomax/train/config.hpp"

namespace infomax::train {

/// Throws UsageError where the pair predict has another objective than infonce or a critic, or
/// another pair a horizon.
void validate_prediction(const Config& config);

/// Of the pair predict: sets the options of its objective that follow from the encoder, and returns
/// the layer whose outputs are predicted, the last before the last recurrent one. `input` is the
/// shape of a sample. Throws UsageError where the encoder does not end in the steps of a recurrent
/// layer that sees no later step.
[[nodiscard]] std::size_t settle_prediction(Config& config, const nn::Shape& input);

}  // namespace infomax::train
