// SPDX-License-Identifier: BSD-3-Clause
#include "exporters/c_layers.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "infomax/core/error.hpp"

// Values of one row: D features, or C channels of a number of places.
namespace infomax::exporters {
namespace {

std::string text_of(std::size_t number) { return fmt::format("{}", number); }

/// A constant of the context's layer.
std::string layer_constant(const CContext& context, std::string_view name,
                           std::span<const float> values) {
  return context.program.add({fmt::format("layer{}_{}", context.node().layer.value(), name),
                              std::vector<float>(values.begin(), values.end())});
}

/// A block of parameters as such a constant.
std::string block_constant(const CContext& context, std::string_view name) {
  return layer_constant(context, name, context.block(name));
}

CValue emit_call(const CContext& context, CCall call) {
  call.inputs = context.inputs;
  return context.program.add(std::move(call), context.node().output.size());
}

/// Of layers that change nothing: a dropout outside of training, and another shape or order.
CValue emit_nothing(const CContext& context) { return context.inputs.front(); }

/// Of each number alone.
CValue emit_by_number(const CContext& context, std::string_view function) {
  return emit_call(context, {.function = function,
                             .arguments = {text_of(context.node().output.size())},
                             .in_place = true});
}

/// Its function has the name of the layer.
CValue emit_activation(const CContext& context) {
  return emit_by_number(context, find_emitter(context.item.name)->layer);
}

/// Of a residual: what came in, or its projection, and what the items made of it.
CValue emit_sum(const CContext& context) { return emit_by_number(context, "add"); }

/// x W plus the block of that name.
CValue emit_affine(const CContext& context, std::string_view bias) {
  return emit_call(
      context,
      {.function = "dense",
       .arguments = {text_of(context.source().output.size()), block_constant(context, "weight"),
                     block_constant(context, bias), text_of(context.node().output.size())}});
}

CValue emit_dense(const CContext& context) { return emit_affine(context, "bias"); }

CValue emit_fourier(const CContext& context) {
  const CValue angles = emit_affine(context, "phase");
  const std::size_t features = context.node().output.size();
  return context.program.add(
      {.function = "wave", .inputs = {angles}, .arguments = {text_of(features)}, .in_place = true},
      features);
}

CValue emit_softmax(const CContext& context) {
  const auto& extents = context.node().output.extents();
  const std::size_t channels = extents.front();
  return emit_call(
      context, {.function = "softmax",
                .arguments = {text_of(channels), text_of(context.node().output.size() / channels)},
                .in_place = true});
}

/// The sizes of a value by channel: C, and places of each.
std::vector<std::string> by_channel(const CContext& context) {
  const std::size_t channels = context.block("scale").size();
  return {text_of(channels), text_of(context.node().output.size() / channels)};
}

CValue emit_batch_norm(const CContext& context) {
  const auto scale = context.block("scale");
  const auto variance = context.block("variance");
  std::vector<float> factor(scale.size());
  std::ranges::transform(scale, variance, factor.begin(), [](double s, double v) {
    return static_cast<float>(s / std::sqrt(v + 1e-5));
  });
  auto arguments = by_channel(context);
  arguments.push_back(block_constant(context, "mean"));
  arguments.push_back(layer_constant(context, "factor", factor));
  arguments.push_back(block_constant(context, "shift"));
  return emit_call(context, {.function = "batchnorm", .arguments = arguments, .in_place = true});
}

CValue emit_groups(const CContext& context, std::int64_t groups) {
  auto arguments = by_channel(context);
  arguments.insert(arguments.begin(), fmt::format("{}", groups));
  arguments.push_back(block_constant(context, "scale"));
  arguments.push_back(block_constant(context, "shift"));
  return emit_call(context, {.function = "groupnorm", .arguments = arguments, .in_place = true});
}

CValue emit_group_norm(const CContext& context) {
  return emit_groups(context, context.argument(std::size_t{0}));
}

CValue emit_layer_norm(const CContext& context) { return emit_groups(context, 1); }

/// The window of an item as a constant. Signals are images of one row.
std::string window_constant(const CContext& context, const ItemWindow& window) {
  const auto& from = context.source().output.extents();
  const auto& to = context.node().output.extents();
  const bool is_image = from.size() == 3;
  const auto size = static_cast<std::size_t>(window.size);
  const auto pad = static_cast<std::size_t>(window.pad);
  return context.program.add({fmt::format("window{}", context.number),
                              CWindow{.channels = from.front(),
                                      .height = is_image ? from[1] : 1,
                                      .width = from.back(),
                                      .rows = is_image ? to[1] : 1,
                                      .columns = to.back(),
                                      .kernel_height = is_image ? size : 1,
                                      .kernel_width = size,
                                      .stride = static_cast<std::size_t>(window.stride),
                                      .pad_height = is_image ? pad : 0,
                                      .pad_width = pad}});
}

CValue emit_conv(const CContext& context) {
  return emit_call(
      context, {.function = "conv",
                .arguments = {window_constant(context, window_of_conv(context)),
                              block_constant(context, "weight"), block_constant(context, "bias"),
                              fmt::format("{}", context.argument("groups", 1)),
                              text_of(context.node().output.extents().front())}});
}

CValue emit_max_pool(const CContext& context) {
  return emit_call(context, {.function = "maxpool",
                             .arguments = {window_constant(context, window_of_pool(context))}});
}

CValue emit_average_pool(const CContext& context) {
  return emit_call(context, {.function = "avgpool",
                             .arguments = {window_constant(context, window_of_pool(context))}});
}

CValue emit_global_pool(const CContext& context) {
  const std::size_t channels = context.node().output.size();
  return emit_call(context, {.function = "globalpool",
                             .arguments = {text_of(channels),
                                           text_of(context.source().output.size() / channels)}});
}

// repeat, resnet and dim are missing, because a graph has the layers that they stand for; so are
// the layers of sequences, whose values are of any length, and networks side by side, whose views
// are exported one by one.
constexpr std::array emitters{
    CEmitter{"dense", emit_dense},
    CEmitter{"linear", emit_dense},
    CEmitter{"fourier", emit_fourier},
    CEmitter{"tanh", emit_activation},
    CEmitter{"relu", emit_activation},
    CEmitter{"sigmoid", emit_activation},
    CEmitter{"identity", emit_nothing},
    CEmitter{"gelu", emit_activation},
    CEmitter{"silu", emit_activation},
    CEmitter{"softplus", emit_activation},
    CEmitter{"softmax", emit_softmax},
    CEmitter{"dropout", emit_nothing},
    CEmitter{"batchnorm", emit_batch_norm},
    CEmitter{"groupnorm", emit_group_norm},
    CEmitter{"layernorm", emit_layer_norm},
    CEmitter{"residual", emit_sum},
    CEmitter{"conv", emit_conv},
    CEmitter{"maxpool", emit_max_pool},
    CEmitter{"avgpool", emit_average_pool},
    CEmitter{"globalpool", emit_global_pool},
    CEmitter{"reshape", emit_nothing},
    CEmitter{"flatten", emit_nothing},
    CEmitter{"reorder", emit_nothing},
};

CValue emit_node(CProgram& program, const NetworkPart& part, std::size_t u,
                 std::vector<CValue> inputs) {
  for (const auto& item : items_of(part.network.nodes()[u])) {
    const CEmitter* const emitter = find_emitter(item.name);
    if (emitter == nullptr) {
      throw UsageError(fmt::format(
          "`format` c does not have the layer {}; export the encoder by `format` onnx{}", item.name,
          item.name == "view" ? ", or one view by `network`" : ""));
    }
    const CValue value = emitter->emit({{part.network, u, item, part.parameters}, program, inputs});
    inputs.assign(1, value);
  }
  return inputs.front();
}

/// One number where all are equal, as for the pixels of images.
std::vector<double> without_repeats(const std::vector<double>& values, bool all_equal) {
  return all_equal ? std::vector{values.front()} : values;
}

bool are_equal(const std::vector<double>& values) {
  return std::ranges::all_of(values, [&](double v) { return v == values.front(); });
}

}  // namespace

const CEmitter* find_emitter(std::string_view layer) {
  const auto* const found = std::ranges::find(emitters, layer, &CEmitter::layer);
  return found == emitters.end() ? nullptr : found;
}

CValue emit_preprocessing(CProgram& program, const data::Normalization& normalization) {
  const auto& [shift, scale] = normalization;
  const bool equal = are_equal(shift) && are_equal(scale);
  if (equal && shift.front() == 0.0 && scale.front() == 1.0) {
    return 0;
  }
  const std::size_t inputs = program.sizes().front();
  const auto shifts = program.add({"shift", without_repeats(shift, equal)});
  const auto scales = program.add({"scale", without_repeats(scale, equal)});
  return program.add(
      {.function = "standardize",
       .inputs = {0},
       .arguments = {text_of(inputs), shifts, scales, text_of(equal ? 1 : shift.size())}},
      inputs);
}

void emit_network(CProgram& program, const NetworkPart& part, CValue row) {
  const auto needed = part.needed();
  std::vector<CValue> values(needed.size(), row);
  for (std::size_t u = 1; u <= part.last; ++u) {
    if (needed[u]) {
      std::vector<CValue> inputs;
      for (const std::size_t input : part.network.nodes()[u].inputs) {
        inputs.push_back(values[input]);
      }
      values[u] = emit_node(program, part, u, std::move(inputs));
    }
  }
  const CValue last = values[part.last];
  if (program.calls().empty() || program.calls().back().output != last) {
    const std::size_t size = program.sizes()[last];
    (void)program.add({.function = "copy", .inputs = {last}, .arguments = {text_of(size)}}, size);
  }
}

}  // namespace infomax::exporters
