// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>

#include "infomax/math/winograd.hpp"
#include "nn/conv_start.hpp"
#include "nn/window.hpp"

// B images of C channels; OUT channels of the output; a tile is 2 x 2 positions, made of 4 x 4
// places; S tiles at a time.
namespace infomax::nn {

/// Convolution by 3 x 3 kernels with stride 1, whose 16 products of tiles [S, C] and transformed
/// weights [C, OUT] need 4/9 of the multiplications of the definition. So many tiles are treated at
/// a time that they stay in cache. Parameters as those of any convolution: weight [OUT, C, 3, 3],
/// bias [OUT].
///
/// Tiles are taken by strips, the tiles side by side over an image's width: the positions of
/// successive strips follow one another in memory.
template <class T>
class WinogradConv final : public Layer<T> {
 public:
  /// Whether the layer can compute a convolution, and is faster at it than products of patches.
  static bool suits(const Window& window, std::size_t outputs, std::size_t groups) {
    constexpr std::size_t fewest_channels = 16;
    const auto fits = [](const WindowAxis& axis) {
      return axis.size == 3 && axis.stride == 1 && axis.count >= 2;
    };
    return groups == 1 && fits(window.y) && fits(window.x) && window.channels >= fewest_channels &&
           outputs >= fewest_channels;
  }

  WinogradConv(const Window& window, std::size_t outputs, math::Activation activation)
      : window_(window),
        outputs_(outputs),
        activation_(activation),
        across_((window.x.count + 1) / 2),
        down_((window.y.count + 1) / 2),
        strips_(std::max<std::size_t>(
            1, std::clamp<std::size_t>(
                   tile_bytes / (squares * (window.channels + outputs) * sizeof(T)), 64, 1024) /
                   across_)) {}

  [[nodiscard]] BackwardNeeds backward_needs() const override {
    return {.input = true, .output = activation_ != math::Activation::identity};
  }

  [[nodiscard]] WorkspaceSize workspace(std::size_t rows) const override {
    const std::size_t tiles = std::min(strips_, rows * down_) * across_;
    const std::size_t weights = squares * window_.channels * outputs_;
    return {.elements = squares * (stride(tiles, window_.channels) + stride(tiles, outputs_)) +
                        2 * weights + 2 * widest() + outputs_,
            .doubles = outputs_};
  }

  void initialize(std::uint64_t seed, std::uint64_t network, std::uint64_t layer,
                  std::span<T> parameters) const override {
    start_convolution<T>(CounterRandom(seed, RandomStream::initialization, network, layer),
                         9 * window_.channels, 9 * outputs_, parameters.first(weight_count()),
                         parameters.subspan(weight_count()));
  }

  void forward(const Call<T>& call, MatrixView<T> y) const override {
    const Scratch scratch = divide(call, y.rows());
    transform_weight(call.parameters, scratch.weight);
    for_each_batch(y.rows(), [&](std::size_t first, std::size_t count) {
      const std::size_t tiles = count * across_;
      read_input(call.x[0].data(), first, count, scratch);
      for (std::size_t k = 0; k < squares; ++k) {
        math::gemm(math::Transpose::no, math::Transpose::no, T{1},
                   MatrixView<const T>(scratch.inputs(k, tiles)),
                   MatrixView<const T>(scratch.weight_of(scratch.weight, k)), T{0},
                   scratch.outputs(k, tiles));
      }
      write_output(y.data(), first, count, scratch);
      math::add_bias_and_activate(activation_, call.parameters.subspan(weight_count()),
                                  positions_of(y, first, count));
    });
  }

