// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "infomax/core/random.hpp"
#include "infomax/nn/layer_table.hpp"
#include "nn/graph_builder.hpp"

// B sequences of T tokens.
namespace infomax::nn {
namespace {

/// Beyond this, numbers of tokens are not exact in float.
constexpr std::size_t largest_vocabulary = std::size_t{1} << 24U;
constexpr std::size_t largest_width = std::size_t{1} << 16U;

/// y_t = the row of the weight [V, D] that the number of token t names. Numbers are checked
/// where data are loaded; what is none reads the first row, so that no memory but the layer's is
/// read.
template <class T>
class Embedding final : public Layer<T> {
 public:
  Embedding(Steps steps, std::size_t tokens, std::size_t columns)
      : steps_(std::move(steps)), tokens_(tokens), columns_(columns) {}

  [[nodiscard]] BackwardNeeds backward_needs() const override { return {.input = true}; }

  /// Normal numbers of variance 1.
  void initialize(std::uint64_t seed, std::uint64_t network, std::uint64_t layer,
                  std::span<T> parameters) const override {
    const CounterRandom random(seed, RandomStream::initialization, network, layer);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      parameters[i] = static_cast<T>(random.normal(i));
    }
  }

  void forward(const Call<T>& call, MatrixView<T> y) const override {
    for (std::size_t i = 0; i < y.rows(); ++i) {
      const std::size_t count = steps_.of(call.pass, i);
      T* to = y.row(i).data();
      for (std::size_t t = 0; t < count; ++t, to += columns_) {
        std::copy_n(call.parameters.data() + row_of(call.x[0](i, t)) * columns_, columns_, to);
      }
      std::fill(to, y.row(i).data() + y.columns(), T{0});
    }
  }

  void backward(const Call<T>& call, MatrixView<const T> /*y*/, MatrixView<T> dy,
                std::span<const MatrixView<T>> /*dx*/, std::span<T> gradient) const override {
    for (std::size_t i = 0; i < dy.rows(); ++i) {
      const std::size_t count = steps_.of(call.pass, i);
      for (std::size_t t = 0; t < count; ++t) {
        math::axpy(T{1}, std::span<const T>(dy.row(i).subspan(t * columns_, columns_)),
                   gradient.subspan(row_of(call.x[0](i, t)) * columns_, columns_));
      }
    }
  }

 private:
  [[nodiscard]] std::size_t row_of(T number) const {
    return number >= T{0} && number < static_cast<T>(tokens_) ? static_cast<std::size_t>(number)
                                                              : 0;
  }

  Steps steps_;
  std::size_t tokens_;   // V
  std::size_t columns_;  // D
};

constexpr std::string_view embedding_example = "embedding:256:32";

std::size_t tokens_of(const ItemReader& item) {
  return item.whole_number(0, largest_vocabulary, "the number of tokens", embedding_example);
}

std::size_t width_of(const ItemReader& item) {
  return item.whole_number(1, largest_width, "the number of features", embedding_example);
}

void check_embedding(const ItemReader& item) {
  (void)tokens_of(item);
  (void)width_of(item);
  item.expect(2);
}

void build_embedding(const ItemReader& item, GraphBuilder& graph) {
  if (graph.shape().axes() != 1 || graph.current() != 0) {
    item.refuse_place(fmt::format(
        "reads sequences [T] of numbers of tokens, so it comes first; these samples are {}",
        to_string(graph.shape())));
  }
  const Steps steps(graph.width(item));
  const std::size_t tokens = tokens_of(item);
  const std::size_t columns = width_of(item);
  graph.append(item,
               {.output = Shape({steps.most(), columns}),
                .steps = steps,
                .blocks = {{"weight", Role::weight, {tokens, columns}}}},
               make_layers<Embedding>(steps, tokens, columns));
}

}  // namespace

extern const LayerType embedding_type;
const LayerType embedding_type{
    .name = "embedding",
    .usage = "embedding:V:D",
    .help = "of sequences [T] of numbers of tokens below V, D features for each token",
    .check = check_embedding,
    .build = build_embedding};

}  // namespace infomax::nn
