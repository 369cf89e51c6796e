// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "infomax/analysis/encoder.hpp"
#include "infomax/model/settings.hpp"

/// @file
/// What the formats say of an encoder: the part of the network that represents rows, and the texts
/// that tell where it comes from.

namespace infomax::exporters {

/// The node of the network's graph whose value is the representation.
[[nodiscard]] std::size_t represented_node(const analysis::Encoder<float>& encoder);

/// The blocks of parameters up to that node.
[[nodiscard]] std::vector<nn::ParameterBlock> represented_blocks(
    const analysis::Encoder<float>& encoder);

/// The numbers in these blocks.
[[nodiscard]] std::size_t represented_parameters(const analysis::Encoder<float>& encoder);

/// The texts that travel with an exported encoder, by name: "objective", "data_fingerprint", ...
[[nodiscard]] std::map<std::string, std::string> metadata_of(
    const model::Settings& settings, const analysis::Encoder<float>& encoder);

/// Whether shift and scale are those of one step, in all steps alike.
[[nodiscard]] bool is_by_step(const analysis::Encoder<float>& encoder);

/// Whether rows of the data set `path` that the model was trained on are sequences with lengths of
/// their own; also where an older model does not say.
[[nodiscard]] bool sequences_vary(const model::Settings& settings, const std::string& path);

}  // namespace infomax::exporters
