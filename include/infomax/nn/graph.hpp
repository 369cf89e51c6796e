// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "infomax/math/blas.hpp"
#include "infomax/nn/shape.hpp"
#include "infomax/nn/spec.hpp"
#include "infomax/nn/steps.hpp"

namespace infomax::nn {

/// The purpose of a block of parameters.
enum class Role : std::uint8_t {
  weight,             ///< multiplies inputs; the only role that weight decay applies to
  bias,               ///< added to outputs
  scale,              ///< multiplies normalised values
  shift,              ///< added to scaled values
  running_statistic,  ///< follows the batches' statistics and has no gradient
  fixed,              ///< drawn at the start and never changed; its gradient is 0
};

/// A named part of a network's flat parameter vector, row-major in its own shape.
struct ParameterBlock {
  std::size_t layer = 0;           ///< K: counts the nodes that have parameters, from 0
  std::string name;                ///< "weight" [in, out], "bias" [out], ...
  std::size_t offset = 0;          ///< in the flat vector
  std::vector<std::size_t> shape;  ///< extents, the last axis fastest
  Role role = Role::weight;        ///< decides about weight decay and gradients

  [[nodiscard]] std::size_t size() const;  ///< number of elements: the product of `shape`
};

/// A layer of one precision. It is private to nn: nn/layer.hpp of the sources defines it.
template <math::Real T>
class Layer;

/// A layer in either precision.
using LayerPair =
    std::tuple<std::shared_ptr<const Layer<float>>, std::shared_ptr<const Layer<double>>>;

/// The matrix products that a layer computes for one sample, forward: `count` products of [rows,
/// inputs] and [inputs, outputs].
struct Product {
  std::size_t rows = 0;     ///< 1 of a dense layer, places of a convolution, 0 where there is none
  std::size_t inputs = 0;   ///< columns of the first factor
  std::size_t outputs = 0;  ///< columns of the second
  std::size_t count = 1;    ///< groups of a convolution

  /// Multiplications, each with an addition.
  [[nodiscard]] double multiply_adds() const {
    return static_cast<double>(rows) * static_cast<double>(inputs) * static_cast<double>(outputs) *
           static_cast<double>(count);
  }
};

/// A value of a graph and the layer that computes it. Node 0 is the input of the network and has no
/// layer.
struct Node {
  std::string item = {};                  ///< of the specification, such as "dense:64,tanh"
  std::vector<std::size_t> inputs = {};   ///< nodes before this one
  Shape output = {};                      ///< of one sample
  bool channels_last = false;             ///< the value of [C,...] lies in memory as [...,C]
  std::optional<Steps> steps = {};        ///< of a value that is a sequence [T,F]
  std::size_t first_parameter = 0;        ///< the node's part of the flat parameter vector ...
  std::size_t parameter_count = 0;        ///< ... and its length
  std::optional<std::size_t> layer = {};  ///< K, where it has parameters
  Product product = {};                   ///< of one sample
  LayerPair layers = {};                  ///< what makes the value; null for the input
};

/// A network as a graph: values and the layers that make them, in an order in which every node
/// comes after its inputs. It is made once from a specification, the same for either precision, and
/// holds no parameters. The last node is the output.
class Graph {
 public:
  /// Throws UsageError if a layer does not accept the shape of its input, or if the output is a
  /// sequence.
  Graph(Spec spec, Shape input);

  /// The specification that the graph was made from.
  [[nodiscard]] const Spec& spec() const { return spec_; }
  /// The nodes in an order of evaluation; the first is the input, the last the output.
  [[nodiscard]] const std::vector<Node>& nodes() const { return nodes_; }
  [[nodiscard]] std::size_t output() const { return nodes_.size() - 1; }  ///< its node
  /// The blocks of the flat parameter vector, in its order.
  [[nodiscard]] const std::vector<ParameterBlock>& blocks() const { return blocks_; }
  /// The length of the flat parameter vector.
  [[nodiscard]] std::size_t parameter_count() const;

  /// Layers are the nodes that have parameters, which K counts from 0.
  [[nodiscard]] std::size_t layer_count() const;

  /// Returns the node whose value is the output of layer K, after what follows the layer before the
  /// next layer with parameters, such as its activation. Throws UsageError, which says how many
  /// layers there are.
  [[nodiscard]] std::size_t layer_output(std::size_t layer) const;

  /// Returns the last node of layer K, up to layer_output(), whose value is a feature map [C,...]
  /// in the order of places, or layer_output() where there is none. Throws UsageError as that does.
  [[nodiscard]] std::size_t feature_map(std::size_t layer) const;

  /// Copies `value` [B, columns], which an executor has of `node` after a pass of these lengths, to
  /// `out` in the order of the axes of its shape. The padding of sequences becomes 0.
  template <math::Real T>
  void copy_in_order(std::size_t node, MatrixView<const T> value, MatrixView<T> out,
                     std::span<const std::uint32_t> lengths = {}) const;

  /// Returns for each node whether the backward pass needs its derivative: whether it depends on a
  /// parameter.
  [[nodiscard]] std::vector<bool> need_gradient() const;

 private:
  friend class GraphBuilder;

  Spec spec_;
  std::vector<Node> nodes_;
  std::vector<ParameterBlock> blocks_;
};

}  // namespace infomax::nn
