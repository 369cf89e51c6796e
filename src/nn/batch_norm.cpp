// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cassert>
#include <cmath>
#include <optional>
#include <utility>

#include "infomax/math/elementwise.hpp"
#include "infomax/nn/layer_table.hpp"
#include "nn/graph_builder.hpp"

// B rows of n columns: samples of n features, or the places of images of n channels.
namespace infomax::nn {
namespace {

enum Part : std::size_t { scale, shift, running_mean, running_variance };

/// Keeps a constant column finite (the value of the paper's authors and of most libraries).
constexpr double smallest_variance = 1e-5;

double inverse_deviation(double variance) { return 1.0 / std::sqrt(variance + smallest_variance); }

/// What batch normalisation needs to know of a batch as a whole: one number, then columns of n.
template <class U>
struct BatchStatistics {
  U& rows;                       // N
  std::span<U> mean;             // of x
  std::span<U> variance;         // of x, biased
  std::span<U> mean_dy;          //
  std::span<U> mean_dy_product;  // of dy times the normalised x

  BatchStatistics(std::span<U> state, std::size_t n)
      : rows(state[0]),
        mean(state.subspan(1, n)),
        variance(state.subspan(1 + n, n)),
        mean_dy(state.subspan(1 + 2 * n, n)),
        mean_dy_product(state.subspan(1 + 3 * n, n)) {}
};

/// y = (x - mean) * factor + offset, by column.
template <class T>
void transform(MatrixView<const T> x, std::span<const T> mean, std::span<const T> factor,
               std::span<const T> offset, MatrixView<T> y) {
  for (std::size_t i = 0; i < x.rows(); ++i) {
    const T* from = x.row(i).data();
    T* to = y.row(i).data();
    for (std::size_t j = 0; j < mean.size(); ++j) {
      to[j] = (from[j] - mean[j]) * factor[j] + offset[j];
    }
  }
}

template <class T>
void round_to(std::span<T> rounded, std::span<const double> values) {
  std::ranges::transform(values, rounded.begin(), [](double v) { return static_cast<T>(v); });
}

template <class T>
void inverse_deviations(std::span<T> inverse, std::span<const double> variance) {
  std::ranges::transform(variance, inverse.begin(),
                         [](double v) { return static_cast<T>(inverse_deviation(v)); });
}

/// Batch normalisation (Ioffe and Szegedy 2015): y = (x - m) / sqrt(v + 1e-5) * scale + shift, by
/// column, with m and v the mean and biased variance of x over the whole global batch in training,
/// and running averages of those otherwise. Of images, which lie channels last, each place is a
/// row, so that it is by channel; of sequences each step, so that it is by feature. Parameters:
/// scale, shift, running mean, running variance, [n] each; the running ones have no gradient.
template <class T>
class BatchNorm final : public Layer<T>, public GlobalSums<T> {
 public:
  /// `steps` of sequences, whose padding has no part in the statistics.
  BatchNorm(std::size_t columns, std::optional<Steps> steps)
      : n_(columns), steps_(std::move(steps)) {}

  [[nodiscard]] BackwardNeeds backward_needs() const override { return {.input = true}; }
  [[nodiscard]] WorkspaceSize workspace(std::size_t /*rows*/) const override {
    return {.elements = 5 * n_, .doubles = sum_count()};
  }
  [[nodiscard]] const GlobalSums<T>* global_sums() const override { return this; }

  void initialize(std::uint64_t /*seed*/, std::uint64_t /*network*/, std::uint64_t /*layer*/,
                  std::span<T> parameters) const override {
    std::ranges::fill(part(parameters, scale), T{1});
    std::ranges::fill(part(parameters, shift), T{0});
    std::ranges::fill(part(parameters, running_mean), T{0});
    std::ranges::fill(part(parameters, running_variance), T{1});
  }

