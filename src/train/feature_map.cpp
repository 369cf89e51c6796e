// SPDX-License-Identifier: BSD-3-Clause
#include "train/feature_map.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/nn/graph.hpp"
#include "infomax/objective/needs.hpp"
#include "train/derived.hpp"

namespace infomax::train {
namespace {

/// Where an encoder is cut: after so many of its items, which end in a layer's outputs.
struct Cut {
  std::size_t items = 0;
  std::size_t layer = 0;  // K
  nn::Shape shape = {};
};

/// The places after items of an encoder where a layer's outputs are a feature map or features.
std::vector<Cut> cuts_of(const nn::Spec& encoder, const nn::Shape& input) {
  std::vector<Cut> cuts;
  for (std::size_t count = 1; count < encoder.items.size(); ++count) {
    const nn::Spec first = nn::without_last(encoder, encoder.items.size() - count);
    std::optional<nn::Graph> graph;
    try {
      graph.emplace(first, input);
    } catch (const UsageError&) {
      continue;  // it ends in steps of a sequence
    }
    if (graph->layer_count() > 0) {
      cuts.push_back({count, graph->layer_count() - 1, graph->nodes()[graph->output()].output});
    }
  }
  return cuts;
}

/// The last cut with a feature map of the layer, or of any where that is unset.
std::optional<Cut> last_map(const std::vector<Cut>& cuts, std::optional<std::size_t> layer) {
  std::optional<Cut> found;
  for (const Cut& cut : cuts) {
    if (cut.shape.axes() > 1 && (!layer || cut.layer == *layer)) {
      found = cut;
    }
  }
  return found;
}

/// The items after a cut that need neither the whole batch nor random numbers.
std::string items_after(const nn::Spec& encoder, std::size_t count) {
  std::string text;
  for (std::size_t i = count; i < encoder.items.size(); ++i) {
    const nn::SpecItem& item = encoder.items[i];
    if (item.name != "batchnorm" && item.name != "dropout") {
      text += (text.empty() ? "" : ",") + item.text;
    }
  }
  return text;
}

}  // namespace

std::optional<std::size_t> settle_feature_map(Config& config, const nn::Shape& input) {
  auto& objective = config.objective;
  if (!objective::needs_of(config.objective_options()).feature_map) {
    return std::nullopt;
  }
  if (config.pair != model::Pair::input) {
    throw UsageError(fmt::format(
        "`objective` {} compares the outputs of an encoder with features within it: give `pair` "
        "input",
        objective.objective));
  }
  const nn::Spec encoder = first_encoder(config);
  std::optional<std::size_t> layer;
  if (const auto text = objective.text("local-layer")) {
    layer = objective.number<std::size_t>("local-layer");
    (void)nn::Graph(encoder, input).layer_output(*layer);  // throws where there is none
  }
  const auto cut = last_map(cuts_of(encoder, input), layer);
  if (!cut) {
    throw UsageError(fmt::format(
        "the encoder {} has no feature map [C,H,W] or [C,T] after {}: `objective` {} needs one, "
        "for example `encoder` conv:32:3,relu,maxpool:2,dense:64; {}",
        encoder.text, layer ? fmt::format("layer {}", *layer) : "any of its items",
        objective.objective,
        layer ? "layers are counted from 0, and one within residual or repeat cannot be taken"
              : "give x the shape of images, or begin with reshape:C:H:W"));
  }
  objective.set("local-layer", cut->layer);
  objective.set("feature-shape", nn::to_string(cut->shape));
  if (!objective.text("global-network")) {
    objective.set("global-network", items_after(encoder, cut->items));
  }
  return cut->layer;
}

}  // namespace infomax::train
