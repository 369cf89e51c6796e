// SPDX-License-Identifier: BSD-3-Clause
#include "exporters/layer_converter.hpp"
#include "exporters/sequence_values.hpp"

// Windows over images [N,C,H,W] or signals [N,C,T], and over the steps of sequences [N,T,F].
namespace infomax::exporters {
namespace {

/// A window as attributes of an operator over `axes` axes.
OnnxAttributes attributes_of(const ItemWindow& window, std::size_t axes) {
  return {{"kernel_shape", std::vector(axes, window.size)},
          {"strides", std::vector(axes, window.stride)},
          {"pads", std::vector(2 * axes, window.pad)}};
}

/// The axes that a window moves along: those of places.
std::size_t places_axes(const LayerContext& context) { return context.source().output.axes() - 1; }

/// Convolves channels first; weights lie as ONNX has them, [OUT, C/G, K, K].
std::string convolve(const LayerContext& context, const std::string& x, std::size_t axes) {
  const std::int64_t groups = context.argument("groups", 1);
  const ItemWindow window = window_of_conv(context);
  const auto outputs = static_cast<std::int64_t>(context.block("bias").size());
  std::vector<std::int64_t> extents(axes + 2, window.size);
  extents[0] = outputs;
  extents[1] = static_cast<std::int64_t>(context.block("weight").size()) / outputs;
  for (std::size_t axis = 0; axis < axes; ++axis) {
    extents[1] /= window.size;
  }
  auto attributes = attributes_of(window, axes);
  attributes["group"] = groups;
  return context.graph.add(
      "Conv", {x, context.constant("weight", extents), context.constant("bias", {outputs})},
      std::move(attributes));
}

}  // namespace

Value convert_conv(const LayerContext& context) {
  return context.with(convolve(context, context.input().name, places_axes(context)));
}

Value convert_conv1d(const LayerContext& context) {
  if (!context.node().layer) {
    // The node before the convolution: what lies beyond a sequence's end becomes 0, as padding is.
    return masked(context.graph, context.input());
  }
  const OnnxAttributes swap{{"perm", std::vector<std::int64_t>{0, 2, 1}}};
  const std::string channels_first = context.apply("Transpose", swap).name;
  const std::string y = convolve(context, channels_first, 1);
  const ItemWindow window = window_of_conv(context);
  return {context.graph.add("Transpose", {y}, swap),
          lengths_after_window(context.graph, context.input().lengths, window)};
}

Value convert_max_pool(const LayerContext& context) {
  return context.apply("MaxPool", attributes_of(window_of_pool(context), places_axes(context)));
}

/// Padding counts as 0. It is put on before, because OpenCV leaves it out of the mean.
Value convert_average_pool(const LayerContext& context) {
  ItemWindow window = window_of_pool(context);
  const std::size_t axes = places_axes(context);
  std::string x = context.input().name;
  if (window.pad > 0) {
    std::vector<std::int64_t> pads(2 * (axes + 2), window.pad);
    for (const std::size_t unpadded : {std::size_t{0}, std::size_t{1}, axes + 2, axes + 3}) {
      pads[unpadded] = 0;
    }
    x = context.graph.add("Pad", {x, context.graph.integers(pads)});
    window.pad = 0;
  }
  return context.with(context.graph.add("AveragePool", {x}, attributes_of(window, axes)));
}

Value convert_global_pool(const LayerContext& context) {
  const Value pooled = context.apply("GlobalAveragePool");
  return context.with(context.graph.add("Flatten", {pooled.name}, {{"axis", std::int64_t{1}}}));
}

}  // namespace infomax::exporters
