// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>
#include <vector>

#include "infomax/core/matrix.hpp"

namespace infomax::objective {

/// A pair of weights of length 1, and the covariance of their outputs.
struct SparsePair {
  std::vector<double> u;    ///< [m]
  std::vector<double> v;    ///< [n]
  double covariance = 0.0;  ///< u^T Z v
};

/// The soft-thresholded direction of x: S(x, d) / |S(x, d)|, with S(x, d) = sign(x) max(|x| - d, 0)
/// and the least d >= 0 for which the sum of its magnitudes is at most `bound` >= 1. Zeros where x
/// is 0.
[[nodiscard]] std::vector<double> soft_direction(std::span<const double> x, double bound);

/// The pair that makes u^T Z v great, for Z [m, n], among |u| = |v| = 1, |u|_1 <= bound_a and
/// |v|_1 <= bound_b: u and v = soft_direction(Z v), soft_direction(Z^T u) in turns, from the
/// leading right singular vector of Z, until neither changes (Witten, Tibshirani and Hastie 2009,
/// algorithm 3). J has other such points too.
[[nodiscard]] SparsePair sparse_pair(const Matrix<double>& z, double bound_a, double bound_b);

}  // namespace infomax::objective
