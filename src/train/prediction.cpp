// SPDX-License-Identifier: BSD-3-Clause
#include "train/prediction.hpp"

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/nn/graph.hpp"
#include "train/derived.hpp"

namespace infomax::train {
namespace {

constexpr std::size_t default_horizon = 4;

[[noreturn]] void refuse_encoder(const nn::Spec& encoder, const char* problem) {
  throw UsageError(fmt::format(
      "the encoder {} {}: `pair` predict compares the steps of a recurrent layer with those of the "
      "layers before it, as in steps,dense:64,relu,gru:64,each or embedding:100:32,gru:64,each",
      encoder.text, problem));
}

/// The number of items before the last rnn, gru or lstm.
std::size_t items_before_context(const nn::Spec& encoder) {
  const auto sees_later = [](const nn::SpecItem& item) { return item.name == "bidirectional"; };
  if (nn::any_item(encoder.items, sees_later)) {
    refuse_encoder(encoder, "sees later steps");
  }
  if (encoder.items.empty() || encoder.items.back().name != "each") {
    refuse_encoder(encoder, "does not end in \"each\"");
  }
  for (std::size_t count = encoder.items.size(); count > 0; --count) {
    const std::string& name = encoder.items[count - 1].name;
    if (name == "rnn" || name == "gru" || name == "lstm") {
      return count - 1;
    }
  }
  refuse_encoder(encoder, "has no rnn, gru or lstm");
}

}  // namespace

void validate_prediction(const Config& config) {
  const auto& objective = config.objective;
  if (config.pair != model::Pair::predict) {
    if (objective.text("horizon")) {
      throw UsageError("`horizon` is for `pair` predict");
    }
    return;
  }
  if (objective.objective != "infonce") {
    throw UsageError(fmt::format("`pair` predict is for `objective` infonce, and it is {}",
                                 objective.objective));
  }
  if (objective.text("critic")) {
    throw UsageError("`pair` predict scores by a matrix for each step ahead: leave `critic` out");
  }
  for (const char* flag : {"learn-temperature", "symmetric"}) {
    if (objective.text(flag) == "true") {
      throw UsageError(fmt::format("`pair` predict makes no use of `{}`: leave it out", flag));
    }
  }
}

std::size_t settle_prediction(Config& config, const nn::Shape& input) {
  auto& objective = config.objective;
  const nn::Spec encoder = first_encoder(config);
  const std::size_t before = items_before_context(encoder);
  const nn::Spec first = nn::without_last(encoder, encoder.items.size() - before);
  if (before == 0) {
    refuse_encoder(encoder, "has no layer before the recurrent one");
  }
  const nn::Graph steps(nn::parse_spec(first.text + ",each"), input);
  if (steps.layer_count() == 0) {
    refuse_encoder(encoder, "has no layer with parameters before the recurrent one");
  }
  const nn::Shape& predicted = steps.nodes()[steps.output()].output;
  const nn::Graph whole(encoder, input);
  const nn::Shape& contexts = whole.nodes()[whole.output()].output;
  const std::size_t count = predicted.extents().front();
  if (!objective.text("horizon")) {
    objective.set("horizon", default_horizon);
  }
  const auto horizon = objective.number<std::size_t>("horizon");
  if (horizon >= count) {
    throw UsageError(fmt::format("`horizon` is {}, and sequences have {} steps: it must be less",
                                 horizon, count));
  }
  objective.set("predicted-shape",
                nn::to_string(nn::Shape({contexts.size() / count, predicted.size() / count})));
  return steps.layer_count() - 1;
}

}  // namespace infomax::train
