// SPDX-License-Identifier: BSD-3-Clause
#include "exporters/onnx_file.hpp"
#include "infomax/core/error.hpp"

// In the place of onnx_file.cpp where ONNX's library is not installed.
namespace infomax::exporters {

void require_onnx() {
  throw UsageError(
      "this Infomax was built without ONNX's library; install it (Debian: libonnx-dev and "
      "libprotobuf-dev) and build again, or export the weights by `format` npz");
}

void write_onnx(const std::filesystem::path& /*path*/, const OnnxGraph& /*graph*/) {
  require_onnx();
}

}  // namespace infomax::exporters
