// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exporters/layer_item.hpp"
#include "exporters/onnx_graph.hpp"

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

/// What the converter of a layer is given: an item of a network, whose inputs are converted.
struct LayerContext : LayerItem {
  OnnxGraph& graph;
  const std::vector<Value>& inputs;  ///< one or two

  [[nodiscard]] const Value& input() const { return inputs.front(); }

  /// The same sequences, or rows, under another name.
  [[nodiscard]] Value with(std::string name) const { return {std::move(name), input().lengths}; }
  /// The output of an operator on the first input.
  [[nodiscard]] Value apply(const std::string& op, OnnxAttributes attributes = {}) const {
    return with(graph.add(op, {input().name}, std::move(attributes)));
  }

  /// The name that a constant made of a block has: that of the block in model.h5.
  [[nodiscard]] std::string block_name(std::string_view name) const;
  /// Such a block as a constant of these extents.
  [[nodiscard]] std::string constant(std::string_view name,
                                     std::vector<std::int64_t> extents) const;
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
