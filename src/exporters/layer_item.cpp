// SPDX-License-Identifier: BSD-3-Clause
#include "exporters/layer_item.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include <fmt/format.h>

#include "infomax/nn/layer_table.hpp"

namespace infomax::exporters {
namespace {

/// A text that the layer has read as a number before.
std::int64_t number_of(const std::string& digits) {
  std::int64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

}  // namespace

std::vector<bool> NetworkPart::needed() const {
  std::vector<bool> needed(network.nodes().size(), false);
  needed[last] = true;
  for (std::size_t u = last; u > 0; --u) {
    if (needed[u]) {
      for (const std::size_t input : network.nodes()[u].inputs) {
        needed[input] = true;
      }
    }
  }
  return needed;
}

std::vector<nn::SpecItem> items_of(const nn::Node& node) {
  const std::string name = node.item.substr(0, node.item.find_first_of(":,("));
  if (nn::find_layer_type(name) != nullptr) {
    return nn::parse_spec(node.item).items;
  }
  nn::SpecItem own;
  own.name = name;
  return {own};
}

std::span<const float> LayerItem::block(std::string_view name) const {
  for (const auto& block : network.blocks()) {
    if (block.layer == node().layer && block.name == name) {
      return parameters.subspan(block.offset, block.size());
    }
  }
  throw std::logic_error(fmt::format("{} has no parameters {}", node().item, name));
}

std::int64_t LayerItem::argument(std::size_t k, std::int64_t standard) const {
  for (const auto& argument : item.arguments) {
    if (argument.key.empty() && k-- == 0) {
      return number_of(argument.value);
    }
  }
  return standard;
}

std::int64_t LayerItem::argument(std::string_view key, std::int64_t standard) const {
  const auto found = std::ranges::find(item.arguments, key, &nn::SpecArgument::key);
  return found == item.arguments.end() ? standard : number_of(found->value);
}

ItemWindow window_of_conv(const LayerItem& layer) {
  const std::int64_t size = layer.argument(std::size_t{1});
  return {size, layer.argument("stride", 1), layer.argument("pad", (size - 1) / 2)};
}

ItemWindow window_of_pool(const LayerItem& layer) {
  const std::int64_t size = layer.argument(std::size_t{0});
  return {size, layer.argument(std::size_t{1}, size), layer.argument("pad", 0)};
}

}  // namespace infomax::exporters
