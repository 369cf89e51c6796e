// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>

#include <fmt/format.h>

#include "infomax/core/field_text.hpp"
#include "infomax/nn/layer_table.hpp"
#include "nn/channel_order.hpp"
#include "nn/conv_start.hpp"
#include "nn/patches.hpp"
#include "nn/sequence_mask.hpp"
#include "nn/winograd_conv.hpp"

// B images of C channels; OUT channels of the output; G groups, each of C/G and OUT/G channels;
// K = kernel places * C/G columns of a patch; R = B * positions rows.
namespace infomax::nn {
namespace {

constexpr std::size_t largest_channels = std::size_t{1} << 16U;
constexpr std::size_t largest_kernel = 1024;

/// Bytes of patches that are made and multiplied at a time: they stay in a core's second cache.
constexpr std::size_t patch_bytes = std::size_t{384} << 10U;

/// Convolution as products of patches [rows, K] and weights [K, OUT/G], so many rows at a time that
/// they stay in cache; patches of a whole batch never exist. Parameters: weight [OUT, C/G, kernel
/// places], bias [OUT].
template <class T>
class Conv final : public Layer<T> {
 public:
  Conv(const Window& window, std::size_t outputs, std::size_t groups, math::Activation activation)
      : window_(window),
        outputs_(outputs),
        groups_(groups),
        activation_(activation),
        columns_(window.covered() * channels()),
        tile_(std::clamp<std::size_t>(patch_bytes / (columns_ * sizeof(T)), 32, 4096)) {}

  [[nodiscard]] BackwardNeeds backward_needs() const override {
    return {.input = true, .output = activation_ != math::Activation::identity};
  }

  [[nodiscard]] WorkspaceSize workspace(std::size_t rows) const override {
    const std::size_t patches = std::min(tile_, rows * window_.positions()) * columns_;
    return {.elements = patches + 2 * columns_ * group_outputs() + outputs_, .doubles = outputs_};
  }

  void initialize(std::uint64_t seed, std::uint64_t network, std::uint64_t layer,
                  std::span<T> parameters) const override {
    start_convolution<T>(CounterRandom(seed, RandomStream::initialization, network, layer),
                         columns_, window_.covered() * group_outputs(),
                         parameters.first(weight_count()), parameters.subspan(weight_count()));
  }

  void forward(const Call<T>& call, MatrixView<T> y) const override {
    const Scratch scratch = divide(call);
    const auto bias = call.parameters.subspan(weight_count());
    for (std::size_t g = 0; g < groups_; ++g) {
      pack_weight(call.parameters, g, scratch.weight);
      for_each_tile(y.rows(), [&](std::size_t first, std::size_t count) {
        const auto patches = patches_of(call.x[0], g, first, count, scratch);
        const auto out = group_rows(y, g, first, count);
        math::gemm(math::Transpose::no, math::Transpose::no, T{1}, patches,
                   MatrixView<const T>(scratch.weight), T{0}, out);
        math::add_bias_and_activate(activation_, bias.subspan(g * group_outputs(), group_outputs()),
                                    out);
      });
    }
  }

  void backward(const Call<T>& call, MatrixView<const T> y, MatrixView<T> dy,
                std::span<const MatrixView<T>> dx, std::span<T> gradient) const override {
    const Scratch scratch = divide(call);
    const bool onward = !dx[0].empty();
    if (onward && !window_.is_place()) {
      std::fill_n(dx[0].data(), dx[0].size(), T{0});
    }
    std::ranges::fill(scratch.bias_sums, 0.0);
    for (std::size_t g = 0; g < groups_; ++g) {
      pack_weight(call.parameters, g, scratch.weight);
      std::fill_n(scratch.weight_gradient.data(), scratch.weight_gradient.size(), T{0});
      for_each_tile(dy.rows(), [&](std::size_t first, std::size_t count) {
        const auto dz = group_rows(dy, g, first, count);
        differentiate(y, g, first, dz, scratch);
        const auto patches = patches_of(call.x[0], g, first, count, scratch);
        math::gemm(math::Transpose::yes, math::Transpose::no, T{1}, patches,
                   MatrixView<const T>(dz), T{1}, scratch.weight_gradient);
        if (onward) {
          propagate(MatrixView<const T>(dz), g, first, scratch, dx[0]);
        }
      });
      add_weight_gradient(MatrixView<const T>(scratch.weight_gradient), g, gradient);
    }
    for (std::size_t j = 0; j < outputs_; ++j) {
      gradient[weight_count() + j] += static_cast<T>(scratch.bias_sums[j]);
    }
  }