  void backward(const Call<T>& call, MatrixView<const T> y, MatrixView<T> dy,
                std::span<const MatrixView<T>> dx, std::span<T> gradient) const override {
    const Scratch scratch = divide(call, dy.rows());
    const bool onward = !dx[0].empty();
    if (onward) {
      std::fill_n(dx[0].data(), dx[0].size(), T{0});
      transform_weight(call.parameters, scratch.weight);
    }
    std::ranges::fill(scratch.weight_gradient, T{0});
    std::ranges::fill(scratch.bias_sums, 0.0);
    for_each_batch(dy.rows(), [&](std::size_t first, std::size_t count) {
      const std::size_t tiles = count * across_;
      differentiate(y, dy, first, count, scratch);
      read_output_gradient(dy.data(), first, count, scratch);
      read_input(call.x[0].data(), first, count, scratch);
      for (std::size_t k = 0; k < squares; ++k) {
        const MatrixView<const T> outputs(scratch.outputs(k, tiles));
        math::gemm(math::Transpose::yes, math::Transpose::no, T{1},
                   MatrixView<const T>(scratch.inputs(k, tiles)), outputs, T{1},
                   scratch.weight_of(scratch.weight_gradient, k));
        if (onward) {  // The tiles of the input have been read, and their gradient takes their
                       // place.
          math::gemm(math::Transpose::no, math::Transpose::yes, T{1}, outputs,
                     MatrixView<const T>(scratch.weight_of(scratch.weight, k)), T{0},
                     scratch.inputs(k, tiles));
        }
      }
      if (onward) {
        add_input_gradient(dx[0].data(), first, count, scratch);
      }
    });
    add_weight_gradient(scratch.weight_gradient, gradient);
    for (std::size_t j = 0; j < outputs_; ++j) {
      gradient[weight_count() + j] += static_cast<T>(scratch.bias_sums[j]);
    }
  }

 private:
  static constexpr std::size_t squares = 16;  // elements of a transformed tile
  /// Bytes of transformed tiles that are made and multiplied at a time.
  static constexpr std::size_t tile_bytes = std::size_t{1024} << 10U;

  /// What a call's workspace is used for.
  struct Scratch {
    T* input_tiles;                // 16 of [S, C], `input_stride` apart
    T* output_tiles;               // 16 of [S, OUT], `output_stride` apart
    std::span<T> weight;           // [16, C, OUT]
    std::span<T> weight_gradient;  // the same
    std::span<T> nothing;          // the zeros of a place outside
    std::span<T> lost;             // what is written to such a place
    std::span<T> batch_sums;       // [OUT], of dz over some strips
    std::span<double> bias_sums;   // [OUT], over all
    std::size_t input_stride;
    std::size_t output_stride;
    std::size_t channels;
    std::size_t output_channels;

    [[nodiscard]] MatrixView<T> inputs(std::size_t k, std::size_t tiles) const {
      return {input_tiles + k * input_stride, tiles, channels};
    }
    [[nodiscard]] MatrixView<T> outputs(std::size_t k, std::size_t tiles) const {
      return {output_tiles + k * output_stride, tiles, output_channels};
    }
    [[nodiscard]] MatrixView<T> weight_of(std::span<T> weights, std::size_t k) const {
      return {weights.data() + k * channels * output_channels, channels, output_channels};
    }
  };

  [[nodiscard]] std::size_t weight_count() const { return 9 * window_.channels * outputs_; }
  [[nodiscard]] std::size_t widest() const { return std::max(window_.channels, outputs_); }

  /// Between the matrices of tiles: a cache line more than they need, so that the 16 places that a
  /// transform writes do not fall into one set of the cache.
  [[nodiscard]] static std::size_t stride(std::size_t tiles, std::size_t channels) {
    constexpr std::size_t line = 64 / sizeof(T);
    return (tiles * channels + line - 1) / line * line + line;
  }

  [[nodiscard]] Scratch divide(const Call<T>& call, std::size_t images) const {
    const std::size_t tiles = std::min(strips_, images * down_) * across_;
    std::span<T> rest = call.workspace.elements;
    const auto take = [&](std::size_t count) {
      const auto part = rest.first(count);
      rest = rest.subspan(count);
      return part;
    };
    Scratch scratch{};
    scratch.channels = window_.channels;
    scratch.output_channels = outputs_;
    scratch.input_stride = stride(tiles, window_.channels);
    scratch.output_stride = stride(tiles, outputs_);
    scratch.input_tiles = take(squares * scratch.input_stride).data();
    scratch.output_tiles = take(squares * scratch.output_stride).data();
    scratch.weight = take(squares * window_.channels * outputs_);
    scratch.weight_gradient = take(squares * window_.channels * outputs_);
    scratch.nothing = take(widest());
    scratch.lost = take(widest());
    scratch.batch_sums = take(outputs_);
    scratch.bias_sums = call.workspace.doubles.first(outputs_);
    std::ranges::fill(scratch.nothing, T{0});
    std::ranges::fill(scratch.lost, T{0});
    return scratch;
  }

