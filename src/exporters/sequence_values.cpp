// SPDX-License-Identifier: BSD-3-Clause
#include "exporters/sequence_values.hpp"

namespace infomax::exporters {
namespace {

/// Of onnx::TensorProto::DataType.
constexpr std::int64_t int32_type = 6;

/// [N] as [N,1], or [N,T] as [N,T,1].
std::string with_last_axis(OnnxGraph& graph, const std::string& value) {
  return graph.add_once("Unsqueeze", {value, graph.integers({-1})});
}

}  // namespace

std::string step_count(OnnxGraph& graph, const std::string& sequence) {
  const std::string shape = graph.add_once("Shape", {sequence});
  const std::string chosen = graph.add_once("Gather", {shape, graph.integers({1})});
  return graph.add_once("Squeeze", {graph.add_once("Cast", {chosen}, {{"to", int32_type}})});
}

std::string step_numbers(OnnxGraph& graph, const std::string& sequence) {
  return graph.add_once("Range", {graph.number(std::int32_t{0}), step_count(graph, sequence),
                                  graph.number(std::int32_t{1})});
}

std::string steps_that_exist(OnnxGraph& graph, const Value& sequence) {
  return graph.add_once(
      "Less", {step_numbers(graph, sequence.name), with_last_axis(graph, sequence.lengths)});
}

Value masked(OnnxGraph& graph, const Value& sequence, float filler) {
  return masked_rows(graph, sequence, 2, filler);
}

Value masked_rows(OnnxGraph& graph, const Value& rows, std::size_t axes, float filler) {
  if (rows.lengths.empty()) {
    return rows;
  }
  std::string exists = steps_that_exist(graph, rows);
  for (std::size_t axis = 1; axis < axes; ++axis) {
    exists = with_last_axis(graph, exists);
  }
  return {graph.add("Where", {exists, rows.name, graph.number(filler)}), rows.lengths};
}

std::string lengths_after_window(OnnxGraph& graph, const std::string& lengths,
                                 const ItemWindow& window) {
  if (lengths.empty()) {
    return lengths;
  }
  // floor((L + 2 pad - size) / stride) + 1, written so that nothing below 0 is divided; 0 of 0.
  const auto number = [&](std::int64_t value) {
    return graph.number(static_cast<std::int32_t>(value));
  };
  const std::string room =
      graph.add("Add", {lengths, number(2 * window.pad - window.size + window.stride)});
  const std::string positions =
      graph.add("Div", {graph.add("Max", {room, number(0)}), number(window.stride)});
  return graph.add("Mul", {positions, graph.add("Min", {lengths, number(1)})});
}

}  // namespace infomax::exporters
