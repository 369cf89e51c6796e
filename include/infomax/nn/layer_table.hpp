// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace infomax::nn {

class ItemReader;
class GraphBuilder;

/// A kind of layer: how an item of a specification is written and what it becomes. Each is defined
/// beside its layer in src/nn and listed in src/nn/layer_table.cpp; nothing else names it.
struct LayerType {
  std::string_view name;   ///< "dense"
  std::string_view usage;  ///< how it is written: "dense:N"
  std::string_view help;   ///< what it does, in a few words
  /// Throws UsageError where the arguments of an item of this name are invalid.
  void (*check)(const ItemReader& item);
  /// Appends the item, which was checked, to a graph. Throws UsageError where it does not take the
  /// shape that it is given.
  void (*build)(const ItemReader& item, GraphBuilder& graph);

  bool affine = false;  ///< y = x W + b, so that as a last layer it can be the linear solution ...
  bool solved = false;  ///< ... and is it; such an item stands alone
  bool of_batch = false;  ///< in training, the output for a row depends on the whole batch
};

/// All kinds, in the order in which messages list them.
[[nodiscard]] std::span<const LayerType* const> layer_table();

/// Null where there is none of this name.
[[nodiscard]] const LayerType* find_layer_type(std::string_view name);

/// "dense:N, tanh, ... or residual(ITEMS), or linear:N alone".
[[nodiscard]] std::string layer_usages();

}  // namespace infomax::nn
