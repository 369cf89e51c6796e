// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>

#include "infomax/math/blas.hpp"

/// @file
/// Counter-based random numbers for whole rows, by Philox 4x32-10 (Salmon et al. 2011); see
/// CounterRandom for single numbers. Element j of a row is a function of (row, j) alone, so every
/// rank can make every row, in any order, and all ranks agree.

namespace infomax::math {

/// The identity of a row of random numbers.
struct RandomRow {
  std::uint64_t key = 0;      ///< shared by all rows made in one pass for one purpose
  std::uint64_t index = 0;    ///< the row's number
  std::uint32_t purpose = 0;  ///< distinguishes rows with the same key and index
};

/// Adds deviation * n_j to values[j], n_j standard normal (Box and Muller 1958, single precision).
template <Real T>
void add_normals(const RandomRow& row, T deviation, std::span<T> values);

/// Sets values[j] to 0 with `probability`, which is rounded to a multiple of 2^-32, and multiplies
/// it by `kept` otherwise.
template <Real T>
void drop(const RandomRow& row, double probability, T kept, std::span<T> values);

}  // namespace infomax::math
