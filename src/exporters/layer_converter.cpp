// SPDX-License-Identifier: BSD-3-Clause
#include "exporters/layer_converter.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include <fmt/format.h>

namespace infomax::exporters {
namespace {

const nn::ParameterBlock& find_block(const LayerContext& context, std::string_view name) {
  for (const auto& block : context.network.blocks()) {
    if (block.layer == context.node().layer && block.name == name) {
      return block;
    }
  }
  throw std::logic_error(fmt::format("{} has no parameters {}", context.node().item, name));
}

/// A text that the layer has read as a number before.
std::int64_t number_of(const std::string& digits) {
  std::int64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

}  // namespace

std::span<const float> LayerContext::block(std::string_view name) const {
  const auto& found = find_block(*this, name);
  return parameters.subspan(found.offset, found.size());
}

std::string LayerContext::block_name(std::string_view name) const {
  return fmt::format("layers/{}/{}", node().layer.value(), name);
}

std::string LayerContext::constant(std::string_view name, std::vector<std::int64_t> extents) const {
  const auto values = block(name);
  return graph.constant(block_name(name), std::move(extents), {values.begin(), values.end()});
}

std::int64_t LayerContext::argument(std::size_t k, std::int64_t standard) const {
  for (const auto& argument : item.arguments) {
    if (argument.key.empty() && k-- == 0) {
      return number_of(argument.value);
    }
  }
  return standard;
}

std::int64_t LayerContext::argument(std::string_view key, std::int64_t standard) const {
  const auto found = std::ranges::find(item.arguments, key, &nn::SpecArgument::key);
  return found == item.arguments.end() ? standard : number_of(found->value);
}

std::vector<std::int64_t> extents_of(const nn::Shape& shape) {
  return {shape.extents().begin(), shape.extents().end()};
}

}  // namespace infomax::exporters
