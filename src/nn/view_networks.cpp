// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/nn/view_networks.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace infomax::nn {
namespace {

constexpr const char* joining_name = "views";

Shape input_of(const SpecItem& view) {
  std::vector<std::size_t> extents;
  extents.reserve(view.arguments.size());
  for (const SpecArgument& argument : view.arguments) {
    std::size_t extent = 0;
    const auto& digits = argument.value;
    std::from_chars(digits.data(), digits.data() + digits.size(), extent);  // the item was checked
    extents.push_back(extent);
  }
  return Shape(std::move(extents));
}

}  // namespace

Spec join_views(std::span<const ViewSpec> views) {
  std::string text;
  for (const ViewSpec& view : views) {
    text += fmt::format("{}view:{}({})", text.empty() ? "" : ",",
                        fmt::join(view.input.extents(), ":"), view.items);
  }
  return parse_spec(fmt::format("{}({})", joining_name, text));
}

std::vector<ViewSpec> views_of(const Spec& spec) {
  std::vector<ViewSpec> views;
  if (spec.items.size() != 1 || spec.items.front().name != joining_name) {
    return views;
  }
  views.reserve(spec.items.front().items.size());
  for (const SpecItem& view : spec.items.front().items) {
    std::string items;
    for (const SpecItem& item : view.items) {
      items += (items.empty() ? "" : ",") + item.text;
    }
    views.push_back({input_of(view), std::move(items)});
  }
  return views;
}

std::vector<ViewSpec> without_last(std::vector<ViewSpec> views) {
  for (ViewSpec& view : views) {
    view.items = without_last(parse_spec(view.items)).text;
    if (view.items.empty()) {
      view.items = "identity";
    }
  }
  return views;
}

std::vector<ViewPart> parts_of_views(const Graph& graph) {
  std::vector<ViewPart> parts;
  const auto& nodes = graph.nodes();
  parts.reserve(nodes[graph.output()].inputs.size());
  std::size_t first = 0;
  for (const std::size_t last : nodes[graph.output()].inputs) {
    const std::size_t end =
        std::max(first, nodes[last].first_parameter + nodes[last].parameter_count);
    parts.push_back({nodes[last].output.size(), first, end - first, last});
    first = end;
  }
  return parts;
}

}  // namespace infomax::nn
