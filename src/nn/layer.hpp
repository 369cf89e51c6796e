// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/nn/pass.hpp"

// B rows of one call.
namespace infomax::nn {

/// Scratch memory that a layer asks for; what a call leaves in it is lost.
struct WorkspaceSize {
  std::size_t elements = 0;  ///< of the network's precision
  std::size_t doubles = 0;
};

template <math::Real T>
struct Workspace {
  std::span<T> elements;
  std::span<double> doubles;
};

/// What a layer is given for one call, besides what it is to write.
template <math::Real T>
struct Call {
  std::span<const T> parameters;           ///< the layer's own
  std::span<const MatrixView<const T>> x;  ///< [B, columns] of each input
  const Pass& pass;                        ///< for these rows
  std::span<const double> state;           ///< of the layer's global sums; empty in evaluation
  std::span<T> saved;                      ///< of Layer::saved_columns() for each of B rows
  Workspace<T> workspace;
};

/// What backward reads of the values that forward had; an executor may drop the others.
struct BackwardNeeds {
  bool input = false;
  bool output = false;
};

/// Sums over all rows of a batch, which a layer needs in training before it can treat any row: sums
/// of what comes in for forward, and sums of the gradients for backward. They are added over ranges
/// of rows and over processes, and then make the layer's state.
template <math::Real T>
class GlobalSums {
 public:
  virtual ~GlobalSums() = default;

  [[nodiscard]] virtual std::size_t sum_count() const = 0;    ///< doubles of either kind of sums
  [[nodiscard]] virtual std::size_t state_count() const = 0;  ///< doubles

  /// Adds the rows of call.x to the sums; call.state is not to be read.
  virtual void add_forward(const Call<T>& call, std::span<double> sums) const = 0;
  /// Writes the state that forward reads.
  virtual void set_forward(std::span<const T> parameters, std::span<const double> sums,
                           std::span<double> state) const = 0;
  /// Adds rows to the sums that backward needs; dy is as of Layer::backward.
  virtual void add_backward(const Call<T>& call, MatrixView<const T> dy,
                            std::span<double> sums) const = 0;
  /// Writes the state that backward reads besides.
  virtual void set_backward(std::span<const double> sums, std::span<double> state) const = 0;

  /// Moves the running statistics among the layer's parameters by `share` of the way to what the
  /// states of several batches say together.
  virtual void remember(std::span<const std::span<const double>> states, double share,
                        std::span<T> parameters) const = 0;
};

/// How a node of a graph is computed: y = f(inputs, own parameters), and the way back. A layer
/// knows the shapes of its inputs and output, and holds no values. What a new kind of layer
/// implements; layer_table.cpp lists the kinds.
template <math::Real T>
class Layer {
 public:
  Layer() = default;
  virtual ~Layer() = default;
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;

  [[nodiscard]] virtual BackwardNeeds backward_needs() const = 0;

  /// Of any call with at most `rows` rows.
  [[nodiscard]] virtual WorkspaceSize workspace(std::size_t /*rows*/) const { return {}; }

  /// Numbers for each row that forward leaves for backward besides its output; their order is the
  /// layer's own.
  [[nodiscard]] virtual std::size_t saved_columns() const { return 0; }

  /// Null for a layer that treats each row by itself. A layer with sums reads no output in
  /// backward.
  [[nodiscard]] virtual const GlobalSums<T>* global_sums() const { return nullptr; }

  /// Initial parameters, a function of the arguments and the position alone: `network` tells a
  /// job's networks apart, `layer` the layers of a network that have parameters.
  virtual void initialize(std::uint64_t /*seed*/, std::uint64_t /*network*/,
                          std::uint64_t /*layer*/, std::span<T> /*parameters*/) const {}

  /// Writes y [B, columns].
  virtual void forward(const Call<T>& call, MatrixView<T> y) const = 0;

  /// Given dy = dJ/dy [B, columns], adds to `gradient`, that of the layer's parameters; overwrites
  /// dx, one [B, columns] for each input, empty where it is not needed. May overwrite dy. Of call.x
  /// and y there is only what backward_needs() says, and the rest is empty.
  virtual void backward(const Call<T>& call, MatrixView<const T> y, MatrixView<T> dy,
                        std::span<const MatrixView<T>> dx, std::span<T> gradient) const = 0;
};

}  // namespace infomax::nn
