// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "infomax/math/blas.hpp"
#include "infomax/nn/graph.hpp"
#include "infomax/nn/shape.hpp"
#include "infomax/nn/spec.hpp"

namespace infomax::nn {

/// A graph of layers in one precision, over a flat parameter vector that others own. An Executor
/// runs it.
template <math::Real T>
class Network {
 public:
  /// Throws UsageError where a layer does not take the shape it is given.
  Network(Spec spec, Shape input) : graph_(std::move(spec), std::move(input)) {}

  [[nodiscard]] const Graph& graph() const { return graph_; }
  [[nodiscard]] const Spec& spec() const { return graph_.spec(); }
  [[nodiscard]] const Shape& input_shape() const { return graph_.nodes().front().output; }
  [[nodiscard]] const Shape& output_shape() const { return graph_.nodes().back().output; }
  [[nodiscard]] std::size_t inputs() const { return input_shape().size(); }    ///< D
  [[nodiscard]] std::size_t outputs() const { return output_shape().size(); }  ///< q
  [[nodiscard]] std::size_t parameter_count() const { return graph_.parameter_count(); }
  [[nodiscard]] const std::vector<ParameterBlock>& parameters() const { return graph_.blocks(); }
  [[nodiscard]] bool has_running_statistics() const;

  /// The layer of a node other than the input.
  [[nodiscard]] const Layer<T>& layer(std::size_t node) const {
    return *std::get<std::shared_ptr<const Layer<T>>>(graph_.nodes()[node].layers);
  }

  /// Floating-point operations of one row, forward and backward, counting matrix products alone.
  [[nodiscard]] double gemm_flops_forward() const;
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
