// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "infomax/core/field_text.hpp"

namespace infomax::model {

/// Which two sides, a and b, the objective compares; x and y are preprocessed rows, f and g
/// networks.
enum class Pair : std::uint8_t {
  input,    ///< a = x, b = f(x)
  target,   ///< a = y (one-hot where y holds classes), b = f(x)
  views,    ///< a = f(x), b = g(y)
  augment,  ///< a = f(t(x)), b = f(t'(x)), t and t' random changes of x
  lag,      ///< a = f(x_t), b = f(x_{t + tau}), never across a trajectory's end
};

inline constexpr std::array pair_names{
    std::pair{"input", Pair::input}, std::pair{"target", Pair::target},
    std::pair{"views", Pair::views}, std::pair{"augment", Pair::augment},
    std::pair{"lag", Pair::lag}};

/// Throws UsageError naming the choices.
[[nodiscard]] Pair parse_pair(const std::string& name);

[[nodiscard]] std::string name_of(Pair pair);

/// Whether the pair reads y as well as x.
[[nodiscard]] bool reads_y(Pair pair);

}  // namespace infomax::model

template <>
struct infomax::FieldText<infomax::model::Pair>
    : infomax::ChoiceText<infomax::model::Pair, infomax::model::pair_names> {};
