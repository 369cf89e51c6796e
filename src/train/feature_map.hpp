// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>

#include "infomax/nn/shape.hpp"
#include "infomax/train/config.hpp"

namespace infomax::train {

/// Sets the options of an objective that sees a layer within the encoder: which layer, the shape of
/// its outputs, and what comes after it. Returns the layer, and does nothing for other objectives.
/// `input` is the shape of a sample. Throws UsageError where there is no such layer.
[[nodiscard]] std::optional<std::size_t> settle_feature_map(Config& config, const nn::Shape& input);

}  // namespace infomax::train