 private:
  /// What a call's workspace is used for.
  struct Scratch {
    std::span<T> patches;           // [rows of a tile, K]
    MatrixView<T> weight;           // [K, OUT/G] of a group
    MatrixView<T> weight_gradient;  // the same
    std::span<T> tile_sums;         // [OUT], of dz over a tile
    std::span<double> bias_sums;    // [OUT], over all tiles
  };

  [[nodiscard]] std::size_t channels() const { return window_.channels / groups_; }
  [[nodiscard]] std::size_t group_outputs() const { return outputs_ / groups_; }
  [[nodiscard]] std::size_t weight_count() const { return outputs_ * columns_; }
  /// Whether the input is the matrix of patches.
  [[nodiscard]] bool is_product() const { return window_.is_place() && groups_ == 1; }

  [[nodiscard]] Scratch divide(const Call<T>& call) const {
    const auto elements = call.workspace.elements;
    const std::size_t weights = columns_ * group_outputs();
    T* const rest = elements.data() + 2 * weights + outputs_;
    return {.patches = {rest, static_cast<std::size_t>(elements.data() + elements.size() - rest)},
            .weight = {elements.data(), columns_, group_outputs()},
            .weight_gradient = {elements.data() + weights, columns_, group_outputs()},
            .tile_sums = elements.subspan(2 * weights, outputs_),
            .bias_sums = call.workspace.doubles.first(outputs_)};
  }

  template <class Each>
  void for_each_tile(std::size_t images, const Each& each) const {
    const std::size_t rows = images * window_.positions();
    for (std::size_t first = 0; first < rows; first += tile_) {
      each(first, std::min(tile_, rows - first));
    }
  }

  /// The rows and columns of a tile and a group in a value of the output's shape.
  template <class U>
  [[nodiscard]] MatrixView<U> group_rows(MatrixView<U> y, std::size_t g, std::size_t first,
                                         std::size_t count) const {
    return {y.data() + first * outputs_ + g * group_outputs(), count, group_outputs(), outputs_};
  }

  [[nodiscard]] MatrixView<const T> patches_of(MatrixView<const T> x, std::size_t g,
                                               std::size_t first, std::size_t count,
                                               const Scratch& scratch) const {
    if (is_product()) {
      return {x.data() + first * columns_, count, columns_};
    }
    const MatrixView<T> patches(scratch.patches.data(), count, columns_);
    pack_patches(window_, {g * channels(), channels()}, x, first, patches);
    return patches;
  }

  /// The weights of a group, which lie [OUT/G, C/G, places], as columns of a product: a row for
  /// each place and channel.
  void pack_weight(std::span<const T> parameters, std::size_t g, MatrixView<T> weight) const {
    const T* from = parameters.data() + g * group_outputs() * columns_;
    for (std::size_t j = 0; j < group_outputs(); ++j) {
      for (std::size_t c = 0; c < channels(); ++c) {
        for (std::size_t k = 0; k < window_.covered(); ++k) {
          weight(k * channels() + c, j) = *from++;
        }
      }
    }
  }

  void add_weight_gradient(MatrixView<const T> packed, std::size_t g, std::span<T> gradient) const {
    T* to = gradient.data() + g * group_outputs() * columns_;
    for (std::size_t j = 0; j < group_outputs(); ++j) {
      for (std::size_t c = 0; c < channels(); ++c) {
        for (std::size_t k = 0; k < window_.covered(); ++k) {
          *to++ += packed(k * channels() + c, j);
        }
      }
    }
  }

  /// Makes dz of dy, in place, and adds its columns to the gradient by the bias.
  void differentiate(MatrixView<const T> y, std::size_t g, std::size_t first, MatrixView<T> dz,
                     const Scratch& scratch) const {
    const auto sums = scratch.tile_sums.first(group_outputs());
    std::ranges::fill(sums, T{0});
    const MatrixView<const T> rows = activation_ == math::Activation::identity
                                         ? MatrixView<const T>(dz)  // not read
                                         : group_rows(y, g, first, dz.rows());
    math::multiply_by_derivative(activation_, rows, dz, sums);
    math::accumulate<T>(sums, scratch.bias_sums.subspan(g * group_outputs(), group_outputs()));
  }

  /// Adds what a tile gives to dx; where patches are the input itself, it is that part of dx.
  void propagate(MatrixView<const T> dz, std::size_t g, std::size_t first, const Scratch& scratch,
                 MatrixView<T> dx) const {
    const bool direct = is_product();
    const MatrixView<T> patches(direct ? dx.data() + first * columns_ : scratch.patches.data(),
                                dz.rows(), columns_);
    math::gemm(math::Transpose::no, math::Transpose::yes, T{1}, dz,
               MatrixView<const T>(scratch.weight), T{0}, patches);
    if (!direct) {
      add_patches(window_, {g * channels(), channels()}, MatrixView<const T>(patches), first, dx);
    }
  }

