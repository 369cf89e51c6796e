// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>

#include "exporters/layer_converter.hpp"

// N samples of C channels or features; G groups of C/G each.
namespace infomax::exporters {
namespace {

/// What either normalisation adds to variances.
constexpr float least_variance = 1e-5F;

/// The extents of a constant of C numbers that multiplies samples by channel: [C], [C,1] or
/// [C,1,1]; of a sequence the channels are the features, which come last.
std::vector<std::int64_t> by_channel(const LayerContext& context, std::int64_t channels) {
  const std::size_t axes = context.node().steps ? 1 : context.node().output.axes();
  std::vector<std::int64_t> extents(axes, 1);
  extents.front() = channels;
  return extents;
}

std::int64_t channels_of(const LayerContext& context) {
  return static_cast<std::int64_t>(context.block("scale").size());
}

/// (x - m) times scale / sqrt(v + 1e-5), plus shift, by the feature of a step. ONNX's operator
/// would want the features before the steps.
std::string normalise_steps(const LayerContext& context) {
  OnnxGraph& graph = context.graph;
  const std::int64_t channels = channels_of(context);
  const auto scale = context.block("scale");
  const auto variance = context.block("variance");
  std::vector<float> factor(scale.size());
  for (std::size_t j = 0; j < factor.size(); ++j) {
    const double deviation = std::sqrt(static_cast<double>(variance[j]) + 1e-5);
    factor[j] = static_cast<float>(static_cast<double>(scale[j]) / deviation);
  }
  const std::string factors =
      graph.constant(context.block_name("factor"), {channels}, std::move(factor));
  const std::string centred =
      graph.add("Sub", {context.input().name, context.constant("mean", {channels})});
  const std::string scaled = graph.add("Mul", {centred, factors});
  return graph.add("Add", {scaled, context.constant("shift", {channels})});
}

/// Each group of a sample, or of a step, with mean 0 and variance 1: groups become the channels of
/// instances, which are samples or steps, and then have their own shape again, to be scaled by
/// channel.
Value normalise_groups(const LayerContext& context, std::int64_t groups) {
  OnnxGraph& graph = context.graph;
  const std::string& x = context.input().name;
  const std::int64_t channels = channels_of(context);
  const bool steps = context.node().steps.has_value();
  const auto count = static_cast<std::size_t>(groups);
  const std::string grouped =
      graph.add("Reshape", {x, steps ? graph.integers({-1, groups, channels / groups})
                                     : graph.integers({0, groups, -1})});
  const std::string normalised = graph.add(
      "InstanceNormalization",
      {grouped, graph.numbers(std::vector(count, 1.0F)), graph.numbers(std::vector(count, 0.0F))},
      {{"epsilon", least_variance}});
  auto shape = extents_of(context.node().output);
  shape.insert(shape.begin(), 0);
  const std::string ordered =
      graph.add("Reshape", {normalised, steps ? graph.add("Shape", {x}) : graph.integers(shape)});
  const auto extents = by_channel(context, channels);
  const std::string scaled = graph.add("Mul", {ordered, context.constant("scale", extents)});
  return context.with(graph.add("Add", {scaled, context.constant("shift", extents)}));
}

}  // namespace

Value convert_batch_norm(const LayerContext& context) {
  if (context.node().steps) {
    return context.with(normalise_steps(context));
  }
  const std::int64_t channels = channels_of(context);
  std::vector<std::string> inputs{context.input().name};
  for (const char* block : {"scale", "shift", "mean", "variance"}) {
    inputs.push_back(context.constant(block, {channels}));
  }
  return context.with(
      context.graph.add("BatchNormalization", std::move(inputs), {{"epsilon", least_variance}}));
}

Value convert_group_norm(const LayerContext& context) {
  return normalise_groups(context, context.argument(std::size_t{0}));
}

Value convert_layer_norm(const LayerContext& context) { return normalise_groups(context, 1); }

}  // namespace infomax::exporters
