// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "infomax/nn/layer_table.hpp"
#include "nn/graph_builder.hpp"

namespace infomax::nn {
namespace {

/// y = the sum of the inputs, all of one shape.
template <class T>
class Sum final : public Layer<T> {
 public:
  [[nodiscard]] BackwardNeeds backward_needs() const override { return {}; }

  void forward(const Call<T>& call, MatrixView<T> y) const override {
    std::copy_n(call.x[0].data(), y.size(), y.data());
    for (const auto& x : call.x.subspan(1)) {
      math::axpy(T{1}, std::span<const T>(x.data(), y.size()), std::span<T>(y.data(), y.size()));
    }
  }

  void backward(const Call<T>& /*call*/, MatrixView<const T> /*y*/, MatrixView<T> dy,
                std::span<const MatrixView<T>> dx, std::span<T> /*gradient*/) const override {
    for (const auto& into : dx) {
      std::copy_n(dy.data(), into.size(), into.data());
    }
  }
};

/// Throws UsageError where no projection makes one shape of the other.
[[noreturn]] void refuse_shapes(const ItemReader& item, const Shape& from, const Shape& to) {
  item.refuse_place(
      fmt::format("is given {} and makes {} of it, which cannot be added; only the number of "
                  "channels or features may change, and the places by a stride",
                  to_string(from), to_string(to)));
}

/// The items that make `to` of samples of shape `from`: dense:N of features, and of images a
/// convolution of single places with the stride that leaves as many.
std::string projection(const ItemReader& item, const Shape& from, const Shape& to) {
  const auto& in = from.extents();
  const auto& out = to.extents();
  if (in.size() != out.size()) {
    refuse_shapes(item, from, to);
  }
  if (in.size() == 1) {
    return fmt::format("dense:{}", out[0]);
  }
  const std::size_t stride = (in.back() + out.back() - 1) / out.back();
  for (std::size_t axis = 1; axis < in.size(); ++axis) {
    if ((in[axis] - 1) / stride + 1 != out[axis]) {
      refuse_shapes(item, from, to);
    }
  }
  return fmt::format("conv:{}:1:stride={}", out[0], stride);
}

/// The same of sequences, whose steps must stay: dense:F for each step.
std::string step_projection(const ItemReader& item, const Shape& from, const Shape& to,
                            bool were_steps) {
  if (from.axes() != 2 || from.extents().front() != to.extents().front()) {
    refuse_shapes(item, from, to);
  }
  return fmt::format("{}dense:{}", were_steps ? "" : "steps,", to.extents().back());
}

/// x + f(x) (He et al. 2016, "Deep residual learning for image recognition"); where f changes the
/// shape, P x + f(x) with a projection P, which is normalised where f normalises.
void build_residual(const ItemReader& item, GraphBuilder& graph) {
  (void)graph.width(item);
  const std::size_t start = graph.branch();
  const Shape before = graph.shape();
  const bool were_steps = graph.steps().has_value();
  graph.append_items(item.spec(), item.items());
  std::size_t skipped = start;
  if (graph.shape() != before) {
    const std::size_t made = graph.branch();
    const bool normalises = any_item(
        item.items(), [](const SpecItem& part) { return find_layer_type(part.name)->of_batch; });
    const Shape after = graph.shape();
    const std::string projected = graph.steps() ? step_projection(item, before, after, were_steps)
                                                : projection(item, before, after);
    const Spec spec = parse_spec(projected + (normalises ? ",batchnorm" : ""));
    graph.go_back_to(start);
    graph.append_items(spec, spec.items);
    skipped = graph.branch();
    graph.go_back_to(made);
  }
  graph.put_as(skipped, item);
  graph.append(item,
               {.output = graph.shape(),
                .channels_last = graph.channels_last(),
                .steps = graph.steps(),
                .inputs = {skipped, graph.current()}},
               make_layers<Sum>());
}

void check_residual(const ItemReader& item) { item.expect(0, {}, true); }

}  // namespace

extern const LayerType residual_type;
const LayerType residual_type{
    .name = "residual",
    .usage = "residual(ITEMS)",
    .help = "what comes in, projected where the shape changes, plus what the items make of it",
    .check = check_residual,
    .build = build_residual};

}  // namespace infomax::nn
