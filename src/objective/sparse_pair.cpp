// SPDX-License-Identifier: BSD-3-Clause
#include "objective/sparse_pair.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "infomax/math/blas.hpp"
#include "infomax/math/lapack.hpp"

namespace infomax::objective {
namespace {

/// Halvings of the interval that holds the threshold: to the last bit of a double.
constexpr int most_halvings = 120;

/// Turns of u and v; they settle within some ten.
constexpr int most_turns = 2000;

/// A change of a weight below this one is rounding.
constexpr double settled = 1e-14;

void soft_threshold(std::span<const double> x, double threshold, std::span<double> out) {
  std::ranges::transform(x, out.begin(), [threshold](double value) {
    return std::copysign(std::max(std::abs(value) - threshold, 0.0), value);
  });
}

/// The sum of magnitudes of the direction of x; 0 of a vector of zeros.
double spread(std::span<const double> x) {
  double sum = 0.0;
  double squares = 0.0;
  for (const double value : x) {
    sum += std::abs(value);
    squares += value * value;
  }
  return squares > 0.0 ? sum / std::sqrt(squares) : 0.0;
}

void normalise(std::span<double> x) {
  const auto length = math::norm<double>(x);
  if (length > 0.0) {
    math::scale<double>(1.0 / length, x);
  }
}

double largest_change(std::span<const double> x, std::span<const double> y) {
  double largest = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    largest = std::max(largest, std::abs(x[i] - y[i]));
  }
  return largest;
}

std::vector<double> product(const Matrix<double>& z, std::span<const double> v) {
  std::vector<double> result(z.rows());
  math::gemm<double>(math::Transpose::no, math::Transpose::no, 1.0, z.view(),
                     {v.data(), v.size(), 1}, 0.0, {result.data(), result.size(), 1});
  return result;
}

std::vector<double> transposed_product(const Matrix<double>& z, std::span<const double> u) {
  std::vector<double> result(z.columns());
  math::gemv_transposed<double>(1.0, z.view(), u, 0.0, result);
  return result;
}

}  // namespace

std::vector<double> soft_direction(std::span<const double> x, double bound) {
  std::vector<double> direction(x.begin(), x.end());
  if (spread(x) > bound) {
    double low = 0.0;
    double high =
        std::abs(*std::ranges::max_element(x, {}, [](double value) { return std::abs(value); }));
    for (int i = 0; i < most_halvings; ++i) {
      const double middle = 0.5 * (low + high);
      soft_threshold(x, middle, direction);
      (spread(direction) > bound ? low : high) = middle;
    }
    soft_threshold(x, high, direction);
    if (spread(direction) == 0.0) {
      soft_threshold(x, low, direction);  // the largest magnitudes are equal
    }
  }
  normalise(direction);
  return direction;
}

SparsePair sparse_pair(const Matrix<double>& z, double bound_a, double bound_b) {
  const auto parts = math::singular_values(z.view());
  SparsePair pair;
  const auto leading = parts.vt.view().row(0);
  pair.v.assign(leading.begin(), leading.end());
  for (int turn = 0; turn < most_turns; ++turn) {
    auto u = soft_direction(product(z, pair.v), bound_a);
    auto v = soft_direction(transposed_product(z, u), bound_b);
    const double change =
        pair.u.empty() ? 1.0 : std::max(largest_change(u, pair.u), largest_change(v, pair.v));
    pair.u = std::move(u);
    pair.v = std::move(v);
    if (change <= settled) {
      break;
    }
  }
  const auto mapped = product(z, pair.v);
  pair.covariance = std::inner_product(pair.u.begin(), pair.u.end(), mapped.begin(), 0.0);
  return pair;
}

}  // namespace infomax::objective
