// SPDX-License-Identifier: BSD-3-Clause
#include "exporters/layer_converter.hpp"

// What moves numbers or adds them and has no parameters.
namespace infomax::exporters {

Value convert_reshape(const LayerContext& context) {
  if (context.node().output.axes() == 1) {
    return context.apply("Flatten", {{"axis", std::int64_t{1}}});
  }
  auto shape = extents_of(context.node().output);
  shape.insert(shape.begin(), 0);  // as many samples as there are
  return context.with(
      context.graph.add("Reshape", {context.input().name, context.graph.integers(shape)}));
}

/// Of a residual: what came in, or its projection, and what the items made of it.
Value convert_sum(const LayerContext& context) {
  return context.with(
      context.graph.add("Add", {context.inputs.front().name, context.inputs.back().name}));
}

}  // namespace infomax::exporters
