// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstdint>

#include "infomax/core/matrix.hpp"
#include "infomax/core/random.hpp"
#include "infomax/nn/executor.hpp"

namespace infomax::test {

/// Encoders of four features: layers alone and within each other, with and without sums over the
/// batch.
inline constexpr const char* encoders_of_four_features[] = {
    "dense:5,tanh,dense:3",
    "gelu,dense:3,gelu",
    "dense:4,gelu,dense:3",
    "residual(dense:4)",
    "dense:4,residual(dense:6,tanh,dense:4),dense:2",
    "dense:4,residual(gelu,residual(dense:4,sigmoid),dense:4),tanh,dense:2",
    "dense:5,batchnorm,tanh,dense:3,batchnorm",
    "batchnorm,dense:5,sigmoid,batchnorm,batchnorm,dense:2",
    "dense:4,residual(batchnorm,tanh,dense:4,batchnorm),dense:2",
    "dense:4,tanh,residual(dense:4,batchnorm,gelu,residual(batchnorm,dense:4)),batchnorm",
    "residual(batchnorm,dense:4,residual(gelu,batchnorm)),batchnorm,dense:2",
    "residual(batchnorm,gelu),dense:3",
    "dense:4,residual(residual(batchnorm),dense:4,dropout:0.3),dense:2",
    // Images and sequences.
    "reshape:1:2:2,conv:3:2:pad=1,tanh,conv:2:3:stride=2,dense:2",
    "dense:18,reshape:2:3:3,conv:4:2:groups=2,gelu,conv:2:1,batchnorm",
    "dense:20,reshape:2:5:2,maxpool:2:1:pad=1,conv:3:1:stride=2,tanh,avgpool:2,dense:2",
    "dense:12,reshape:2:3:2,residual(conv:2:3,batchnorm,tanh,conv:2:3,batchnorm),globalpool",
    "dense:12,reshape:1:4:3,residual(conv:3:3:stride=2,batchnorm,gelu,conv:3:3),flatten,dense:2",
    "dense:10,reshape:2:5,conv:4:3:stride=2,groupnorm:2,gelu,repeat:2(conv:4:2:pad=1),globalpool",
    "dense:5,layernorm,residual(dense:3,silu),softplus,dense:2",
    "dense:12,reshape:2:3:2,batchnorm,dropout:0.2,conv:2:3,layernorm",
};

/// The input rows of an executor, in memory that outlives it.
template <class T>
typename nn::Executor<T>::Fill rows_from(const Matrix<T>& x) {
  return [&x](std::size_t first, MatrixView<T> rows) {
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      std::ranges::copy(x.view().row(first + i), rows.row(i).begin());
    }
  };
}

/// Initial parameters, changed at random so that none is 0 or 1.
template <class T>
Buffer<T> random_parameters(const nn::Network<T>& network, std::uint64_t seed) {
  Buffer<T> parameters(network.parameter_count());
  network.initialize(seed, 1, parameters);
  const CounterRandom random(seed + 5, RandomStream::generation);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    parameters[i] += static_cast<T>(0.1 * random.normal(i));
  }
  return parameters;
}

/// A smooth scalar of rows, sum_ij w_ij y_ij, whose derivative by y is w.
inline double weighted_sum(MatrixView<const double> y, MatrixView<const double> w) {
  double sum = 0.0;
  for (std::size_t i = 0; i < y.rows(); ++i) {
    for (std::size_t j = 0; j < y.columns(); ++j) {
      sum += w(i, j) * y(i, j);
    }
  }
  return sum;
}

}  // namespace infomax::test
