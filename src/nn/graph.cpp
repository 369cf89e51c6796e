// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/nn/graph.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/nn/layer_table.hpp"
#include "nn/graph_builder.hpp"

namespace infomax::nn {

std::size_t ParameterBlock::size() const {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

Graph::Graph(Spec spec, Shape input) : spec_(std::move(spec)) {
  nodes_.push_back({.output = std::move(input)});
  GraphBuilder builder(*this);
  builder.append_items(spec_, spec_.items);
  builder.put_in_order();
  if (nodes_.back().steps) {
    throw UsageError(
        fmt::format("the encoder {} ends in a sequence {}; go on with last, mean or max over its "
                    "steps, or with "
                    "each to keep all of them as outputs",
                    spec_.text, to_string(nodes_.back().output)));
  }
}

std::size_t Graph::parameter_count() const {
  return nodes_.back().first_parameter + nodes_.back().parameter_count;
}

std::size_t Graph::layer_count() const { return blocks_.empty() ? 0 : blocks_.back().layer + 1; }

std::size_t Graph::layer_output(std::size_t layer) const {
  if (layer >= layer_count()) {
    throw UsageError(
        fmt::format("there is no layer {}: the encoder {} has {} with parameters, counted from 0",
                    layer, spec_.text, layer_count()));
  }
  const auto first = static_cast<std::size_t>(
      std::ranges::find(nodes_, std::optional(layer), &Node::layer) - nodes_.begin());
  // Where networks lie side by side, nodes after a layer may be another's, and all that join them
  // are no layer's alone.
  std::size_t last = first;
  std::vector<bool> follows(nodes_.size(), false);
  follows[first] = true;
  for (std::size_t u = first + 1; u < nodes_.size() && nodes_[u].layer != layer + 1; ++u) {
    follows[u] = !nodes_[u].item.starts_with("views(") &&
                 std::ranges::any_of(nodes_[u].inputs, [&](std::size_t v) { return follows[v]; });
    last = follows[u] ? u : last;
  }
  return last;
}

std::size_t Graph::feature_map(std::size_t layer) const {
  const std::size_t last = layer_output(layer);
  for (std::size_t node = last; node > 0; --node) {
    if (nodes_[node].channels_last && nodes_[node].output.axes() > 1) {
      return node;
    }
    if (nodes_[node].layer == layer) {
      break;
    }
  }
  return last;
}

std::vector<bool> Graph::need_gradient() const {
  std::vector<bool> needed(nodes_.size(), false);
  for (std::size_t u = 1; u < nodes_.size(); ++u) {
    needed[u] = nodes_[u].parameter_count > 0 ||
                std::ranges::any_of(nodes_[u].inputs, [&](std::size_t v) { return needed[v]; });
  }
  return needed;
}

Steps GraphBuilder::take_steps(const ItemReader& item) const {
  if (steps()) {
    return *steps();
  }
  if (shape().axes() != 2 || channels_last()) {
    item.refuse_place(fmt::format("takes sequences [T,F] of T steps, and is given {}{}",
                                  to_string(shape()),
                                  channels_last() ? " of a layer of images" : ""));
  }
  return Steps(shape().extents().front());
}

std::size_t GraphBuilder::width(const ItemReader& item) const {
  if (shape().varies()) {
    item.refuse_place(
        fmt::format("takes samples of one size, and these are {}", to_string(shape())));
  }
  return shape().size();
}

void GraphBuilder::append(std::string text, NodeDescription description, LayerPair layers) {
  Node node{.item = std::move(text),
            .inputs = std::move(description.inputs),
            .output = std::move(description.output),
            .channels_last = description.channels_last,
            .steps = std::move(description.steps),
            .first_parameter = graph_->parameter_count(),
            .product = description.product,
            .layers = std::move(layers)};
  if (node.inputs.empty()) {
    node.inputs.push_back(current());
  }
  const std::size_t layer = graph_->layer_count();
  for (auto& block : description.blocks) {
    graph_->blocks_.push_back({.layer = layer,
                               .name = std::move(block.name),
                               .offset = node.first_parameter + node.parameter_count,
                               .shape = std::move(block.shape),
                               .role = block.role});
    node.parameter_count += graph_->blocks_.back().size();
    node.layer = layer;
  }
  graph_->nodes_.push_back(std::move(node));
  current_ = graph_->output();
  fuse_ = nullptr;
}

void GraphBuilder::append_items(const Spec& spec, const std::vector<SpecItem>& items) {
  for (const auto& item : items) {
    find_layer_type(item.name)->build(ItemReader(spec, item), *this);
  }
}

bool GraphBuilder::fuse(const ItemReader& item, math::Activation activation) {
  if (!fuse_) {
    return false;
  }
  Node& node = graph_->nodes_[current_];
  node.layers = fuse_(activation);
  node.item += "," + item.item().text;
  fuse_ = nullptr;
  return true;
}

}  // namespace infomax::nn
