// SPDX-License-Identifier: BSD-3-Clause
#include "exporters/layer_converter.hpp"

// N samples of D features; H outputs.
namespace infomax::exporters {

namespace {

/// The weight, which lies [D, H], as [H, D].
std::string transposed_weight(const LayerContext& context, std::size_t inputs,
                              std::size_t outputs) {
  const auto weight = context.block("weight");
  std::vector<float> turned;
  turned.reserve(weight.size());
  for (std::size_t j = 0; j < outputs; ++j) {
    for (std::size_t i = 0; i < inputs; ++i) {
      turned.push_back(weight[i * outputs + j]);
    }
  }
  return context.graph.constant(
      context.block_name("weight"),
      {static_cast<std::int64_t>(outputs), static_cast<std::int64_t>(inputs)}, std::move(turned));
}

}  // namespace

/// Of sequences the matrix product applies to every step; a sample of any other shape is taken
/// flat.
Value convert_dense(const LayerContext& context) {
  const std::size_t outputs = context.node().output.extents().back();
  const std::size_t inputs = context.block("weight").size() / outputs;
  const auto columns = static_cast<std::int64_t>(outputs);
  if (context.source().steps) {
    const std::string weight =
        context.constant("weight", {static_cast<std::int64_t>(inputs), columns});
    const std::string product = context.graph.add("MatMul", {context.input().name, weight});
    return context.with(context.graph.add("Add", {product, context.constant("bias", {columns})}));
  }
  const bool is_flat = context.source().output.axes() == 1;
  const std::string flat =
      is_flat ? context.input().name : context.apply("Flatten", {{"axis", std::int64_t{1}}}).name;
  // OpenCV takes weights in this order alone.
  return context.with(context.graph.add(
      "Gemm",
      {flat, transposed_weight(context, inputs, outputs), context.constant("bias", {columns})},
      {{"transB", std::int64_t{1}}}));
}

}  // namespace infomax::exporters
