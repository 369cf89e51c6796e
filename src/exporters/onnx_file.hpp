// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>

#include "exporters/onnx_graph.hpp"

namespace infomax::exporters {

/// Throws UsageError where this build lacks ONNX's library.
void require_onnx();

/// Writes a file of ONNX. Throws UsageError where it would be larger than the format allows or this
/// build lacks ONNX's library, and SystemError.
void write_onnx(const std::filesystem::path& path, const OnnxGraph& graph);

}  // namespace infomax::exporters
