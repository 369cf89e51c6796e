// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exporters/onnx_graph.hpp"
#include "infomax/nn/graph.hpp"
#include "infomax/nn/spec.hpp"

/// @file
/// How layers become operators of ONNX. A value has the axes of its shape, after one for the N
/// samples: [N,C,H,W] or [N,T,F]. Where the program has channels last in memory and reorders them,
/// is no matter of ONNX, whose images have the order of our shapes.

namespace infomax::exporters {

/// A value of the exported graph.
struct Value {
  std::string name;
  /// The value of int32 [N] that says how many steps each sample has here, where it is a sequence;
  /// empty where all have all steps.
  std::string lengths;
};

/// What the converter of a layer is given: a node of a network, whose inputs are converted.
struct LayerContext {
  OnnxGraph& graph;
  const nn::Graph& network;
  std::size_t number;                 ///< of the node
  const nn::SpecItem& item;           ///< what it was made from
  const std::vector<Value>& inputs;   ///< one or two
  std::span<const float> parameters;  ///< of the network

  [[nodiscard]] const nn::Node& node() const { return network.nodes()[number]; }
  /// The node that the first input is the value of, and that value.
  [[nodiscard]] const nn::Node& source() const { return network.nodes()[node().inputs.front()]; }
  [[nodiscard]] const Value& input() const { return inputs.front(); }

  /// The same sequences, or rows, under another name.
  [[nodiscard]] Value with(std::string name) const { return {std::move(name), input().lengths}; }
  /// The output of an operator on the first input.
  [[nodiscard]] Value apply(const std::string& op, OnnxAttributes attributes = {}) const {
    return with(graph.add(op, {input().name}, std::move(attributes)));
  }

  /// A block of the node's parameters, such as "weight".
  [[nodiscard]] std::span<const float> block(std::string_view name) const;
  /// The name that a constant made of a block has: that of the block in model.h5.
  [[nodiscard]] std::string block_name(std::string_view name) const;
  /// Such a block as a constant of these extents.
  [[nodiscard]] std::string constant(std::string_view name,
                                     std::vector<std::int64_t> extents) const;

  /// The k-th argument of the item without a key, or the one with a key, where it is given.
  [[nodiscard]] std::int64_t argument(std::size_t k, std::int64_t standard = 0) const;
  [[nodiscard]] std::int64_t argument(std::string_view key, std::int64_t standard) const;
};

/// The extents of a shape as ONNX counts them.
[[nodiscard]] std::vector<std::int64_t> extents_of(const nn::Shape& shape);

/// A converter of the layers of one name.
struct LayerConverter {
  std::string_view layer;
  Value (*convert)(const LayerContext& context);
};

/// Returns null where there is none for a layer of this name.
[[nodiscard]] const LayerConverter* find_converter(std::string_view layer);

}  // namespace infomax::exporters
