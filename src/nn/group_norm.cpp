// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "infomax/math/elementwise.hpp"
#include "infomax/nn/layer_table.hpp"
#include "nn/by_step.hpp"

// S places of C channels or features; G groups of C/G each.
namespace infomax::nn {
namespace {

/// Keeps a constant sample finite (the value of the papers' authors).
constexpr double least_variance = 1e-5;

enum Affine : std::size_t { group_scale, group_shift };

/// Group normalisation (Wu and He 2018): y = (x - m) / sqrt(v + 1e-5) * scale + shift, with m and v
/// the mean and biased variance of a group of channels of one sample, over all places; scale and
/// shift by channel. With one group it is layer normalisation (Ba, Kiros and Hinton 2016).
template <class T>
class GroupNorm final : public Layer<T> {
 public:
  GroupNorm(std::size_t columns, std::size_t places, std::size_t groups)
      : c_(columns), places_(places), groups_(groups) {}

  [[nodiscard]] BackwardNeeds backward_needs() const override { return {.input = true}; }
  [[nodiscard]] WorkspaceSize workspace(std::size_t /*rows*/) const override {
    return {.elements = 2 * c_, .doubles = 4 * c_};
  }

  void initialize(std::uint64_t /*seed*/, std::uint64_t /*network*/, std::uint64_t /*layer*/,
                  std::span<T> parameters) const override {
    std::ranges::fill(part(parameters, group_scale), T{1});
    std::ranges::fill(part(parameters, group_shift), T{0});
  }

  void forward(const Call<T>& call, MatrixView<T> y) const override {
    const auto offset = call.workspace.elements.first(c_);
    const auto factor = call.workspace.elements.subspan(c_, c_);
    for (std::size_t b = 0; b < y.rows(); ++b) {
      const T* const x = call.x[0].row(b).data();
      measure(x, call.workspace.doubles, offset, factor);
      const auto scales = part(call.parameters, group_scale);
      const auto shifts = part(call.parameters, group_shift);
      T* const out = y.row(b).data();
      for (std::size_t s = 0; s < places_; ++s) {
        for (std::size_t j = 0; j < c_; ++j) {
          out[s * c_ + j] = (x[s * c_ + j] - offset[j]) * factor[j] * scales[j] + shifts[j];
        }
      }
    }
  }

  void backward(const Call<T>& call, MatrixView<const T> /*y*/, MatrixView<T> dy,
                std::span<const MatrixView<T>> dx, std::span<T> gradient) const override {
    const auto mean = call.workspace.elements.first(c_);
    const auto inverse = call.workspace.elements.subspan(c_, c_);
    const auto sums = call.workspace.doubles.first(2 * c_);           // of a sample, by channel
    const auto all = call.workspace.doubles.subspan(2 * c_, 2 * c_);  // of all samples
    std::ranges::fill(all, 0.0);
    for (std::size_t b = 0; b < dy.rows(); ++b) {
      const T* const x = call.x[0].row(b).data();
      const T* const d = dy.row(b).data();
      measure(x, sums, mean, inverse);
      // dJ/dshift and dJ/dscale of this sample.
      std::ranges::fill(sums, 0.0);
      for (std::size_t s = 0; s < places_; ++s) {
        for (std::size_t j = 0; j < c_; ++j) {
          const T normalised = (x[s * c_ + j] - mean[j]) * inverse[j];
          sums[j] += static_cast<double>(d[s * c_ + j]);
          sums[c_ + j] += static_cast<double>(d[s * c_ + j]) * static_cast<double>(normalised);
        }
      }
      for (std::size_t j = 0; j < 2 * c_; ++j) {
        all[j] += sums[j];
      }
      if (!dx[0].empty()) {
        propagate(call, x, d, dx[0].row(b).data());
      }
    }
    for (std::size_t j = 0; j < c_; ++j) {
      part(gradient, group_shift)[j] += static_cast<T>(all[j]);
      part(gradient, group_scale)[j] += static_cast<T>(all[c_ + j]);
    }
  }

 private:
  [[nodiscard]] double group_size() const {
    const std::size_t width = c_ / groups_;
    return static_cast<double>(places_ * width);
  }