  void forward(const Call<T>& call, MatrixView<T> y) const override {
    const auto factor = scratch(call, 0);
    const auto scales = part(call.parameters, scale);
    if (call.state.empty()) {
      for (std::size_t j = 0; j < n_; ++j) {
        const double inverse =
            inverse_deviation(static_cast<double>(part(call.parameters, running_variance)[j]));
        factor[j] = static_cast<T>(static_cast<double>(scales[j]) * inverse);
      }
      transform<T>(by_column(call.x[0]), part(call.parameters, running_mean), factor,
                   part(call.parameters, shift), by_column(y));
      return;
    }
    const BatchStatistics<const double> batch(call.state, n_);
    inverse_deviations(factor, batch.variance);
    for (std::size_t j = 0; j < n_; ++j) {
      factor[j] *= scales[j];
    }
    const auto mean = scratch(call, 1);
    round_to(mean, batch.mean);
    transform<T>(by_column(call.x[0]), mean, factor, part(call.parameters, shift), by_column(y));
  }

  void backward(const Call<T>& call, MatrixView<const T> /*y*/, MatrixView<T> dy,
                std::span<const MatrixView<T>> dx, std::span<T> gradient) const override {
    const auto sums = call.workspace.doubles.first(sum_count());
    std::ranges::fill(sums, 0.0);
    add_backward(call, dy, sums);
    for (std::size_t j = 0; j < n_; ++j) {
      part(gradient, shift)[j] += static_cast<T>(sums[j]);
      part(gradient, scale)[j] += static_cast<T>(sums[n_ + j]);
    }
    if (!dx[0].empty()) {
      propagate(call, by_column(MatrixView<const T>(dy)), by_column(dx[0]));
    }
  }

  [[nodiscard]] std::size_t sum_count() const override { return 1 + 2 * n_; }
  [[nodiscard]] std::size_t state_count() const override { return 1 + 4 * n_; }

  void add_forward(const Call<T>& call, std::span<double> sums) const override {
    // About the running mean, which every rank shares, so that a large mean costs no digits.
    const auto about = part(call.parameters, running_mean);
    const auto centred = scratch(call, 0);
    const auto x = by_column(call.x[0]);
    for_each_run(call, [&](std::size_t first, std::size_t count) {
      sums[0] += static_cast<double>(count);
      for (std::size_t i = first; i < first + count; ++i) {
        const auto row = x.row(i);
        for (std::size_t j = 0; j < n_; ++j) {
          centred[j] = row[j] - about[j];
        }
        math::accumulate<T>(centred, sums.subspan(1, n_));
        math::accumulate_products<T>(centred, centred, sums.subspan(1 + n_, n_));
      }
    });
  }

  void set_forward(std::span<const T> parameters, std::span<const double> sums,
                   std::span<double> state) const override {
    const auto about = part(parameters, running_mean);
    const BatchStatistics<double> batch(state, n_);
    batch.rows = std::max(1.0, sums[0]);  // sequences may all be empty
    for (std::size_t j = 0; j < n_; ++j) {
      const double mean = sums[1 + j] / batch.rows;
      batch.mean[j] = static_cast<double>(about[j]) + mean;
      batch.variance[j] = std::max(0.0, sums[1 + n_ + j] / batch.rows - mean * mean);
    }
  }

  void add_backward(const Call<T>& call, MatrixView<const T> dy,
                    std::span<double> sums) const override {
    const BatchStatistics<const double> batch(call.state, n_);
    const auto mean = scratch(call, 0);
    const auto inverse = scratch(call, 1);
    const auto normalised = scratch(call, 2);
    round_to(mean, batch.mean);
    inverse_deviations(inverse, batch.variance);
    const auto x = by_column(call.x[0]);
    dy = by_column(dy);
    for_each_run(call, [&](std::size_t first, std::size_t count) {
      for (std::size_t i = first; i < first + count; ++i) {
        const auto row = x.row(i);
        for (std::size_t j = 0; j < n_; ++j) {
          normalised[j] = (row[j] - mean[j]) * inverse[j];
        }
        math::accumulate<T>(dy.row(i), sums.first(n_));
        math::accumulate_products<T>(dy.row(i), normalised, sums.subspan(n_, n_));
      }
    });
  }

  void set_backward(std::span<const double> sums, std::span<double> state) const override {
    const BatchStatistics<double> batch(state, n_);
    for (std::size_t j = 0; j < n_; ++j) {
      batch.mean_dy[j] = sums[j] / batch.rows;
      batch.mean_dy_product[j] = sums[n_ + j] / batch.rows;
    }
  }

