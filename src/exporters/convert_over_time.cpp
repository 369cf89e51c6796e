// SPDX-License-Identifier: BSD-3-Clause
#include <limits>

#include "exporters/layer_converter.hpp"
#include "exporters/sequence_values.hpp"

// N sequences of L steps of F features each, L at most T.
namespace infomax::exporters {
namespace {

constexpr std::int64_t steps_axis = 1;

/// Features [first, end) of every step.
std::string features(OnnxGraph& graph, const std::string& sequence, std::int64_t first,
                     std::int64_t end) {
  return graph.add("Slice",
                   {sequence, graph.integers({first}), graph.integers({end}), graph.integers({2})});
}

std::string sum_of_steps(OnnxGraph& graph, const std::string& sequence) {
  return graph.add("ReduceSum", {sequence, graph.integers({steps_axis})},
                   {{"keepdims", std::int64_t{0}}});
}

/// Step 0 or, where all samples have all steps, -1 for the last.
std::string step(OnnxGraph& graph, const std::string& sequence, std::int64_t number) {
  const std::string chosen =
      graph.add("Gather", {sequence, graph.integers({number})}, {{"axis", steps_axis}});
  return graph.add("Squeeze", {chosen, graph.integers({steps_axis})});
}

/// The last step of each sample's own; 0 where there is none.
std::string last_step(OnnxGraph& graph, const Value& sequence) {
  if (sequence.lengths.empty()) {
    return step(graph, sequence.name, -1);
  }
  const std::string before = graph.add("Sub", {sequence.lengths, graph.number(std::int32_t{1})});
  const std::string last = graph.add("Unsqueeze", {before, graph.integers({1})});
  const std::string is_last = graph.add("Equal", {step_numbers(graph, sequence.name), last});
  const std::string chosen = graph.add(
      "Where",
      {graph.add("Unsqueeze", {is_last, graph.integers({2})}), sequence.name, graph.number(0.0F)});
  return sum_of_steps(graph, chosen);
}

/// The lengths as float [N,1].
std::string float_lengths(OnnxGraph& graph, const std::string& lengths) {
  constexpr std::int64_t float_type = 1;  // of onnx::TensorProto::DataType
  return graph.add("Unsqueeze",
                   {graph.add("Cast", {lengths}, {{"to", float_type}}), graph.integers({1})});
}

}  // namespace

/// Of `steps`, and of `each`, which keeps all of them as outputs.
Value convert_mask(const LayerContext& context) { return masked(context.graph, context.input()); }

/// Features that run from the last step to the first have their last step at the first.
Value convert_last(const LayerContext& context) {
  OnnxGraph& graph = context.graph;
  const auto all = static_cast<std::int64_t>(context.node().output.size());
  const auto& steps = context.source().steps;
  const auto reversed = static_cast<std::int64_t>(steps ? steps->reversed() : 0);
  const Value& x = context.input();
  if (reversed == 0) {
    return context.with(last_step(graph, x));
  }
  const std::string backward =
      step(graph, features(graph, masked(graph, x).name, all - reversed, all), 0);
  if (reversed == all) {
    return context.with(backward);
  }
  const Value forward = context.with(features(graph, x.name, 0, all - reversed));
  return context.with(
      graph.add("Concat", {last_step(graph, forward), backward}, {{"axis", std::int64_t{1}}}));
}

Value convert_mean(const LayerContext& context) {
  OnnxGraph& graph = context.graph;
  const Value& x = context.input();
  if (x.lengths.empty()) {
    return context.apply("ReduceMean",
                         {{"axes", std::vector{steps_axis}}, {"keepdims", std::int64_t{0}}});
  }
  const std::string sum = sum_of_steps(graph, masked(graph, x).name);
  const std::string count = graph.add("Max", {float_lengths(graph, x.lengths), graph.number(1.0F)});
  return context.with(graph.add("Div", {sum, count}));
}

Value convert_max(const LayerContext& context) {
  OnnxGraph& graph = context.graph;
  const Value& x = context.input();
  const OnnxAttributes over_steps{{"axes", std::vector{steps_axis}}, {"keepdims", std::int64_t{0}}};
  if (x.lengths.empty()) {
    return context.apply("ReduceMax", over_steps);
  }
  const Value lowered = masked(graph, x, -std::numeric_limits<float>::infinity());
  const std::string largest = graph.add("ReduceMax", {lowered.name}, over_steps);
  const std::string any =
      graph.add("Greater", {float_lengths(graph, x.lengths), graph.number(0.0F)});
  return context.with(graph.add("Where", {any, largest, graph.number(0.0F)}));
}

}  // namespace infomax::exporters
