// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "infomax/core/field_text.hpp"

/// @file
/// C = C_xy, the covariance of the inputs of both sides; w and v the weights of a pair of outputs.

namespace infomax::objective {

/// How partial least squares goes on from the first pair of outputs, which are the leading singular
/// vectors of C.
enum class PlsMode : std::uint8_t {
  svd,        ///< the next singular vectors: weights are orthonormal
  canonical,  ///< each side less what its own output says of it (Wold 1975, mode A)
  regression  ///< both sides less what the predicting side's output says of them (PLS2)
};
/// The modes as users write them.
inline constexpr std::array pls_mode_names{std::pair{"svd", PlsMode::svd},
                                           std::pair{"canonical", PlsMode::canonical},
                                           std::pair{"regression", PlsMode::regression}};

/// The options of `pls`.
struct PlsOptions {
  PlsMode mode = PlsMode::svd;  ///< of the pairs of outputs after the first
  /// c: where set, the weights w of an output of side a, |w| = 1, have |w|_1 <= max(1, c sqrt(m)).
  std::optional<double> sparsity_a;
  std::optional<double> sparsity_b;  ///< the same of side b

  /// Whether either is set.
  [[nodiscard]] bool sparse() const { return sparsity_a || sparsity_b; }
};

}  // namespace infomax::objective

/// By the names that users write.
template <>
struct infomax::FieldText<infomax::objective::PlsMode>
    : infomax::ChoiceText<infomax::objective::PlsMode, infomax::objective::pls_mode_names> {};
