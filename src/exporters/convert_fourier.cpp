// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>

#include "exporters/layer_converter.hpp"

// N samples of inputs, D features.
namespace infomax::exporters {

/// sqrt(2/D) cos(x W + b); a sample of any shape is taken flat.
Value convert_fourier(const LayerContext& context) {
  OnnxGraph& graph = context.graph;
  const std::size_t features = context.node().output.extents().back();
  const auto columns = static_cast<std::int64_t>(features);
  const auto inputs = static_cast<std::int64_t>(context.block("weight").size() / features);
  const bool is_flat = context.source().output.axes() == 1;
  const std::string flat =
      is_flat ? context.input().name : context.apply("Flatten", {{"axis", std::int64_t{1}}}).name;
  const std::string product =
      graph.add("MatMul", {flat, context.constant("weight", {inputs, columns})});
  const std::string angles = graph.add("Add", {product, context.constant("phase", {columns})});
  const auto amplitude = static_cast<float>(std::sqrt(2.0 / static_cast<double>(features)));
  return context.with(graph.add("Mul", {graph.add("Cos", {angles}), graph.number(amplitude)}));
}

}  // namespace infomax::exporters
