// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <span>
#include <vector>

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
    "dense:12,reshape:2:3:2,dropout:0.3:by=channels,conv:3:3,dropout:0.4:by=channels,dense:2",
    "dense:5,residual(gelu,dense:5,dropout:0.4:by=samples),dense:3",
    "dense:5,tanh,dense:3,softmax",
    "dense:12,reshape:2:3:2,conv:3:2,softmax,dense:2",
    // Networks side by side.
    "views(view:3(dense:4,tanh,dense:2),view:1(dense:3,gelu,dense:1))",
    "dense:6,views(view:2(gelu,dense:2),view:1:2:2(conv:2:1,batchnorm)),dense:3",
    "views(view:2(batchnorm,dense:2),view:1(residual(dense:2,tanh)),view:1(dense:2,dropout:0.3))",
};

/// Encoders of sequences of three steps of two features, or of fewer steps.
inline constexpr const char* encoders_of_sequences[] = {
    "rnn:3,last",
    "gru:3,mean,dense:2",
    "lstm:2,max",
    "lstm:3,each",
    "steps,dense:3,sigmoid,layernorm,gru:2,last",
    "bidirectional(gru:2),last,dense:2",
    "bidirectional(lstm:2),dense:3,tanh,rnn:2,max",
    "gru:2,batchnorm,softplus,residual(dense:2,dropout:0.3),lstm:2,last,batchnorm",
    "conv1d:3:3,gelu,conv1d:2:2:stride=2:pad=1,gru:2,mean",
    "residual(bidirectional(rnn:2)),residual(gru:4),each",
    "steps,dropout:0.3:by=steps,gru:3,dropout:0.3:by=channels,lstm:2,mean",
    "steps,dense:4,softmax,gru:2,softmax,each",
};

/// An encoder of four features, or of sequences of three steps of two features.
struct Encoder {
  const char* spec;
  bool of_sequences = false;

  Encoder(const char* text, bool sequences = false) : spec(text), of_sequences(sequences) {}

  [[nodiscard]] nn::Shape input() const { return of_sequences ? nn::Shape({3, 2}) : nn::Shape(4); }
  [[nodiscard]] std::size_t features() const { return input().size(); }
};

/// All of the above.
inline std::vector<Encoder> all_encoders() {
  std::vector<Encoder> all(std::begin(encoders_of_four_features),
                           std::end(encoders_of_four_features));
  for (const char* spec : encoders_of_sequences) {
    all.emplace_back(spec, true);
  }
  return all;
}

/// The lengths of the first rows: all there are, none among them. Empty of other encoders.
inline std::vector<std::uint32_t> lengths_of(const Encoder& encoder, std::size_t rows) {
  std::vector<std::uint32_t> lengths;
  constexpr std::uint32_t pattern[] = {2, 0, 3, 1, 3, 1, 3, 2, 0};
  for (std::size_t i = 0; encoder.of_sequences && i < rows; ++i) {
    lengths.push_back(pattern[i % std::size(pattern)]);
  }
  return lengths;
}

/// Sets to 0 what J may not depend on: the padding of a node's sequences.
inline void clear_padding(const nn::Node& node, std::span<const std::uint32_t> lengths,
                          MatrixView<double> rows) {
  for (std::size_t i = 0; node.steps && i < rows.rows(); ++i) {
    const std::size_t steps = node.steps->of({.lengths = lengths}, i);
    const auto row = rows.row(i).subspan(steps * (rows.columns() / node.steps->most()));
    std::ranges::fill(row, 0.0);
  }
}

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
