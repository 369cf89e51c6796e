// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "infomax/nn/layer_table.hpp"
#include "nn/graph_builder.hpp"
#include "nn/sequence_mask.hpp"

// B sequences of L steps of F features each, L at most T; 0 of none.
namespace infomax::nn {
namespace {

/// y = the features of the last step; those that run from the last step to the first have it at the
/// first.
template <class T>
class LastStep final : public Layer<T> {
 public:
  explicit LastStep(Steps steps) : steps_(std::move(steps)) {}

  [[nodiscard]] BackwardNeeds backward_needs() const override { return {}; }

  void forward(const Call<T>& call, MatrixView<T> y) const override {
    const std::size_t forwards = y.columns() - steps_.reversed();
    for (std::size_t i = 0; i < y.rows(); ++i) {
      const std::size_t count = steps_.of(call.pass, i);
      if (count == 0) {
        std::ranges::fill(y.row(i), T{0});
        continue;
      }
      const T* const x = call.x[0].row(i).data();
      std::copy_n(x + (count - 1) * y.columns(), forwards, y.row(i).data());
      std::copy_n(x + forwards, steps_.reversed(), y.row(i).data() + forwards);
    }
  }

  void backward(const Call<T>& call, MatrixView<const T> /*y*/, MatrixView<T> dy,
                std::span<const MatrixView<T>> dx, std::span<T> /*gradient*/) const override {
    const std::size_t forwards = dy.columns() - steps_.reversed();
    std::fill_n(dx[0].data(), dx[0].size(), T{0});
    for (std::size_t i = 0; i < dy.rows(); ++i) {
      const std::size_t count = steps_.of(call.pass, i);
      if (count > 0) {
        T* const into = dx[0].row(i).data();
        std::copy_n(dy.row(i).data(), forwards, into + (count - 1) * dy.columns());
        std::copy_n(dy.row(i).data() + forwards, steps_.reversed(), into + forwards);
      }
    }
  }

 private:
  Steps steps_;
};

/// y = the mean of the steps.
template <class T>
class MeanOfSteps final : public Layer<T> {
 public:
  explicit MeanOfSteps(Steps steps) : steps_(std::move(steps)) {}

  [[nodiscard]] BackwardNeeds backward_needs() const override { return {}; }

  void forward(const Call<T>& call, MatrixView<T> y) const override {
    for (std::size_t i = 0; i < y.rows(); ++i) {
      const std::size_t count = steps_.of(call.pass, i);
      const auto sum = y.row(i);
      std::ranges::fill(sum, T{0});
      for (std::size_t t = 0; t < count; ++t) {
        math::axpy(T{1}, call.x[0].row(i).subspan(t * sum.size(), sum.size()), sum);
      }
      if (count > 1) {
        math::scale(T{1} / static_cast<T>(count), sum);
      }
    }
  }

  void backward(const Call<T>& call, MatrixView<const T> /*y*/, MatrixView<T> dy,
                std::span<const MatrixView<T>> dx, std::span<T> /*gradient*/) const override {
    const std::size_t features = dy.columns();
    std::fill_n(dx[0].data(), dx[0].size(), T{0});
    for (std::size_t i = 0; i < dy.rows(); ++i) {
      const std::size_t count = steps_.of(call.pass, i);
      for (std::size_t t = 0; t < count; ++t) {
        math::axpy(T{1} / static_cast<T>(count), std::span<const T>(dy.row(i)),
                   dx[0].row(i).subspan(t * features, features));
      }
    }
  }

 private:
  Steps steps_;
};

/// y = the largest of the steps, by feature. The gradient goes to the first step that has it.
template <class T>
class MaxOfSteps final : public Layer<T> {
 public:
  explicit MaxOfSteps(Steps steps) : steps_(std::move(steps)) {}

  [[nodiscard]] BackwardNeeds backward_needs() const override {
    return {.input = true, .output = true};
  }

  void forward(const Call<T>& call, MatrixView<T> y) const override {
    const std::size_t features = y.columns();
    for (std::size_t i = 0; i < y.rows(); ++i) {
      const std::size_t count = steps_.of(call.pass, i);
      const T* const x = call.x[0].row(i).data();
      T* const most = y.row(i).data();
      if (count == 0) {
        std::fill_n(most, features, T{0});
        continue;
      }
      std::copy_n(x, features, most);
      for (std::size_t t = 1; t < count; ++t) {
        for (std::size_t j = 0; j < features; ++j) {
          // Written so that NaN comes through.
          const T own = x[t * features + j];
          most[j] = own > most[j] || std::isnan(own) ? own : most[j];
        }
      }
    }
  }

  void backward(const Call<T>& call, MatrixView<const T> y, MatrixView<T> dy,
                std::span<const MatrixView<T>> dx, std::span<T> /*gradient*/) const override {
    const std::size_t features = dy.columns();
    std::fill_n(dx[0].data(), dx[0].size(), T{0});
    for (std::size_t i = 0; i < dy.rows(); ++i) {
      const std::size_t count = steps_.of(call.pass, i);
      const T* const x = call.x[0].row(i).data();
      for (std::size_t j = 0; j < features; ++j) {
        for (std::size_t t = 0; t < count; ++t) {
          if (x[t * features + j] == y(i, j)) {
            dx[0](i, t * features + j) = dy(i, j);
            break;
          }
        }
      }
    }
  }

 private:
  Steps steps_;
};

template <template <class> class Kind>
void build_over_time(const ItemReader& item, GraphBuilder& graph) {
  const Steps steps = graph.take_steps(item);
  graph.append(item, {.output = graph.shape().extents().back()}, make_layers<Kind>(steps));
}

/// All steps are outputs, and it is no sequence any more.
void build_each(const ItemReader& item, GraphBuilder& graph) {
  const Steps steps = graph.take_steps(item);
  graph.append(item, {.output = graph.shape()}, make_layers<SequenceMask>(steps));
}

/// What follows works step by step.
void build_steps(const ItemReader& item, GraphBuilder& graph) {
  const Steps steps = graph.take_steps(item);
  graph.append(item, {.output = graph.shape(), .steps = steps}, make_layers<SequenceMask>(steps));
}

}  // namespace

extern const LayerType last_type;
const LayerType last_type{.name = "last",
                          .usage = "last",
                          .help = "of a sequence [T,F], the last step; of none 0",
                          .check = expect_nothing,
                          .build = build_over_time<LastStep>};

extern const LayerType mean_type;
const LayerType mean_type{.name = "mean",
                          .usage = "mean",
                          .help = "of a sequence [T,F], the mean of its steps; of none 0",
                          .check = expect_nothing,
                          .build = build_over_time<MeanOfSteps>};

extern const LayerType max_type;
const LayerType max_type{.name = "max",
                         .usage = "max",
                         .help = "of a sequence [T,F], the largest of its steps; of none 0",
                         .check = expect_nothing,
                         .build = build_over_time<MaxOfSteps>};

extern const LayerType each_type;
const LayerType each_type{.name = "each",
                          .usage = "each",
                          .help = "of a sequence [T,F], all steps as outputs, 0 after the last",
                          .check = expect_nothing,
                          .build = build_each};

extern const LayerType steps_type;
const LayerType steps_type{
    .name = "steps",
    .usage = "steps",
    .help = "says that samples [T,F] are sequences, so that dense works on every step",
    .check = expect_nothing,
    .build = build_steps};

}  // namespace infomax::nn
