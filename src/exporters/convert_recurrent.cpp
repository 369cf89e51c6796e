// SPDX-License-Identifier: BSD-3-Clause
#include <array>

#include "exporters/layer_converter.hpp"

// N sequences of T steps of F features; H units; K gates.
namespace infomax::exporters {
namespace {

/// The gates of ONNX in their order, by their places in ours.
using GateOrder = std::span<const std::size_t>;

/// A weight [rows, K H] of ours as ONNX has it: [1, K H, rows], gates in its order.
std::string gate_weight(const LayerContext& context, const char* name, GateOrder gates) {
  const auto weight = context.block(name);
  const std::size_t units = context.node().output.extents().back();
  const std::size_t width = gates.size() * units;
  const std::size_t rows = weight.size() / width;
  std::vector<float> turned;
  turned.reserve(weight.size());
  for (const std::size_t gate : gates) {
    for (std::size_t unit = 0; unit < units; ++unit) {
      for (std::size_t row = 0; row < rows; ++row) {
        turned.push_back(weight[row * width + gate * units + unit]);
      }
    }
  }
  return context.graph.constant(
      context.block_name(name),
      {1, static_cast<std::int64_t>(width), static_cast<std::int64_t>(rows)}, std::move(turned));
}

/// Both biases, [1, 2 K H], that of the input first.
std::string gate_biases(const LayerContext& context, GateOrder gates) {
  const std::size_t units = context.node().output.extents().back();
  std::vector<float> both;
  for (const char* name : {"bias_input", "bias_hidden"}) {
    const auto bias = context.block(name);
    for (const std::size_t gate : gates) {
      const auto own = bias.subspan(gate * units, units);
      both.insert(both.end(), own.begin(), own.end());
    }
  }
  const auto size = static_cast<std::int64_t>(both.size());
  return context.graph.constant(context.block_name("bias"), {1, size}, std::move(both));
}

/// ONNX wants steps before samples, and gives [T, 1, N, H].
Value recur(const LayerContext& context, const char* op, GateOrder gates,
            OnnxAttributes attributes = {}) {
  OnnxGraph& graph = context.graph;
  const OnnxAttributes swap{{"perm", std::vector<std::int64_t>{1, 0, 2}}};
  attributes["hidden_size"] = static_cast<std::int64_t>(context.node().output.extents().back());
  attributes["direction"] =
      std::string(context.node().steps->reversed() > 0 ? "reverse" : "forward");
  std::vector<std::string> inputs{graph.add("Transpose", {context.input().name}, swap),
                                  gate_weight(context, "weight_input", gates),
                                  gate_weight(context, "weight_hidden", gates),
                                  gate_biases(context, gates)};
  if (!context.input().lengths.empty()) {
    inputs.push_back(context.input().lengths);
  }
  const std::string states = graph.add(op, std::move(inputs), std::move(attributes));
  const std::string of_one = graph.add("Squeeze", {states, graph.integers({1})});
  return context.with(graph.add("Transpose", {of_one}, swap));
}

}  // namespace

Value convert_rnn(const LayerContext& context) {
  static constexpr std::array<std::size_t, 1> gates{0};
  return recur(context, "RNN", gates);
}

/// Ours are reset, update and new; ONNX's update, reset and hidden. The new gate multiplies what
/// the hidden state gives after its product, which ONNX calls linear_before_reset.
Value convert_gru(const LayerContext& context) {
  static constexpr std::array<std::size_t, 3> gates{1, 0, 2};
  return recur(context, "GRU", gates, {{"linear_before_reset", std::int64_t{1}}});
}

/// Ours are input, forget, cell and output; ONNX's input, output, forget and cell.
Value convert_lstm(const LayerContext& context) {
  static constexpr std::array<std::size_t, 4> gates{0, 3, 1, 2};
  return recur(context, "LSTM", gates);
}

/// The features of both directions, side by side.
Value convert_bidirectional(const LayerContext& context) {
  return context.with(context.graph.add("Concat",
                                        {context.inputs.front().name, context.inputs.back().name},
                                        {{"axis", std::int64_t{2}}}));
}

}  // namespace infomax::exporters
