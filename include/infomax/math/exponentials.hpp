// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>

#include "infomax/math/blas.hpp"

/// @file
/// Exponentials of rows of scores, for sums that must not overflow. exp is SLEEF's.

namespace infomax::math {

/// Returns the largest element, or minus infinity of none; NaN elements do not count.
template <Real T>
[[nodiscard]] T largest(std::span<const T> x);

/// Returns the sum of exp(x_i - shift), whose terms are computed in T and added in double.
template <Real T>
[[nodiscard]] double exp_sum(std::span<const T> x, T shift);

/// Adds exp(x_i - shifts_i) to sums_i.
template <Real T>
void exp_add(std::span<const T> x, std::span<const T> shifts, std::span<T> sums);

/// A second term of exp_weights(), with a shift for each element.
template <Real T>
struct ExpOfColumns {
  T weight = 0;                    ///< what its exponentials are multiplied by
  std::span<const T> shifts = {};  ///< [n]; empty: there is no second term
};

/// Replaces x_i by weight exp(x_i - shift) + others.weight exp(x_i - others.shifts_i). A first term
/// of weight 0 is 0, whatever x_i is.
template <Real T>
void exp_weights(T weight, T shift, const ExpOfColumns<T>& others, std::span<T> x);

}  // namespace infomax::math