  /// Writes each group's mean and inverse deviation for each of its channels. sums [2 C].
  void measure(const T* x, std::span<double> sums, std::span<T> mean, std::span<T> inverse) const {
    const auto values = sums.first(c_);
    const auto squares = sums.subspan(c_, c_);
    std::ranges::fill(sums.first(2 * c_), 0.0);
    // About the first number of each group, so that a large mean costs no digits.
    for (std::size_t j = 0; j < c_; ++j) {
      mean[j] = x[first_of(j)];
    }
    for (std::size_t s = 0; s < places_; ++s) {
      for (std::size_t j = 0; j < c_; ++j) {
        const auto centred = static_cast<double>(x[s * c_ + j]) - static_cast<double>(mean[j]);
        values[j] += centred;
        squares[j] += centred * centred;
      }
    }
    const std::size_t width = c_ / groups_;
    for (std::size_t g = 0; g < groups_; ++g) {
      double sum = 0.0;
      double square = 0.0;
      for (std::size_t j = g * width; j < (g + 1) * width; ++j) {
        sum += values[j];
        square += squares[j];
      }
      const double centre = sum / group_size();
      const double variance = std::max(0.0, square / group_size() - centre * centre);
      const auto m = static_cast<T>(static_cast<double>(mean[g * width]) + centre);
      const auto r = static_cast<T>(1.0 / std::sqrt(variance + least_variance));
      std::fill_n(mean.begin() + static_cast<std::ptrdiff_t>(g * width), width, m);
      std::fill_n(inverse.begin() + static_cast<std::ptrdiff_t>(g * width), width, r);
    }
  }

  [[nodiscard]] std::size_t first_of(std::size_t channel) const {
    const std::size_t width = c_ / groups_;
    return channel / width * width;
  }

  /// dx = (e - mean(e) - normalised x * mean(e * normalised x)) / deviation, e = dy * scale; means
  /// over the group, which the sums of dy by channel give.
  void propagate(const Call<T>& call, const T* x, const T* d, T* into) const {
    const auto mean = call.workspace.elements.first(c_);
    const auto inverse = call.workspace.elements.subspan(c_, c_);
    const auto sums = call.workspace.doubles.first(2 * c_);
    const auto scales = part(call.parameters, group_scale);
    const std::size_t width = c_ / groups_;
    for (std::size_t g = 0; g < groups_; ++g) {
      double mean_e = 0.0;
      double mean_product = 0.0;
      for (std::size_t j = g * width; j < (g + 1) * width; ++j) {
        mean_e += static_cast<double>(scales[j]) * sums[j];
        mean_product += static_cast<double>(scales[j]) * sums[c_ + j];
      }
      for (std::size_t j = g * width; j < (g + 1) * width; ++j) {
        sums[j] = mean_e / group_size();
        sums[c_ + j] = mean_product / group_size();
      }
    }
    for (std::size_t s = 0; s < places_; ++s) {
      for (std::size_t j = 0; j < c_; ++j) {
        const std::size_t at = s * c_ + j;
        const T normalised = (x[at] - mean[j]) * inverse[j];
        into[at] = inverse[j] * (d[at] * scales[j] - static_cast<T>(sums[j]) -
                                 normalised * static_cast<T>(sums[c_ + j]));
      }
    }
  }

  template <class U>
  [[nodiscard]] std::span<U> part(std::span<U> parameters, std::size_t k) const {
    return parameters.subspan(k * c_, c_);
  }

  std::size_t c_;
  std::size_t places_;
  std::size_t groups_;
};

void append(const ItemReader& item, GraphBuilder& graph, std::size_t groups) {
  const std::size_t columns = graph.columns(item);
  if (columns % groups != 0) {
    item.refuse_place(fmt::format("has {} groups, which do not divide the {} channels of {}",
                                  groups, columns, to_string(graph.shape())));
  }
  const auto& steps = graph.steps();
  const std::size_t places = graph.shape().size() / columns;
  graph.append(item,
               {.output = graph.shape(),
                .channels_last = graph.channels_last(),
                .steps = steps,
                .blocks = {{"scale", Role::scale, {columns}}, {"shift", Role::shift, {columns}}}},
               steps
                   ? make_layers_by_step<GroupNorm>(steps->most(), columns, std::size_t{1}, groups)
                   : make_layers<GroupNorm>(columns, places, groups));
}

std::size_t normalised_groups(const ItemReader& item) {
  constexpr std::size_t most = std::size_t{1} << 16U;
  return item.whole_number(0, most, "the number of groups", "groupnorm:8");
}

void check_group_norm(const ItemReader& item) {
  (void)normalised_groups(item);
  item.expect(1);
}

void build_group_norm(const ItemReader& item, GraphBuilder& graph) {
  append(item, graph, normalised_groups(item));
}

void build_layer_norm(const ItemReader& item, GraphBuilder& graph) { append(item, graph, 1); }

}  // namespace

extern const LayerType groupnorm_type;
const LayerType groupnorm_type{
    .name = "groupnorm",
    .usage = "groupnorm:G",
    .help =
        "each of G groups of a sample's channels, or a step's features, with mean 0 and "
        "variance 1",
    .check = check_group_norm,
    .build = build_group_norm};

extern const LayerType layernorm_type;
const LayerType layernorm_type{
    .name = "layernorm",
    .usage = "layernorm",
    .help = "each sample, or step of a sequence, with mean 0 and variance 1, then by channel",
    .check = expect_nothing,
    .build = build_layer_norm};

}  // namespace infomax::nn
