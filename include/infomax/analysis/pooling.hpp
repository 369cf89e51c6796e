// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "infomax/core/field_text.hpp"
#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/nn/graph.hpp"
#include "infomax/nn/pass.hpp"

namespace infomax::analysis {

/// What becomes of the places of a feature map, or of the steps of a sequence.
enum class Pool : std::uint8_t {
  none,  ///< all of them stay
  mean,  ///< their mean, for each channel
  max    ///< the largest of them, for each channel
};

/// The ways to pool as users write them.
inline constexpr std::array pool_names{std::pair{"none", Pool::none}, std::pair{"mean", Pool::mean},
                                       std::pair{"max", Pool::max}};

/// The channels C of a node's value [C,...], or the features F of a sequence [T,F]. Throws
/// UsageError where it is neither.
[[nodiscard]] std::size_t pooled_columns(const nn::Node& node);

/// Pools `values` [B, columns], which an executor has of `node` after `pass`, by mean or max into
/// `out` [B, pooled_columns()]. Of sequences the steps that exist count; 0 where there are none.
template <math::Real T>
void pool(Pool pool, const nn::Node& node, const nn::Pass& pass, MatrixView<const T> values,
          MatrixView<T> out);

}  // namespace infomax::analysis

/// By the names that users write.
template <>
struct infomax::FieldText<infomax::analysis::Pool>
    : infomax::ChoiceText<infomax::analysis::Pool, infomax::analysis::pool_names> {};
