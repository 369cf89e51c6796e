// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>

#include "exporters/layer_converter.hpp"

/// @file
/// Sequences [N,T,F] whose samples have lengths of their own. T is read from the value itself, so
/// that a graph takes rows of any number of steps.

namespace infomax::exporters {

/// T of a sequence, int32.
[[nodiscard]] std::string step_count(OnnxGraph& graph, const std::string& sequence);

/// The numbers 0 to T-1 of a sequence's steps, int32 [T].
[[nodiscard]] std::string step_numbers(OnnxGraph& graph, const std::string& sequence);

/// Which steps of a sequence that has lengths are no padding, as truth values [N,T].
[[nodiscard]] std::string steps_that_exist(OnnxGraph& graph, const Value& sequence);

/// The sequence with 0, or `filler`, in the steps after each sample's own.
[[nodiscard]] Value masked(OnnxGraph& graph, const Value& sequence, float filler = 0.0F);

/// The same of rows whose steps have any shape: samples have `axes` axes, [T] or [T,...].
[[nodiscard]] Value masked_rows(OnnxGraph& graph, const Value& rows, std::size_t axes,
                                float filler = 0.0F);

/// The lengths that are left after it, as nn::Steps::after_window counts them; empty of empty.
[[nodiscard]] std::string lengths_after_window(OnnxGraph& graph, const std::string& lengths,
                                               const ItemWindow& window);

}  // namespace infomax::exporters
