// SPDX-License-Identifier: BSD-3-Clause
#include "exporters/represented_part.hpp"

#include <fmt/format.h>

#include "infomax/core/version.hpp"
#include "infomax/model/sequences.hpp"

namespace infomax::exporters {

std::size_t represented_node(const analysis::Encoder<float>& encoder) {
  const nn::Graph& network = encoder.network().graph();
  return encoder.layer() ? network.layer_output(*encoder.layer()) : network.output();
}

std::vector<nn::ParameterBlock> represented_blocks(const analysis::Encoder<float>& encoder) {
  std::vector<nn::ParameterBlock> blocks;
  for (const auto& block : encoder.network().parameters()) {
    if (!encoder.layer() || block.layer <= *encoder.layer()) {
      blocks.push_back(block);
    }
  }
  return blocks;
}

std::size_t represented_parameters(const analysis::Encoder<float>& encoder) {
  std::size_t count = 0;
  for (const auto& block : represented_blocks(encoder)) {
    count += block.size();
  }
  return count;
}

std::map<std::string, std::string> metadata_of(const model::Settings& settings,
                                               const analysis::Encoder<float>& encoder) {
  std::map<std::string, std::string> texts{
      {"infomax_version", version},
      {"encoder", encoder.network().spec().text},
      {"input_shape", nn::to_string(encoder.network().input_shape())},
      {"network", encoder.member().name()},
      {"layer", encoder.layer() ? fmt::format("{}", *encoder.layer()) : "output"},
      {"data_path", encoder.path()}};
  for (const char* name :
       {"objective", "pair", "normalize", "precision", "split", model::data_fingerprint_setting}) {
    const auto found = settings.find(name);
    if (found != settings.end() && !found->second.empty()) {
      texts[name] = found->second;
    }
  }
  return texts;
}

bool is_by_step(const analysis::Encoder<float>& encoder) {
  const auto& network = encoder.network();
  const auto& extents = network.input_shape().extents();
  const std::size_t columns = network.inputs() / extents.front();
  return encoder.member().normalization.columns() == columns &&
         (columns < network.inputs() || model::reads_steps(network.spec()));
}

bool sequences_vary(const model::Settings& settings, const std::string& path) {
  const auto found = settings.find(model::varying_setting);
  if (found == settings.end()) {
    return true;
  }
  const auto pair = model::PairSettings::from_settings(settings);
  const bool is_y = path == pair.y_path && path != pair.x_path;
  return found->second.find(is_y ? 'y' : 'x') != std::string::npos;
}

}  // namespace infomax::exporters
