// SPDX-License-Identifier: BSD-3-Clause
#include "exporters/encoder_graph.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "exporters/network_conversion.hpp"
#include "exporters/preprocessing.hpp"
#include "exporters/represented_part.hpp"
#include "exporters/sequence_values.hpp"
#include "infomax/core/error.hpp"
#include "infomax/model/sequences.hpp"

namespace infomax::exporters {
namespace {

constexpr const char* input_name = "x";
constexpr const char* lengths_name = "lengths";
constexpr const char* output_name = "representation";
constexpr const char* any_sample_count = "N";
constexpr const char* any_step_count = "T";

/// The network for far longer sequences, where it can read them with the same parameters: its graph
/// then is one for any number of steps. A few steps more would not do, as windows of a stride leave
/// their number open.
std::optional<nn::Graph> with_more_steps(const nn::Graph& network, bool by_step) {
  constexpr std::size_t many = 1'000'003;
  auto extents = network.nodes().front().output.extents();
  if (!by_step) {
    return std::nullopt;
  }
  extents.front() += many;
  try {
    nn::Graph longer(network.spec(), nn::Shape(extents));
    const bool equal = std::ranges::equal(
        longer.blocks(), network.blocks(),
        [](const auto& one, const auto& other) { return one.shape == other.shape; });
    return equal ? std::optional(std::move(longer)) : std::nullopt;
  } catch (const UsageError&) {
    return std::nullopt;
  }
}

std::vector<OnnxAxis> axes_of(const std::vector<std::size_t>& extents, bool any_steps) {
  std::vector<OnnxAxis> axes{any_sample_count};
  for (const std::size_t extent : extents) {
    axes.emplace_back(static_cast<std::int64_t>(extent));
  }
  if (any_steps) {
    axes[1] = any_step_count;
  }
  return axes;
}

/// The output, [N,q] or, of steps, [N,T,F].
void add_output(const analysis::Encoder<float>& encoder, const std::string& value,
                const std::optional<nn::Graph>& longer, OnnxGraph& graph) {
  const std::size_t node = represented_node(encoder);
  const auto& extents = encoder.network().graph().nodes()[node].output.extents();
  const auto shape = encoder.shape();
  const bool of_steps = shape.size() == 2;
  auto axes = axes_of(shape, of_steps && longer);
  if (!of_steps && longer && longer->nodes()[node].output.size() != encoder.columns()) {
    axes[1] = "columns";
  }
  const std::string flat = of_steps || extents.size() == 1
                               ? value
                               : graph.add("Flatten", {value}, {{"axis", std::int64_t{1}}});
  graph.outputs.push_back({graph.name_output(flat, output_name), OnnxType::float32, axes});
}

}  // namespace

OnnxGraph encoder_graph(const analysis::Encoder<float>& encoder, std::span<const float> parameters,
                        bool sequences_vary) {
  const nn::Graph& network = encoder.network().graph();
  const auto& input = encoder.network().input_shape();
  const bool by_step = is_by_step(encoder);
  const bool has_tokens = model::vocabulary_of(encoder.network().spec()).has_value();
  const auto longer = with_more_steps(network, by_step);
  OnnxGraph graph;
  const Value rows{input_name, by_step && sequences_vary ? lengths_name : ""};
  const Value preprocessed =
      has_tokens ? rows : preprocess(graph, rows, encoder.member().normalization, input, by_step);
  const Value value =
      convert_network({network, represented_node(encoder), parameters}, preprocessed, graph);
  const nn::Node& node = network.nodes()[represented_node(encoder)];
  add_output(encoder, node.steps ? masked(graph, value).name : value.name, longer, graph);
  graph.inputs.push_back({input_name, has_tokens ? OnnxType::int64 : OnnxType::float32,
                          axes_of(input.extents(), longer.has_value())});
  if (graph.reads(lengths_name)) {
    graph.inputs.push_back({lengths_name, OnnxType::int32, {any_sample_count}});
  }
  return graph;
}

}  // namespace infomax::exporters
