// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "infomax/math/elementwise.hpp"

namespace infomax::nn {

enum class ItemKind { dense, activation, dropout, batchnorm };

/// One item of an encoder's specification.
struct SpecItem {
  ItemKind kind = ItemKind::dense;
  std::size_t units = 0;                                     ///< of dense
  math::Activation activation = math::Activation::identity;  ///< of activation
  double probability = 0.0;                                  ///< of dropout
  bool solved = false;  ///< of dense, written linear:N: its weights are found, not trained
};

/// An encoder in words, such as "dense:1024,tanh,dense:64": items in the order in which they apply,
/// separated by commas. Items: dense:N (h = z W + b, N outputs), tanh, relu, sigmoid, identity,
/// dropout:P (in training, each element is 0 with probability P), batchnorm (of the global batch);
/// or linear:N alone, a dense layer at the exact linear solution of the objective.
struct Spec {
  std::string text;  ///< without blanks
  std::vector<SpecItem> items;
};

/// Whether it is linear:N, the baseline that needs no training.
[[nodiscard]] inline bool is_linear_solution(const Spec& spec) { return spec.items.front().solved; }

/// Throws UsageError with the position, counted from 1, and what was expected there.
[[nodiscard]] Spec parse_spec(std::string_view text);

}  // namespace infomax::nn
