// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>

#include "infomax/math/blas.hpp"

/// Counter-based random numbers for whole rows at a time: Philox 4x32-10 (Salmon et al. 2011), as
/// CounterRandom for single ones. Element j of a row is a function of (row, j) alone, so any rank
/// makes any row, in any order, and all agree.
namespace infomax::math {

/// What names a row of random numbers.
struct RandomRow {
  std::uint64_t key = 0;      ///< of all rows made at one time for one purpose
  std::uint64_t index = 0;    ///< of the row
  std::uint32_t purpose = 0;  ///< tells apart what one key and one index make
};

/// values[j] += deviation * n_j, n_j standard normal (Box and Muller 1958, in single precision).
template <Real T>
void add_normals(const RandomRow& row, T deviation, std::span<T> values);

/// values[j] = 0 with `probability` (to 2^-32), else values[j] * kept.
template <Real T>
void drop(const RandomRow& row, double probability, T kept, std::span<T> values);

}  // namespace infomax::math
