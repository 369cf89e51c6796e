// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "infomax/core/random.hpp"
#include "reference/dense_reference.hpp"

/// Data whose values all differ and that every rank can compute.
namespace infomax::reference {

struct Sides {
  Table a;
  Table b;
};

/// Correlated sides of n rows that are not Gaussian, with columns of different location and scale.
inline Sides keyed_sides(std::size_t n, std::size_t p, std::size_t q, std::uint64_t seed) {
  const CounterRandom random(seed, RandomStream::generation);
  std::uint64_t index = 0;
  Sides sides{zeros(n, p), zeros(n, q)};
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < p; ++j) {
      const double x = random.normal(index++);
      sides.a[i][j] = x + 0.3 * x * x;
    }
    for (std::size_t j = 0; j < q; ++j) {
      const Real other = 0.7L * sides.a[i][j % p] + 0.4L * sides.a[i][(j + 1) % p];
      sides.b[i][j] = other + (0.4 + 0.3 * static_cast<double>(j)) * random.normal(index++);
    }
  }
  for (auto& row : sides.a) {
    for (std::size_t j = 0; j < p; ++j) {
      row[j] = 0.5L * static_cast<Real>(j) + row[j] * (1 + 0.5L * static_cast<Real>(j));
    }
  }
  for (auto& row : sides.b) {
    for (std::size_t j = 0; j < q; ++j) {
      row[j] = row[j] / (1 + static_cast<Real>(j)) - 0.2L * static_cast<Real>(j);
    }
  }
  return sides;
}

/// Its elements, row by row.
inline std::vector<double> flat(const Table& table) {
  std::vector<double> elements;
  for (const auto& row : table) {
    for (const Real value : row) {
      elements.push_back(static_cast<double>(value));
    }
  }
  return elements;
}

/// The same, rounded to the type T that the program computes in.
template <class T>
Table rounded(Table x) {
  for (auto& row : x) {
    for (Real& value : row) {
      value = static_cast<Real>(static_cast<T>(value));
    }
  }
  return x;
}

}  // namespace infomax::reference
