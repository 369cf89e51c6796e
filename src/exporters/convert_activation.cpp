// SPDX-License-Identifier: BSD-3-Clause
#include <numbers>

#include "exporters/layer_converter.hpp"

// y = function(x), element by element, and softmax.
namespace infomax::exporters {

Value convert_tanh(const LayerContext& context) { return context.apply("Tanh"); }
Value convert_relu(const LayerContext& context) { return context.apply("Relu"); }
Value convert_sigmoid(const LayerContext& context) { return context.apply("Sigmoid"); }
Value convert_softplus(const LayerContext& context) { return context.apply("Softplus"); }

/// x (1 + erf(x / sqrt(2))) / 2; the opset has no operator of its own.
Value convert_gelu(const LayerContext& context) {
  OnnxGraph& graph = context.graph;
  const std::string& x = context.input().name;
  const std::string scaled = graph.add("Div", {x, graph.number(std::numbers::sqrt2_v<float>)});
  const std::string both = graph.add("Add", {graph.add("Erf", {scaled}), graph.number(1.0F)});
  const std::string product = graph.add("Mul", {x, both});
  return context.with(graph.add("Mul", {product, graph.number(0.5F)}));
}

Value convert_silu(const LayerContext& context) {
  const std::string gate = context.graph.add("Sigmoid", {context.input().name});
  return context.with(context.graph.add("Mul", {context.input().name, gate}));
}

/// Over the channels of an image, which come first, or the features of a step, which come last.
Value convert_softmax(const LayerContext& context) {
  const std::int64_t axis = context.node().steps ? -1 : 1;
  return context.apply("Softmax", {{"axis", axis}});
}

}  // namespace infomax::exporters
