// SPDX-License-Identifier: BSD-3-Clause
#include "train/multi_views.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "infomax/core/error.hpp"
#include "infomax/data/joined_rows.hpp"
#include "infomax/model/sequences.hpp"
#include "infomax/nn/graph.hpp"
#include "infomax/nn/shape.hpp"
#include "infomax/nn/view_networks.hpp"
#include "train/derived.hpp"

namespace infomax::train {
namespace {

bool is_of_views(const Config& config) {
  const auto& objective = config.objective.objective;
  return objective == "maxvar" || objective == "sumcor";
}

void refuse_for_views(bool given, const char* quoted, const char* why) {
  if (given) {
    throw UsageError(fmt::format("{} is not for `pair` multi: {}", quoted, why));
  }
}

nn::Shape shape_of_text(const std::string& text) {
  std::string list = text;
  std::ranges::replace(list, ':', ',');
  return nn::parse_shape("[" + list + "]");
}

/// The items of an encoder; in place of linear:N at its end the layer that is at the linear
/// solution.
std::string items_to_join(const nn::Spec& encoder) {
  if (!nn::is_linear_solution(encoder)) {
    return encoder.text;
  }
  const std::string before = nn::without_last(encoder).text;
  return fmt::format("{}{}dense:{}", before, before.empty() ? "" : ",",
                     encoder.items.back().arguments[0].value);
}

}  // namespace

std::vector<std::string> encoders_of(const Config& config) {
  if (config.pair != model::Pair::multi) {
    return {config.encoder};
  }
  std::vector<std::string> encoders;
  std::string_view rest = config.encoder;
  for (;;) {
    const std::size_t bar = std::min(rest.find('|'), rest.size());
    encoders.emplace_back(rest.substr(0, bar));
    if (bar == rest.size()) {
      return encoders;
    }
    rest.remove_prefix(bar + 1);
  }
}

void validate_views(const Config& config) {
  if (config.pair != model::Pair::multi) {
    if (is_of_views(config)) {
      throw UsageError(fmt::format(
          "`objective` {} compares several views: give `pair` multi and `views` /a,/b,/c",
          config.objective.objective));
    }
    return;
  }
  if (!is_of_views(config)) {
    throw UsageError(fmt::format("`pair` multi is for `objective` maxvar and sumcor, and it is {}",
                                 config.objective.objective));
  }
  const auto names = data::entries_of(config.views);
  if (config.views.empty() || names.size() < 2) {
    throw UsageError(
        "`pair` multi compares two views or more: name their data sets by `views`, for example "
        "`views` /rna,/protein,/methyl");
  }
  for (const std::string& name : names) {
    (void)data::parse_range(name);
  }
  refuse_for_views(config.x != Config{}.x, "`x`", "`views` names the data sets");
  refuse_for_views(!config.projector.empty(), "`projector`",
                   "write the last layers into `encoder`");
  refuse_for_views(config.padding_value.has_value(), "`padding_value`",
                   "rows of views have one length");
  refuse_for_views(config.normalize == data::NormalizeMode::scale, "`normalize` scale",
                   "each view has a scale of its own; give standardize, center or none");
  const auto encoders = encoders_of(config);
  if (encoders.size() != 1 && encoders.size() != names.size()) {
    throw UsageError(fmt::format(
        "`encoder` names {} networks, and `views` {} data sets; give one network for all, or one "
        "for each, separated by |",
        encoders.size(), names.size()));
  }
  const bool linear = nn::is_linear_solution(nn::parse_spec(encoders.front()));
  for (const std::string& encoder : encoders) {
    const nn::Spec spec = nn::parse_spec(encoder);
    if (nn::is_linear_solution(spec) != linear) {
      throw UsageError(
          "the linear solution is one of all views together: make all networks of `encoder` "
          "linear:N, or none and use `init` linear");
    }
    refuse_for_views(model::vocabulary_of(spec).has_value(), "embedding",
                     "its views are numbers, and not token ids");
  }
}

nn::Spec join_encoders(const Config& config, const model::PairSettings& pair) {
  const auto encoders = encoders_of(config);
  if (pair.view_shapes.empty()) {
    throw UsageError("`pair` multi needs its data; it cannot be measured without");
  }
  const auto shapes = data::entries_of(pair.view_shapes);
  std::vector<nn::ViewSpec> views;
  views.reserve(shapes.size());
  for (std::size_t m = 0; m < shapes.size(); ++m) {
    const auto spec = nn::parse_spec(encoders[encoders.size() == 1 ? 0 : m]);
    const nn::Shape shape = shape_of_text(shapes[m]);
    (void)nn::Graph(spec, shape);  // throws about the text that was given
    views.push_back({shape, items_to_join(spec)});
  }
  return nn::join_views(views);
}

void settle_views(Config& config, const model::PairSettings& pair) {
  std::size_t columns = 0;
  for (const std::string& shape : data::entries_of(pair.view_shapes)) {
    columns += shape_of_text(shape).size();
  }
  const nn::Graph graph(join_encoders(config, pair), nn::Shape(columns));
  const auto parts = nn::parts_of_views(graph);
  std::vector<std::size_t> outputs;
  outputs.reserve(parts.size());
  for (const nn::ViewPart& part : parts) {
    outputs.push_back(part.outputs);
  }
  config.objective.set("view-outputs", fmt::format("{}", fmt::join(outputs, ",")));
}

}  // namespace infomax::train