  template <class Each>
  void for_each_batch(std::size_t images, const Each& each) const {
    const std::size_t all = images * down_;
    for (std::size_t first = 0; first < all; first += strips_) {
      each(first, std::min(strips_, all - first));
    }
  }

  /// The positions before a strip, over all images.
  [[nodiscard]] std::size_t positions_before(std::size_t strip) const {
    return strip / down_ * window_.positions() + strip % down_ * 2 * window_.x.count;
  }

  template <class U>
  [[nodiscard]] MatrixView<U> positions_of(MatrixView<U> y, std::size_t first,
                                           std::size_t count) const {
    const std::size_t before = positions_before(first);
    return {y.data() + before * outputs_, positions_before(first + count) - before, outputs_};
  }

  /// Calls each(tile, image, ty, tx) for the tiles of some strips, which it counts from 0.
  template <class Each>
  void for_each_tile(std::size_t first, std::size_t count, const Each& each) const {
    for (std::size_t strip = 0; strip < count; ++strip) {
      for (std::size_t tx = 0; tx < across_; ++tx) {
        each(strip * across_ + tx, (first + strip) / down_, (first + strip) % down_, tx);
      }
    }
  }

  /// The places [4, 4] of an image's input that a tile covers; `outside` stands for the padding.
  template <class U>
  [[nodiscard]] std::array<U*, 16> input_places(U* image, U* outside, std::size_t ty,
                                                std::size_t tx) const {
    std::array<U*, 16> places;
    for (std::size_t i = 0; i < 4; ++i) {
      const std::size_t y = 2 * ty + i;
      const bool row = y >= window_.y.pad && y < window_.y.pad + window_.y.extent;
      for (std::size_t j = 0; j < 4; ++j) {
        const std::size_t x = 2 * tx + j;
        const bool within = row && x >= window_.x.pad && x < window_.x.pad + window_.x.extent;
        places[4 * i + j] =
            within ? image + ((y - window_.y.pad) * window_.x.extent + x - window_.x.pad) *
                                 window_.channels
                   : outside;
      }
    }
    return places;
  }

  /// The positions [2, 2] of a tile in an image's output; `outside` stands for those beyond it.
  template <class U>
  [[nodiscard]] std::array<U*, 4> output_places(U* image, U* outside, std::size_t ty,
                                                std::size_t tx) const {
    std::array<U*, 4> places;
    for (std::size_t i = 0; i < 4; ++i) {
      const std::size_t y = 2 * ty + i / 2;
      const std::size_t x = 2 * tx + i % 2;
      const bool within = y < window_.y.count && x < window_.x.count;
      places[i] = within ? image + (y * window_.x.count + x) * outputs_ : outside;
    }
    return places;
  }

  /// The 16 rows of a transformed tile.
  template <class U>
  [[nodiscard]] static std::array<U*, 16> rows_of(U* tiles, std::size_t stride, std::size_t tile,
                                                  std::size_t channels) {
    std::array<U*, 16> rows;
    for (std::size_t k = 0; k < squares; ++k) {
      rows[k] = tiles + k * stride + tile * channels;
    }
    return rows;
  }

  [[nodiscard]] std::size_t input_size() const { return window_.places() * window_.channels; }
  [[nodiscard]] std::size_t output_size() const { return window_.positions() * outputs_; }

  void read_input(const T* x, std::size_t first, std::size_t count, const Scratch& s) const {
    for_each_tile(first, count,
                  [&](std::size_t tile, std::size_t image, std::size_t ty, std::size_t tx) {
                    const auto from =
                        input_places<const T>(x + image * input_size(), s.nothing.data(), ty, tx);
                    const auto to = rows_of(s.input_tiles, s.input_stride, tile, s.channels);
                    math::winograd<T>(math::Winograd::input, from, to, s.channels);
                  });
  }

