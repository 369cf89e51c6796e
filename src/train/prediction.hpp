// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>

#include "infomax/nn/shape.hpp"
#include "infomax/train/config.hpp"

namespace infomax::train {

/// Of the pair predict: sets the options of its objective that follow from the encoder, and returns
/// the layer whose outputs are predicted, the last before the last recurrent one. Does nothing for
/// other pairs. `input` is the shape of a sample. Throws UsageError where the encoder does not end
/// in steps of a recurrent layer that sees no later step, or the objective is another.
[[nodiscard]] std::optional<std::size_t> settle_prediction(Config& config, const nn::Shape& input);

}  // namespace infomax::train
