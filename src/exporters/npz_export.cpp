// SPDX-License-Identifier: BSD-3-Clause
#include "exporters/npz_export.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "exporters/npz_file.hpp"
#include "exporters/represented_part.hpp"

namespace infomax::exporters {
namespace {

const model::StoredNetwork& network_named(const model::StoredModel& stored,
                                          const std::string& name) {
  return *std::ranges::find(stored.networks, name, &model::StoredNetwork::name);
}

}  // namespace

std::size_t write_npz(const std::filesystem::path& path, const model::StoredModel& stored,
                      const analysis::Encoder<float>& encoder) {
  const auto& network = network_named(stored, encoder.member().name());
  const auto texts = metadata_of(stored.settings, encoder);
  const auto blocks = represented_blocks(encoder);
  const bool single = stored.settings.at("precision") == "float";
  NpzFile file(path);
  for (const auto& [name, text] : texts) {
    file.add_text(name, text);
  }
  const std::vector<std::size_t> columns{network.normalization.columns()};
  file.add<double>("preprocess/shift", columns, network.normalization.shift);
  file.add<double>("preprocess/scale", columns, network.normalization.scale);
  for (const auto& block : blocks) {
    const std::string name = fmt::format("layers/{}/{}", block.layer, block.name);
    const auto values = std::span(network.parameters).subspan(block.offset, block.size());
    if (single) {
      const std::vector<float> rounded(values.begin(), values.end());  // they were floats
      file.add<float>(name, block.shape, rounded);
    } else {
      file.add<double>(name, block.shape, values);
    }
  }
  file.close();
  return texts.size() + 2 + blocks.size();
}

}  // namespace infomax::exporters
