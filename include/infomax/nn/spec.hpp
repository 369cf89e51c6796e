// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace infomax::nn {

/// An argument of an item, such as 64 in dense:64, or stride=2, whose key is "stride".
struct SpecArgument {
  std::string key;           ///< empty where there is none
  std::string value;         ///< may be empty
  std::size_t position = 0;  ///< of the argument in the text, counted from 0
};

/// One item of an encoder's specification: name[:argument...], or name[:argument...](item,...).
struct SpecItem {
  std::string name;                     ///< of the layer type, such as "dense"
  std::vector<SpecArgument> arguments;  ///< in their order in the text
  bool nests = false;                   ///< whether it has parentheses ...
  std::vector<SpecItem> items;          ///< ... and what is in them
  std::string text;                     ///< all of the item
  std::size_t position = 0;             ///< in the text of the specification, counted from 0
};

/// A parsed encoder, such as "dense:1024,tanh,dense:64": items in the order in which they apply,
/// separated by commas. layer_table() lists the items. linear:N must be the only item; it is a
/// dense layer at the exact linear solution of the objective.
struct Spec {
  std::string text;             ///< without blanks
  std::vector<SpecItem> items;  ///< in the order in which they apply
};

/// Throws UsageError that says the position of an error, counted from 1, and what was expected
/// there.
[[nodiscard]] Spec parse_spec(std::string_view text);

/// Whether it is linear:N, the baseline that needs no training.
[[nodiscard]] bool is_linear_solution(const Spec& spec);

/// Returns the specification without its last `count` items, or without all if it has fewer.
/// Without items it is the identity.
[[nodiscard]] Spec without_last(const Spec& spec, std::size_t count = 1);

/// Whether `holds` returns true for an item at any depth.
[[nodiscard]] bool any_item(const std::vector<SpecItem>& items,
                            const std::function<bool(const SpecItem&)>& holds);

}  // namespace infomax::nn
