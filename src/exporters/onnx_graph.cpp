// SPDX-License-Identifier: BSD-3-Clause
#include "exporters/onnx_graph.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace infomax::exporters {

std::string OnnxGraph::add(const std::string& op, std::vector<std::string> inputs,
                           OnnxAttributes attributes) {
  std::string name = fmt::format("{}_{}", op, nodes_.size());
  nodes_.push_back({op, std::move(inputs), name, std::move(attributes)});
  return name;
}

std::string OnnxGraph::constant(std::string name, std::vector<std::int64_t> extents,
                                std::vector<float> values) {
  constants_.push_back({std::move(name), std::move(extents), std::move(values)});
  return constants_.back().name;
}

template <class T>
std::string OnnxGraph::once(const std::vector<std::int64_t>& extents, std::vector<T> values) {
  const auto same = [&](const OnnxTensor& tensor) {
    const auto* const held = std::get_if<std::vector<T>>(&tensor.values);
    return held != nullptr && tensor.extents == extents && *held == values;
  };
  const auto found = std::ranges::find_if(constants_, same);
  if (found != constants_.end()) {
    return found->name;
  }
  constants_.push_back({fmt::format("constant_{}", constants_.size()), extents, std::move(values)});
  return constants_.back().name;
}

std::string OnnxGraph::integers(const std::vector<std::int64_t>& values) {
  return once({static_cast<std::int64_t>(values.size())}, values);
}

std::string OnnxGraph::numbers(const std::vector<float>& values) {
  return once({static_cast<std::int64_t>(values.size())}, values);
}

std::string OnnxGraph::number(float value) { return once({}, std::vector<float>{value}); }

std::string OnnxGraph::number(std::int32_t value) {
  return once({}, std::vector<std::int32_t>{value});
}

std::string OnnxGraph::add_once(const std::string& op, std::vector<std::string> inputs,
                                OnnxAttributes attributes) {
  const auto same = [&](const OnnxNode& node) {
    return node.op == op && node.inputs == inputs && node.attributes == attributes;
  };
  const auto found = std::ranges::find_if(nodes_, same);
  return found == nodes_.end() ? add(op, std::move(inputs), std::move(attributes)) : found->output;
}

std::string OnnxGraph::name_output(const std::string& value, const std::string& name) {
  nodes_.push_back({"Identity", {value}, name, {}});
  return name;
}

bool OnnxGraph::reads(const std::string& value) const {
  return std::ranges::any_of(nodes_, [&](const OnnxNode& node) {
    return std::ranges::find(node.inputs, value) != node.inputs.end();
  });
}

}  // namespace infomax::exporters