  void add_input_gradient(T* dx, std::size_t first, std::size_t count, const Scratch& s) const {
    for_each_tile(
        first, count, [&](std::size_t tile, std::size_t image, std::size_t ty, std::size_t tx) {
          const auto from = rows_of<const T>(s.input_tiles, s.input_stride, tile, s.channels);
          const auto to = input_places<T>(dx + image * input_size(), s.lost.data(), ty, tx);
          math::winograd<T>(math::Winograd::input_gradient, from, to, s.channels);
        });
  }

  void write_output(T* y, std::size_t first, std::size_t count, const Scratch& s) const {
    for_each_tile(
        first, count, [&](std::size_t tile, std::size_t image, std::size_t ty, std::size_t tx) {
          const auto from = rows_of<const T>(s.output_tiles, s.output_stride, tile, outputs_);
          const auto to = output_places<T>(y + image * output_size(), s.lost.data(), ty, tx);
          math::winograd<T>(math::Winograd::output, from, to, outputs_);
        });
  }

  void read_output_gradient(const T* dy, std::size_t first, std::size_t count,
                            const Scratch& s) const {
    for_each_tile(
        first, count, [&](std::size_t tile, std::size_t image, std::size_t ty, std::size_t tx) {
          const auto from =
              output_places<const T>(dy + image * output_size(), s.nothing.data(), ty, tx);
          const auto to = rows_of(s.output_tiles, s.output_stride, tile, outputs_);
          math::winograd<T>(math::Winograd::output_gradient, from, to, outputs_);
        });
  }

  /// Makes dz of dy, in place, and adds its columns to the gradient by the bias.
  void differentiate(MatrixView<const T> y, MatrixView<T> dy, std::size_t first, std::size_t count,
                     const Scratch& scratch) const {
    std::ranges::fill(scratch.batch_sums, T{0});
    const MatrixView<T> dz = positions_of(dy, first, count);
    const MatrixView<const T> rows = activation_ == math::Activation::identity
                                         ? MatrixView<const T>(dz)  // not read
                                         : positions_of(y, first, count);
    math::multiply_by_derivative(activation_, rows, dz, scratch.batch_sums);
    math::accumulate<T>(scratch.batch_sums, scratch.bias_sums);
  }

  /// Calls each(filter, element) for all filters, by their places among the weights and in the
  /// first of the 16 transformed matrices. Outputs go by blocks that fill a cache line of each of
  /// these matrices.
  template <class Each>
  void for_each_filter(const Each& each) const {
    constexpr std::size_t block = 16;
    for (std::size_t begin = 0; begin < outputs_; begin += block) {
      const std::size_t end = std::min(begin + block, outputs_);
      for (std::size_t c = 0; c < window_.channels; ++c) {
        for (std::size_t o = begin; o < end; ++o) {
          each((o * window_.channels + c) * 9, c * outputs_ + o);
        }
      }
    }
  }

  void transform_weight(std::span<const T> parameters, std::span<T> weight) const {
    const std::size_t apart = window_.channels * outputs_;
    for_each_filter([&](std::size_t filter, std::size_t element) {
      std::array<T, squares> transformed;
      math::winograd_filter<T>(parameters.subspan(filter).template first<9>(), transformed);
      for (std::size_t k = 0; k < squares; ++k) {
        weight[k * apart + element] = transformed[k];
      }
    });
  }

  void add_weight_gradient(std::span<const T> weight_gradient, std::span<T> gradient) const {
    const std::size_t apart = window_.channels * outputs_;
    for_each_filter([&](std::size_t filter, std::size_t element) {
      std::array<T, squares> transformed;
      for (std::size_t k = 0; k < squares; ++k) {
        transformed[k] = weight_gradient[k * apart + element];
      }
      math::add_winograd_filter_gradient<T>(transformed,
                                            gradient.subspan(filter).template first<9>());
    });
  }

  Window window_;
  std::size_t outputs_;
  math::Activation activation_;
  std::size_t across_;  // tiles of a strip
  std::size_t down_;    // strips of an image
  std::size_t strips_;  // at a time
};

}  // namespace infomax::nn
