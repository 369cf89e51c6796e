// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "infomax/core/random.hpp"
#include "infomax/nn/layer_table.hpp"
#include "nn/by_step.hpp"

namespace infomax::nn {
namespace {

/// More units than any layer has; keeps a slip of the finger from asking for all memory.
constexpr std::size_t largest_units = std::size_t{1} << 24U;

/// y = activation(x W + b), parameters W [in, out] row-major, then b [out]. The activation is
/// applied in the pass over y that adds the bias.
template <class T>
class Dense final : public Layer<T> {
 public:
  Dense(std::size_t inputs, std::size_t outputs, math::Activation activation)
      : inputs_(inputs), outputs_(outputs), activation_(activation) {}

  [[nodiscard]] BackwardNeeds backward_needs() const override {
    return {.input = true, .output = activation_ != math::Activation::identity};
  }

  void initialize(std::uint64_t seed, std::uint64_t network, std::uint64_t layer,
                  std::span<T> parameters) const override {
    const CounterRandom random(seed, RandomStream::initialization, network, layer);
    const double limit = std::sqrt(6.0 / static_cast<double>(inputs_ + outputs_));
    const auto weight = parameters.first(weight_count());
    for (std::size_t i = 0; i < weight.size(); ++i) {
      weight[i] = static_cast<T>(limit * (2.0 * random.uniform(i) - 1.0));
    }
    std::ranges::fill(parameters.subspan(weight.size()), T{0});
  }

  void forward(const Call<T>& call, MatrixView<T> y) const override {
    const MatrixView<const T> weight(call.parameters.data(), inputs_, outputs_);
    math::gemm(math::Transpose::no, math::Transpose::no, T{1}, call.x[0], weight, T{0}, y);
    math::add_bias_and_activate(activation_, call.parameters.subspan(weight_count()), y);
  }

  void backward(const Call<T>& call, MatrixView<const T> y, MatrixView<T> dy,
                std::span<const MatrixView<T>> dx, std::span<T> gradient) const override {
    if (activation_ == math::Activation::identity) {
      y = dy;  // not read
    }
    // dz, in place of dy
    math::multiply_by_derivative(activation_, y, dy, gradient.subspan(weight_count()));
    const MatrixView<T> weight_gradient(gradient.data(), inputs_, outputs_);
    math::gemm(math::Transpose::yes, math::Transpose::no, T{1}, call.x[0], MatrixView<const T>(dy),
               T{1}, weight_gradient);
    if (!dx[0].empty()) {
      const MatrixView<const T> weight(call.parameters.data(), inputs_, outputs_);
      math::gemm(math::Transpose::no, math::Transpose::yes, T{1}, MatrixView<const T>(dy), weight,
                 T{0}, dx[0]);
    }
  }

 private:
  [[nodiscard]] std::size_t weight_count() const { return inputs_ * outputs_; }

  std::size_t inputs_;
  std::size_t outputs_;
  math::Activation activation_;
};

std::size_t units_of(const ItemReader& item) {
  return item.whole_number(0, largest_units, "the number of outputs",
                           fmt::format("{}:64", item.name()));
}

void check_dense(const ItemReader& item) {
  (void)units_of(item);
  item.expect(1);
}

void check_linear(const ItemReader& item) {
  check_dense(item);
  const auto& items = item.spec().items;
  const bool is_last = !items.empty() && &items.back() == &item.item();
  const bool is_solvable =
      is_last && std::all_of(items.begin(), items.end() - 1, [](const SpecItem& before) {
        const LayerType* const type = find_layer_type(before.name);
        return type != nullptr && type->fixed;
      });
  if (!is_solvable) {
    item.refuse(
        "linear:N alone, or after fourier:D:scale=S; for a last layer that starts at the linear "
        "solution, dense:N and `init` linear");
  }
}

/// Of a sequence, every step is a row of its own.
void build_dense_by_step(const ItemReader& item, GraphBuilder& graph) {
  const std::size_t steps = graph.steps()->most();
  const std::size_t inputs = graph.shape().extents().back();
  const std::size_t outputs = units_of(item);
  const auto layers = [steps, inputs, outputs](math::Activation activation) {
    return make_layers_by_step<Dense>(steps, inputs, outputs, activation);
  };
  graph.append(
      item,
      {.output = Shape({steps, outputs}),
       .steps = graph.steps()->with_reversed(0),
       .blocks = {{"weight", Role::weight, {inputs, outputs}}, {"bias", Role::bias, {outputs}}},
       .product = {.rows = steps, .inputs = inputs, .outputs = outputs}},
      layers(math::Activation::identity));
  graph.fuse_by(layers);
}

/// A sample of any one shape is taken flat.
void build_dense(const ItemReader& item, GraphBuilder& graph) {
  if (graph.steps()) {
    build_dense_by_step(item, graph);
    return;
  }
  graph.put_in_order();
  const std::size_t inputs = graph.width(item);
  const std::size_t outputs = units_of(item);
  graph.append(
      item,
      {.output = outputs,
       .blocks = {{"weight", Role::weight, {inputs, outputs}}, {"bias", Role::bias, {outputs}}},
       .product = {.rows = 1, .inputs = inputs, .outputs = outputs}},
      make_layers<Dense>(inputs, outputs, math::Activation::identity));
  graph.fuse_by([inputs, outputs](math::Activation activation) {
    return make_layers<Dense>(inputs, outputs, activation);
  });
}

}  // namespace

extern const LayerType dense_type;
const LayerType dense_type{.name = "dense",
                           .usage = "dense:N",
                           .help = "h = z W + b with N outputs; of a sequence, of every step",
                           .check = check_dense,
                           .build = build_dense,
                           .affine = true};

extern const LayerType linear_type;
const LayerType linear_type{.name = "linear",
                            .usage = "linear:N",
                            .help = "a dense layer at the exact linear solution of the objective",
                            .check = check_linear,
                            .build = build_dense,
                            .affine = true,
                            .solved = true};

}  // namespace infomax::nn
