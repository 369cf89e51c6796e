// SPDX-License-Identifier: BSD-3-Clause
#include "exporters/network_conversion.hpp"

#include <fmt/format.h>

#include "exporters/sequence_values.hpp"
#include "infomax/core/error.hpp"
#include "infomax/nn/layer_table.hpp"

namespace infomax::exporters {
namespace {

/// The nodes that a node's value depends on, and itself.
std::vector<bool> needed_for(const nn::Graph& network, std::size_t node) {
  std::vector<bool> needed(network.nodes().size(), false);
  needed[node] = true;
  for (std::size_t u = node; u > 0; --u) {
    if (needed[u]) {
      for (const std::size_t input : network.nodes()[u].inputs) {
        needed[input] = true;
      }
    }
  }
  return needed;
}

/// What a node was made from. The builder's own nodes, such as those that reorder, are no items.
std::vector<nn::SpecItem> items_of(const nn::Node& node, const std::string& name) {
  if (nn::find_layer_type(name) != nullptr) {
    return nn::parse_spec(node.item).items;
  }
  nn::SpecItem own;
  own.name = name;
  return {own};
}

/// Converts a network, node by node.
class NetworkConversion {
 public:
  NetworkConversion(const nn::Graph& network, std::span<const float> parameters, OnnxGraph& graph)
      : network_(&network), parameters_(parameters), graph_(&graph) {}

  Value convert(const Value& rows, std::size_t last) {
    const auto needed = needed_for(*network_, last);
    values_.assign(network_->nodes().size(), rows);
    for (std::size_t u = 1; u <= last; ++u) {
      if (needed[u]) {
        values_[u] = convert_node(u, rows);
      }
    }
    return values_[last];
  }

 private:
  Value convert_node(std::size_t u, const Value& rows) {
    const nn::Node& node = network_->nodes()[u];
    const std::string name = node.item.substr(0, node.item.find_first_of(":,("));
    const auto items = items_of(node, name);
    std::vector<Value> inputs;
    for (const std::size_t input : node.inputs) {
      inputs.push_back(values_[input]);
    }
    Value value;
    for (const auto& item : items) {
      // What follows the first are activations that it applies itself.
      const LayerConverter* const converter = find_converter(item.name);
      if (converter == nullptr) {
        throw UsageError(
            fmt::format("`format` onnx does not have the layer {} yet; export the weights by "
                        "`format` npz",
                        item.name));
      }
      value = converter->convert({*graph_, *network_, u, item, inputs, parameters_});
      inputs = {value};
    }
    if (!node.steps) {
      value.lengths = lengths_of(node.output, value.name, rows.lengths);
    }
    return value;
  }

  /// What becomes a sequence only further on has as many steps of each sample as the input has, or
  /// all of its own where these are fewer.
  std::string lengths_of(const nn::Shape& shape, const std::string& name,
                         const std::string& lengths) {
    const bool shorter =
        shape.extents().front() < network_->nodes().front().output.extents().front();
    return lengths.empty() || shape.axes() != 2 || !shorter
               ? lengths
               : graph_->add("Min", {lengths, step_count(*graph_, name)});
  }

  const nn::Graph* network_;
  std::span<const float> parameters_;
  OnnxGraph* graph_;
  std::vector<Value> values_;
};

}  // namespace

Value convert_network(const NetworkPart& part, const Value& rows, OnnxGraph& graph) {
  return NetworkConversion(part.network, part.parameters, graph).convert(rows, part.last);
}

}  // namespace infomax::exporters
