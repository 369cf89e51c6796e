// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "infomax/math/elementwise.hpp"
#include "infomax/nn/graph.hpp"
#include "nn/item_reader.hpp"
#include "nn/layer.hpp"

namespace infomax::nn {

/// L<float> and L<double>, made of the same arguments.
template <template <class> class L, class... Arguments>
[[nodiscard]] LayerPair make_layers(const Arguments&... arguments) {
  return {std::make_shared<const L<float>>(arguments...),
          std::make_shared<const L<double>>(arguments...)};
}

/// A block of parameters, as a layer declares it.
struct BlockDescription {
  std::string name;
  Role role = Role::weight;
  std::vector<std::size_t> shape;
};

struct NodeDescription {
  Shape output;
  bool channels_last = false;                 ///< as Node has it
  std::optional<Steps> steps = {};            ///< as Node has it
  std::vector<BlockDescription> blocks = {};  ///< in the order in which they lie in memory
  std::vector<std::size_t> inputs = {};       ///< none: the current value
  Product product = {};                       ///< of one sample
};

/// Makes a graph item by item. What a layer's `build` is given.
class GraphBuilder {
 public:
  explicit GraphBuilder(Graph& graph) : graph_(&graph), current_(graph.output()) {}

  /// The node that the next item goes on from, and the shape of its value.
  [[nodiscard]] std::size_t current() const { return current_; }
  [[nodiscard]] const Shape& shape() const { return node().output; }

  /// Numbers in a sample of the current value. Throws UsageError where that varies.
  [[nodiscard]] std::size_t width(const ItemReader& item) const;

  /// Whether the current value lies channels last: what a layer that keeps the order goes on with.
  [[nodiscard]] bool channels_last() const { return node().channels_last; }

  /// Of the current value where it is a sequence: what a layer that keeps the steps goes on with.
  [[nodiscard]] const std::optional<Steps>& steps() const { return node().steps; }

  /// The same for a layer of sequences, to which any [T,F] is one. Throws UsageError where the
  /// current value is of another shape.
  [[nodiscard]] Steps take_steps(const ItemReader& item) const;

  /// Makes the current value lie channels last. Throws UsageError where it is not [C,H,W] or [C,T].
  void put_channels_last(const ItemReader& item);

  /// The columns of what treats all alike that stand in one: the channels of [C,H,W] or [C,T],
  /// which then lie last, or the features of [D]. Throws UsageError where samples are of another
  /// shape.
  [[nodiscard]] std::size_t columns(const ItemReader& item);

  /// Makes the current value lie in the order of its shape.
  void put_in_order();

  /// Makes the current value lie as that of `other`, a node of the same shape.
  void put_as(std::size_t other, const ItemReader& item);

  /// Appends a node, which becomes the current one.
  void append(const ItemReader& item, NodeDescription description, LayerPair layers) {
    append(item.item().text, std::move(description), std::move(layers));
  }

  /// Appends items one after another.
  void append_items(const Spec& spec, const std::vector<SpecItem>& items);

  /// The current node, whose value is going to be used by more than the next item.
  [[nodiscard]] std::size_t branch() {
    fuse_ = nullptr;
    return current();
  }

  /// Makes an earlier node the current one.
  void go_back_to(std::size_t node) {
    current_ = node;
    fuse_ = nullptr;
  }

  /// Says that the current node can apply an activation itself: `with` makes its layers anew.
  void fuse_by(std::function<LayerPair(math::Activation)> with) { fuse_ = std::move(with); }

  /// Lets the current node apply the activation, where it can; then this returns true.
  [[nodiscard]] bool fuse(const ItemReader& item, math::Activation activation);

  /// A number for each layer of the network that draws random numbers, from 0.
  [[nodiscard]] std::uint32_t next_purpose() { return purposes_++; }

 private:
  void append(std::string text, NodeDescription description, LayerPair layers);

  [[nodiscard]] const Node& node() const { return graph_->nodes_[current_]; }

  Graph* graph_;
  std::size_t current_;
  std::function<LayerPair(math::Activation)> fuse_;
  std::uint32_t purposes_ = 0;
};

}  // namespace infomax::nn
