// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/core/random.hpp"
#include "infomax/hdf5/file.hpp"

/// Helpers of the generators. N: rows. p, q: columns of x and y.
namespace infomax::generators {

/// The purpose of a row's random numbers. Numbers of different purposes are independent.
enum class Purpose : std::uint64_t {
  x = 1,
  y = 2,
  x_map = 3,
  y_map = 4,
  x_sign = 5,
  y_sign = 6,
  motion = 7,
  shared = 8,
};

constexpr std::size_t slab_rows = 4096;

[[nodiscard]] CounterRandom row_numbers(std::uint64_t seed, Purpose purpose, std::size_t row);

/// Fills rows [first, first + out.rows()) with independent standard normal numbers.
template <class T>
void fill_normal(std::uint64_t seed, Purpose purpose, std::size_t first, MatrixView<T> out) {
  for (std::size_t i = 0; i < out.rows(); ++i) {
    const CounterRandom random = row_numbers(seed, purpose, first + i);
    for (std::size_t j = 0; j < out.columns(); ++j) {
      out(i, j) = static_cast<T>(random.normal(j));
    }
  }
}

/// Writes /x and /y of T slab by slab; `fill(first row, x, y)` makes the rows of a slab.
template <class T, class Fill>
void write_pair(hdf5::File& file, std::size_t rows, std::size_t p, std::size_t q, Fill fill) {
  hdf5::Dataset x = file.create_dataset("/x", hdf5::element_type_of<T>(), {rows, p});
  hdf5::Dataset y = file.create_dataset("/y", hdf5::element_type_of<T>(), {rows, q});
  Matrix<T> x_slab(slab_rows, p);
  Matrix<T> y_slab(slab_rows, q);
  for (std::size_t first = 0; first < rows; first += slab_rows) {
    const std::size_t count = std::min(slab_rows, rows - first);
    const auto x_part = x_slab.view().row_range(0, count);
    const auto y_part = y_slab.view().row_range(0, count);
    fill(first, x_part, y_part);
    x.write<T>(first, count, {x_part.data(), x_part.size()});
    y.write<T>(first, count, {y_part.data(), y_part.size()});
  }
}

/// Returns a random invertible map [n, n], with random orthogonal factors and singular values from
/// 1/2 to 2.
[[nodiscard]] Matrix<double> random_map(std::uint64_t seed, Purpose purpose, std::size_t n);

/// Sets v_i = rho_i u_i + sqrt(1 - rho_i^2) e_i, where v holds e at first. Other columns of v are
/// unchanged.
void correlate(const std::vector<double>& rhos, MatrixView<const double> u, MatrixView<double> v);

/// Two views of latent pairs u, v with correlations `rhos`. `distort(first row, u, v)` changes the
/// latent rows of a slab; each view is its latent rows under a random_map().
struct LatentViews {
  std::size_t rows;
  std::size_t p;
  std::size_t q;
  const std::vector<double>& rhos;
  std::uint64_t seed;
};

using Distort = std::function<void(std::size_t, MatrixView<double>, MatrixView<double>)>;

/// Writes /x [rows, p] and /y [rows, q]. The sizes must have passed check_views().
void write_latent_views(hdf5::File& file, const LatentViews& views, const Distort& distort);

/// Throws UsageError unless the condition holds.
void require(bool holds, const std::string& message);

/// Throws UsageError if a size is 0, a view has fewer columns than there are correlations, or a
/// correlation is not in (-1, 1).
void check_views(std::size_t rows, std::size_t p, std::size_t q, const std::vector<double>& rhos);

}  // namespace infomax::generators
