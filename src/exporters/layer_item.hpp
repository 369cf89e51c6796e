// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "infomax/nn/graph.hpp"
#include "infomax/nn/spec.hpp"

/// @file
/// A network as exporters walk it: node by node, and of each the items that made it.

namespace infomax::exporters {

/// A network up to one of its nodes.
struct NetworkPart {
  const nn::Graph& network;
  std::size_t last;                   ///< the node
  std::span<const float> parameters;  ///< of the network

  /// For each node of the network, whether the last node depends on it, or is it.
  [[nodiscard]] std::vector<bool> needed() const;
};

/// The items that a node was made from: its layer, and the activations that this applies itself.
/// The builder's own nodes, such as those that reorder, get an item of their name.
[[nodiscard]] std::vector<nn::SpecItem> items_of(const nn::Node& node);

/// One of these items.
struct LayerItem {
  const nn::Graph& network;
  std::size_t number;                 ///< of the node
  const nn::SpecItem& item;           ///< what it was made from
  std::span<const float> parameters;  ///< of the network

  [[nodiscard]] const nn::Node& node() const { return network.nodes()[number]; }
  /// The node that the first input is the value of.
  [[nodiscard]] const nn::Node& source() const { return network.nodes()[node().inputs.front()]; }

  /// A block of the node's parameters, such as "weight".
  [[nodiscard]] std::span<const float> block(std::string_view name) const;

  /// The k-th argument of the item without a key, or the one with a key, where it is given.
  [[nodiscard]] std::int64_t argument(std::size_t k, std::int64_t standard = 0) const;
  [[nodiscard]] std::int64_t argument(std::string_view key, std::int64_t standard) const;
};

/// A window that moves over places or steps as an item says it, the same along every axis.
struct ItemWindow {
  std::int64_t size = 1;
  std::int64_t stride = 1;
  std::int64_t pad = 0;
};

/// @{ The windows of convolutions and of pools, whose items have their arguments in other places.
[[nodiscard]] ItemWindow window_of_conv(const LayerItem& layer);
[[nodiscard]] ItemWindow window_of_pool(const LayerItem& layer);
/// @}

}  // namespace infomax::exporters
