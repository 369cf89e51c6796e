// SPDX-License-Identifier: BSD-3-Clause
#include "exporters/layer_converter.hpp"

#include <fmt/format.h>

namespace infomax::exporters {

std::string LayerContext::block_name(std::string_view name) const {
  return fmt::format("layers/{}/{}", node().layer.value(), name);
}

std::string LayerContext::constant(std::string_view name, std::vector<std::int64_t> extents) const {
  const auto values = block(name);
  return graph.constant(block_name(name), std::move(extents), {values.begin(), values.end()});
}

std::vector<std::int64_t> extents_of(const nn::Shape& shape) {
  return {shape.extents().begin(), shape.extents().end()};
}

}  // namespace infomax::exporters
