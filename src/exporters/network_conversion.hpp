// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "exporters/layer_converter.hpp"

namespace infomax::exporters {

/// Adds the operators that make the value of the last node of preprocessed rows, or of token ids.
/// Throws UsageError, which names the layer, where one has no counterpart.
[[nodiscard]] Value convert_network(const NetworkPart& part, const Value& rows, OnnxGraph& graph);

}  // namespace infomax::exporters