  Window window_;
  std::size_t outputs_;
  std::size_t groups_;
  math::Activation activation_;
  std::size_t columns_;  // K
  std::size_t tile_;     // rows at a time
};

constexpr std::string_view example = "conv:32:3";

std::size_t channels_of(const ItemReader& item) {
  return item.whole_number(0, largest_channels, "the number of output channels", example);
}

std::size_t kernel_of(const ItemReader& item) {
  return item.whole_number(1, largest_kernel, "the width of the kernel", example);
}

std::size_t groups_of(const ItemReader& item) {
  const auto text = item.value_of("groups");
  const auto groups = text ? FieldText<std::size_t>::parse(*text) : std::optional<std::size_t>(1);
  if (!groups || *groups == 0 || channels_of(item) % *groups != 0) {
    item.refuse("groups=G that divides the channels, as in conv:32:3:groups=4");
  }
  return *groups;
}

void check_conv(const ItemReader& item) {
  (void)channels_of(item);
  (void)kernel_of(item);
  (void)groups_of(item);
  check_window(item);
  item.expect(2, {"stride", "pad", "groups"});
}

LayerPair layers_for(const Window& window, std::size_t outputs, std::size_t groups,
                     math::Activation activation) {
  return WinogradConv<float>::suits(window, outputs, groups)
             ? make_layers<WinogradConv>(window, outputs, activation)
             : make_layers<Conv>(window, outputs, groups, activation);
}

/// Appends the layer of a window over channels that lie last; `output` has its shape and order.
void append_conv(const ItemReader& item, GraphBuilder& graph, const Window& window,
                 NodeDescription output) {
  const std::size_t size = kernel_of(item);
  const std::size_t outputs = channels_of(item);
  const std::size_t groups = groups_of(item);
  if (window.channels % groups != 0) {
    item.refuse_place(
        fmt::format("has {} groups, which do not divide the {} channels of its input {}", groups,
                    window.channels, to_string(graph.shape())));
  }
  std::vector<std::size_t> weight{outputs, window.channels / groups, size};
  if (output.output.axes() == 3) {
    weight.push_back(size);
  }
  output.blocks = {{"weight", Role::weight, std::move(weight)}, {"bias", Role::bias, {outputs}}};
  output.product = {.rows = window.positions(),
                    .inputs = window.covered() * (window.channels / groups),
                    .outputs = outputs / groups,
                    .count = groups};
  graph.append(item, std::move(output),
               layers_for(window, outputs, groups, math::Activation::identity));
  graph.fuse_by([window, outputs, groups](math::Activation activation) {
    return layers_for(window, outputs, groups, activation);
  });
}

void build_conv(const ItemReader& item, GraphBuilder& graph) {
  graph.put_channels_last(item);
  const std::size_t size = kernel_of(item);
  const Shape input = graph.shape();
  const Window window = window_of(item, input, size, 1, (size - 1) / 2);
  append_conv(
      item, graph, window,
      {.output = shape_of_positions(window, input, channels_of(item)), .channels_last = true});
}

/// The features of a step are the channels of a place. What lies beyond a sequence's end is 0, as
/// padding is.
void build_conv1d(const ItemReader& item, GraphBuilder& graph) {
  const Steps steps = graph.take_steps(item);
  const std::size_t size = kernel_of(item);
  const Shape as_channels({graph.shape().extents().back(), steps.most()});
  const Window window = window_of(item, as_channels, size, 1, (size - 1) / 2);
  graph.append(item, {.output = graph.shape(), .steps = steps}, make_layers<SequenceMask>(steps));
  append_conv(item, graph, window,
              {.output = Shape({window.x.count, channels_of(item)}),
               .steps = steps.after_window(size, window.x.stride, window.x.pad)});
}

}  // namespace

extern const LayerType conv_type;
const LayerType conv_type{
    .name = "conv",
    .usage = "conv:OUT:K[:stride=S][:pad=P][:groups=G]",
    .help = "convolution of images [C,H,W] or signals [C,T] to OUT channels; P: (K-1)/2",
    .check = check_conv,
    .build = build_conv};

extern const LayerType conv1d_type;
const LayerType conv1d_type{
    .name = "conv1d",
    .usage = "conv1d:OUT:K[:stride=S][:pad=P][:groups=G]",
    .help = "convolution over the steps of sequences [T,F] to OUT features; P: (K-1)/2",
    .check = check_conv,
    .build = build_conv1d};

}  // namespace infomax::nn