  void remember(std::span<const std::span<const double>> states, double share,
                std::span<T> parameters) const override {
    const auto move = [share](T& running, double now) {
      running = static_cast<T>((1.0 - share) * static_cast<double>(running) + share * now);
    };
    const auto count = static_cast<double>(states.size());
    for (std::size_t j = 0; j < n_; ++j) {
      double mean = 0.0;
      double square = 0.0;
      for (const auto state : states) {
        const BatchStatistics<const double> one(state, n_);
        mean += one.mean[j];
        square += one.variance[j] + one.mean[j] * one.mean[j];
      }
      mean /= count;
      move(part(parameters, running_mean)[j], mean);
      move(part(parameters, running_variance)[j], std::max(0.0, square / count - mean * mean));
    }
  }

 private:
  /// dx = scale / deviation * (dy - mean(dy) - normalised x * mean(dy * normalised x)).
  void propagate(const Call<T>& call, MatrixView<const T> dy, MatrixView<T> dx) const {
    const BatchStatistics<const double> batch(call.state, n_);
    const auto mean = scratch(call, 0);
    const auto inverse = scratch(call, 1);
    const auto mean_dy = scratch(call, 2);
    const auto mean_product = scratch(call, 3);
    round_to(mean, batch.mean);
    inverse_deviations(inverse, batch.variance);
    round_to(mean_dy, batch.mean_dy);
    round_to(mean_product, batch.mean_dy_product);
    const auto scales = part(call.parameters, scale);
    const auto x = by_column(call.x[0]);
    if (steps_) {
      std::fill_n(dx.data(), dx.size(), T{0});
    }
    for_each_run(call, [&](std::size_t first, std::size_t count) {
      for (std::size_t i = first; i < first + count; ++i) {
        for (std::size_t j = 0; j < n_; ++j) {
          const T normalised = (x(i, j) - mean[j]) * inverse[j];
          dx(i, j) =
              scales[j] * inverse[j] * (dy(i, j) - mean_dy[j] - normalised * mean_product[j]);
        }
      }
    });
  }

  /// Calls each(first, count) for the rows of by_column() that are no padding.
  template <class Each>
  void for_each_run(const Call<T>& call, const Each& each) const {
    if (!steps_) {
      each(std::size_t{0}, call.x[0].size() / n_);
      return;
    }
    for (std::size_t i = 0; i < call.x[0].rows(); ++i) {
      each(i * steps_->most(), steps_->of(call.pass, i));
    }
  }

  /// Samples as rows of n columns, one or more each.
  template <class U>
  [[nodiscard]] MatrixView<U> by_column(MatrixView<U> samples) const {
    if (samples.columns() == n_) {
      return samples;
    }
    assert(samples.contiguous());
    return {samples.data(), samples.size() / n_, n_};
  }

  /// The k-th of the four parts of the parameters.
  template <class U>
  [[nodiscard]] std::span<U> part(std::span<U> parameters, std::size_t k) const {
    return parameters.subspan(k * n_, n_);
  }

  [[nodiscard]] std::span<T> scratch(const Call<T>& call, std::size_t k) const {
    return call.workspace.elements.subspan(k * n_, n_);
  }

  std::size_t n_;
  std::optional<Steps> steps_;
};

void build_batch_norm(const ItemReader& item, GraphBuilder& graph) {
  const std::size_t n = graph.columns(item);
  graph.append(item,
               {.output = graph.shape(),
                .channels_last = graph.channels_last(),
                .steps = graph.steps(),
                .blocks = {{"scale", Role::scale, {n}},
                           {"shift", Role::shift, {n}},
                           {"mean", Role::running_statistic, {n}},
                           {"variance", Role::running_statistic, {n}}}},
               make_layers<BatchNorm>(n, graph.steps()));
}

}  // namespace

extern const LayerType batchnorm_type;
const LayerType batchnorm_type{.name = "batchnorm",
                               .usage = "batchnorm",
                               .help =
                                   "each column or channel with mean 0 and variance 1 over the "
                                   "global batch, then scale and shift",
                               .check = expect_nothing,
                               .build = build_batch_norm,
                               .of_batch = true};

}  // namespace infomax::nn
