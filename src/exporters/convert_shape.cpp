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

/// The columns of a view: those after the views before it, which the graph has before it.
Value convert_slice(const LayerContext& context) {
  const auto& nodes = context.network.nodes();
  const std::size_t cut = context.node().inputs.front();
  std::int64_t first = 0;
  for (std::size_t u = context.number - 1; u > cut && nodes[u].item.starts_with("view:"); --u) {
    first += static_cast<std::int64_t>(nodes[u].output.size());
  }
  const auto columns = static_cast<std::int64_t>(context.node().output.size());
  auto sliced = context.with(context.graph.add(
      "Slice", {context.input().name, context.graph.integers({first}),
                context.graph.integers({first + columns}), context.graph.integers({1})}));
  if (context.node().output.axes() == 1) {
    return sliced;
  }
  auto shape = extents_of(context.node().output);
  shape.insert(shape.begin(), 0);  // as many samples as there are
  sliced.name = context.graph.add("Reshape", {sliced.name, context.graph.integers(shape)});
  return sliced;
}

/// The outputs of all views, [N,q] each once those of several axes are flat.
Value convert_join(const LayerContext& context) {
  std::vector<std::string> parts;
  parts.reserve(context.inputs.size());
  for (std::size_t m = 0; m < context.inputs.size(); ++m) {
    const auto& made = context.network.nodes()[context.node().inputs[m]].output;
    const std::string& name = context.inputs[m].name;
    parts.push_back(made.axes() == 1
                        ? name
                        : context.graph.add("Flatten", {name}, {{"axis", std::int64_t{1}}}));
  }
  return context.with(context.graph.add("Concat", parts, {{"axis", std::int64_t{1}}}));
}

}  // namespace infomax::exporters
