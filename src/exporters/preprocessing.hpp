// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "exporters/layer_converter.hpp"
#include "infomax/data/normalization.hpp"

namespace infomax::exporters {

/// Warns where columns lie so far from 0 that floats, which exported encoders take, tell values
/// apart by no less than a sixteenth of a deviation.
void warn_of_large_shifts(const data::Normalization& normalization);

/// z = (x - shift) * scale of rows of this shape, as operators on float. `by_step` says that shift
/// and scale are those of a step, the same in all of them. The padding of sequences that have
/// lengths becomes 0, as a row store has it.
[[nodiscard]] Value preprocess(OnnxGraph& graph, const Value& rows,
                               const data::Normalization& normalization, const nn::Shape& shape,
                               bool by_step);

}  // namespace infomax::exporters
