// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "exporters/onnx_graph.hpp"
#include "infomax/analysis/encoder.hpp"

namespace infomax::exporters {

/// The graph that makes representations, as the encoder does, of rows as their file has them: float
/// [N,...] (token ids int64 [N,T]), and, where `sequences_vary`, the lengths of sequences, int32
/// [N]. Preprocessing is part of it. Throws UsageError, which names the layer, where one has no
/// counterpart in ONNX.
[[nodiscard]] OnnxGraph encoder_graph(const analysis::Encoder<float>& encoder,
                                      std::span<const float> parameters, bool sequences_vary);

}  // namespace infomax::exporters
