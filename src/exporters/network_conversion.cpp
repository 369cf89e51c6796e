// SPDX-License-Identifier: BSD-3-Clause
#include "exporters/network_conversion.hpp"

#include <fmt/format.h>

#include "exporters/sequence_values.hpp"
#include "infomax/core/error.hpp"

namespace infomax::exporters {
namespace {

/// Converts a network, node by node.
class NetworkConversion {
 public:
  NetworkConversion(const NetworkPart& part, OnnxGraph& graph) : part_(&part), graph_(&graph) {}

  Value convert(const Value& rows) {
    const auto needed = part_->needed();
    values_.assign(needed.size(), rows);
    for (std::size_t u = 1; u <= part_->last; ++u) {
      if (needed[u]) {
        values_[u] = convert_node(u, rows);
      }
    }
    return values_[part_->last];
  }

 private:
  Value convert_node(std::size_t u, const Value& rows) {
    const nn::Node& node = part_->network.nodes()[u];
    const auto items = items_of(node);
    std::vector<Value> inputs;
    for (const std::size_t input : node.inputs) {
      inputs.push_back(values_[input]);
    }
    Value value;
    for (const auto& item : items) {
      const LayerConverter* const converter = find_converter(item.name);
      if (converter == nullptr) {
        throw UsageError(
            fmt::format("`format` onnx does not have the layer {} yet; export the weights by "
                        "`format` npz",
                        item.name));
      }
      value = converter->convert({{part_->network, u, item, part_->parameters}, *graph_, inputs});
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
        shape.extents().front() < part_->network.nodes().front().output.extents().front();
    return lengths.empty() || shape.axes() != 2 || !shorter
               ? lengths
               : graph_->add("Min", {lengths, step_count(*graph_, name)});
  }

  const NetworkPart* part_;
  OnnxGraph* graph_;
  std::vector<Value> values_;
};

}  // namespace

Value convert_network(const NetworkPart& part, const Value& rows, OnnxGraph& graph) {
  return NetworkConversion(part, graph).convert(rows);
}

}  // namespace infomax::exporters
