// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "infomax/core/field_text.hpp"
#include "infomax/core/random.hpp"
#include "infomax/nn/layer_table.hpp"
#include "nn/graph_builder.hpp"

namespace infomax::nn {
namespace {

/// More features than any layer has; keeps a slip of the finger from asking for all memory.
constexpr std::size_t largest_features = std::size_t{1} << 24U;

/// Random Fourier features (Rahimi and Recht 2007): y = sqrt(2/D) cos(x W + b), with the parameters
/// W [in, D], normal of deviation 1/S, and b [D], uniform up to 2 pi, which are never trained. The
/// products y(x)^T y(x') are those of the kernel exp(-|x - x'|^2 / (2 S^2)), up to deviations of
/// about sqrt(1/D).
template <class T>
class Fourier final : public Layer<T> {
 public:
  Fourier(std::size_t inputs, std::size_t features, double scale)
      : inputs_(inputs), features_(features), scale_(scale) {}

  [[nodiscard]] BackwardNeeds backward_needs() const override { return {.input = true}; }

  [[nodiscard]] WorkspaceSize workspace(std::size_t rows) const override {
    return {.elements = rows * features_};
  }

  void initialize(std::uint64_t seed, std::uint64_t network, std::uint64_t layer,
                  std::span<T> parameters) const override {
    const CounterRandom random(seed, RandomStream::initialization, network, layer);
    const std::size_t weights = inputs_ * features_;
    for (std::size_t i = 0; i < weights; ++i) {
      parameters[i] = static_cast<T>(random.normal(i) / scale_);
    }
    for (std::size_t i = weights; i < parameters.size(); ++i) {
      parameters[i] = static_cast<T>(2.0 * std::numbers::pi * random.uniform(i));
    }
  }

  void forward(const Call<T>& call, MatrixView<T> y) const override {
    angles(call, y);
    for (std::size_t i = 0; i < y.rows(); ++i) {
      for (T& value : y.row(i)) {
        value = amplitude() * std::cos(value);
      }
    }
  }

  void backward(const Call<T>& call, MatrixView<const T> /*y*/, MatrixView<T> dy,
                std::span<const MatrixView<T>> dx, std::span<T> /*gradient*/) const override {
    if (dx[0].empty()) {
      return;
    }
    const MatrixView<T> turned(call.workspace.elements.data(), dy.rows(), features_);
    angles(call, turned);
    for (std::size_t i = 0; i < dy.rows(); ++i) {
      for (std::size_t j = 0; j < features_; ++j) {
        turned(i, j) = -amplitude() * std::sin(turned(i, j)) * dy(i, j);
      }
    }
    math::gemm(math::Transpose::no, math::Transpose::yes, T{1}, MatrixView<const T>(turned),
               weight(call), T{0}, dx[0]);
  }

 private:
  [[nodiscard]] T amplitude() const {
    return static_cast<T>(std::sqrt(2.0 / static_cast<double>(features_)));
  }

  [[nodiscard]] MatrixView<const T> weight(const Call<T>& call) const {
    return {call.parameters.data(), inputs_, features_};
  }

  /// x W + b.
  void angles(const Call<T>& call, MatrixView<T> out) const {
    math::gemm(math::Transpose::no, math::Transpose::no, T{1}, call.x[0], weight(call), T{0}, out);
    math::add_bias_and_activate(math::Activation::identity,
                                call.parameters.subspan(inputs_ * features_), out);
  }

  std::size_t inputs_;
  std::size_t features_;
  double scale_;
};

std::size_t features_of(const ItemReader& item) {
  return item.whole_number(0, largest_features, "the number of features", "fourier:1000:scale=3");
}

double scale_of(const ItemReader& item) {
  const auto text = item.value_of("scale");
  const auto scale = text ? FieldText<double>::parse(*text) : std::nullopt;
  if (!scale || !(*scale > 0.0) || !std::isfinite(*scale)) {
    item.refuse(
        "fourier:D:scale=S, as in fourier:1000:scale=3: S above 0 is the deviation of the Gaussian "
        "kernel, such as the median distance of two rows");
  }
  return *scale;
}

void check_fourier(const ItemReader& item) {
  (void)features_of(item);
  (void)scale_of(item);
  item.expect(1, {"scale"});
}

void build_fourier(const ItemReader& item, GraphBuilder& graph) {
  if (graph.steps()) {
    item.refuse_place("reads rows, and not the steps of a sequence");
  }
  graph.put_in_order();
  const std::size_t inputs = graph.width(item);
  const std::size_t features = features_of(item);
  graph.append(
      item,
      {.output = features,
       .blocks = {{"weight", Role::fixed, {inputs, features}}, {"phase", Role::fixed, {features}}},
       .product = {.rows = 1, .inputs = inputs, .outputs = features}},
      make_layers<Fourier>(inputs, features, scale_of(item)));
}

}  // namespace

extern const LayerType fourier_type;
const LayerType fourier_type{
    .name = "fourier",
    .usage = "fourier:D:scale=S",
    .help =
        "D random features sqrt(2/D) cos(x W + b) of a Gaussian kernel of deviation S, W and b "
        "never trained; also before linear:N, for kernel CCA",
    .check = check_fourier,
    .build = build_fourier,
    .fixed = true};

}  // namespace infomax::nn
