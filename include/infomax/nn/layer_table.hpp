// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace infomax::nn {

class ItemReader;
class GraphBuilder;

/// A kind of layer: how its item of a specification is written, and how it is added to a graph. The
/// file of the layer in src/nn defines it, and src/nn/layer_table.cpp lists it.
struct LayerType {
  std::string_view name;   ///< "dense"
  std::string_view usage;  ///< how it is written: "dense:N"
  std::string_view help;   ///< what it does, in a few words
  /// Throws UsageError if the arguments of an item of this name are invalid.
  void (*check)(const ItemReader& item);
  /// Appends an item that was checked to a graph. Throws UsageError if the layer does not accept
  /// the shape of its input.
  void (*build)(const ItemReader& item, GraphBuilder& graph);

  bool affine = false;  ///< y = x W + b, so that as a last layer it can be the linear solution ...
  bool solved = false;  ///< ... and is it; such an item stands alone, or after fixed ones
  bool fixed = false;   ///< nothing of it is trained, so that it may stand before a solved item
  bool of_batch = false;  ///< in training, the output for a row depends on the whole batch
};

/// Returns all kinds, in the order in which messages list them.
[[nodiscard]] std::span<const LayerType* const> layer_table();

/// Returns null if there is none of this name.
[[nodiscard]] const LayerType* find_layer_type(std::string_view name);

/// "dense:N, tanh, ... or residual(ITEMS), or linear:N alone".
[[nodiscard]] std::string layer_usages();

}  // namespace infomax::nn
