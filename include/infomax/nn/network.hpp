// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "infomax/math/blas.hpp"
#include "infomax/nn/graph.hpp"
#include "infomax/nn/shape.hpp"
#include "infomax/nn/spec.hpp"

/// Networks as graphs of layers: from the text of an encoder to values and gradients. It knows no
/// ranks.
namespace infomax::nn {

/// A graph of layers in one precision. Its flat parameter vector belongs to others. An Executor
/// runs it.
template <math::Real T>
class Network {
 public:
  /// Throws UsageError if a layer does not accept the shape of its input.
  Network(Spec spec, Shape input) : graph_(std::move(spec), std::move(input)) {}

  /// The nodes and parameter blocks, which are the same in either precision.
  [[nodiscard]] const Graph& graph() const { return graph_; }
  /// The text that the network was made from, parsed.
  [[nodiscard]] const Spec& spec() const { return graph_.spec(); }
  /// The shape of one input sample.
  [[nodiscard]] const Shape& input_shape() const { return graph_.nodes().front().output; }
  /// The shape of one output sample.
  [[nodiscard]] const Shape& output_shape() const { return graph_.nodes().back().output; }
  [[nodiscard]] std::size_t inputs() const { return input_shape().size(); }    ///< D
  [[nodiscard]] std::size_t outputs() const { return output_shape().size(); }  ///< q
  /// The length of the flat parameter vector.
  [[nodiscard]] std::size_t parameter_count() const { return graph_.parameter_count(); }
  /// The blocks of the flat parameter vector, in its order.
  [[nodiscard]] const std::vector<ParameterBlock>& parameters() const { return graph_.blocks(); }
  /// Whether a layer keeps running statistics, as batch normalisation does.
  [[nodiscard]] bool has_running_statistics() const;

  /// Returns the layer of a node other than the input.
  [[nodiscard]] const Layer<T>& layer(std::size_t node) const {
    return *std::get<std::shared_ptr<const Layer<T>>>(graph_.nodes()[node].layers);
  }

  /// Floating-point operations of one row in the matrix products of the forward pass.
  [[nodiscard]] double gemm_flops_forward() const;
  /// The same of the backward pass: the gradients by parameters, and by inputs that need them.
  [[nodiscard]] double gemm_flops_backward() const;

  /// Glorot and Bengio's uniform initialisation (2010), biases zero; a function of (seed, `which`,
  /// position) alone. `which` tells a job's networks apart.
  void initialize(std::uint64_t seed, std::uint64_t which, std::span<T> parameters) const;

  /// Columns of the output of layer K. Throws UsageError, which says how many layers there are.
  [[nodiscard]] std::size_t layer_columns(std::size_t layer) const;

 private:
  Graph graph_;
};

}  // namespace infomax::nn
