// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "exporters/c_program.hpp"
#include "exporters/layer_item.hpp"
#include "infomax/data/normalization.hpp"

namespace infomax::exporters {

/// What the emitter of a layer is given: an item of a network, whose inputs are computed.
struct CContext : LayerItem {
  CProgram& program;
  const std::vector<CValue>& inputs;  ///< one or two
};

/// An emitter of the layers of one name.
struct CEmitter {
  std::string_view layer;
  CValue (*emit)(const CContext& context);
};

/// Returns null where there is none for a layer of this name.
[[nodiscard]] const CEmitter* find_emitter(std::string_view layer);

/// The value that the rows become by shift and scale, if these change anything.
CValue emit_preprocessing(CProgram& program, const data::Normalization& normalization);

/// Adds the calls that make the value of the last node of the preprocessed row, which ends them.
/// Throws UsageError, which names the layer, where one has no counterpart.
void emit_network(CProgram& program, const NetworkPart& part, CValue row);

}  // namespace infomax::exporters
