// SPDX-License-Identifier: BSD-3-Clause
#include "objective/predictive.hpp"

#include <algorithm>
#include <cassert>
#include <functional>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/nn/shape.hpp"
#include "objective/clear_rows.hpp"
#include "objective/contrastive.hpp"
#include "objective/infonce.hpp"

// B: local sequences of at most T steps. H columns of a context, Q of a step. K: steps ahead at
// most. M: pairs of a context and a step k steps later, of local sequences.

namespace infomax::objective {
namespace {

/// The options of each J_k.
ObjectiveOptions options_of_pairs(const ObjectiveOptions& options) {
  ObjectiveOptions of_pairs = options;
  of_pairs.of<PredictOptions>() = {};
  of_pairs.of<ContrastiveOptions>().critic = Critic{.form = Critic::Form::bilinear};
  of_pairs.of<ContrastiveOptions>().symmetric = false;
  of_pairs.of<ContrastiveOptions>().learn_temperature = false;
  return of_pairs;
}

/// H and Q.
nn::Shape shape_of(const ObjectiveOptions& options) {
  const auto& text = options.of<PredictOptions>().predicted_shape;
  if (!text) {
    throw UsageError("`pair` predict needs `predicted-shape`, which follows from the encoder");
  }
  return nn::parse_shape(*text);
}

template <math::Real T>
class Predictive final : public Objective<T> {
 public:
  explicit Predictive(const ObjectiveOptions& options)
      : horizon_(*options.of<PredictOptions>().horizon),
        context_columns_(shape_of(options).extents().front()),
        step_columns_(shape_of(options).extents().back()),
        of_pairs_(options_of_pairs(options), 1.0 / static_cast<double>(horizon_)) {}

  [[nodiscard]] std::size_t parameter_count(std::size_t /*p*/, std::size_t /*q*/) const override {
    return horizon_ * weights();
  }
  void initialize(std::span<T> parameters, std::size_t /*p*/, std::size_t /*q*/,
                  std::uint64_t seed) const override {
    for (std::size_t k = 0; k < horizon_; ++k) {
      of_pairs_.initialize(parameters.subspan(k * weights(), weights()), context_columns_,
                           step_columns_, seed + k);
    }
  }

  /// Collective.
  [[nodiscard]] Value evaluate(const mpi::Communicator& communicator, const Batch<T>& batch,
                               const Gradients<T>& gradients) override;

 private:
  [[nodiscard]] std::size_t weights() const { return context_columns_ * step_columns_; }
  [[nodiscard]] std::size_t length_of(const Batch<T>& batch, std::size_t sequence) const {
    return batch.tapped_lengths.empty() ? steps_ : std::size_t{batch.tapped_lengths[sequence]};
  }

  /// Calls each(sequence, step, pair) for the local pairs of steps k apart.
  template <class Each>
  void for_each_pair(const Batch<T>& batch, std::size_t ahead, const Each& each) const;
  /// Collects contexts and steps that are `ahead` apart, and the parts of the pairs.
  void collect(const Batch<T>& batch, std::size_t ahead);
  /// Adds the gradients of the pairs to their contexts and steps.
  void spread(const Batch<T>& batch, std::size_t ahead, const Gradients<T>& gradients) const;

  std::size_t horizon_;
  std::size_t context_columns_;
  std::size_t step_columns_;
  InfoNce<T> of_pairs_;
  std::size_t steps_ = 0;             // T
  MatrixView<const T> context_rows_;  // [B, T H] of the batch
  MatrixView<const T> step_rows_;     // [B, T Q]
  Matrix<T> contexts_;                // [M, H]
  Matrix<T> futures_;                 // [M, Q]
  Matrix<T> context_gradient_;        // [M, H]
  Matrix<T> future_gradient_;         // [M, Q]
  stats::RowParts parts_;
  Buffer<T> context_tile_;
  Buffer<T> step_tile_;
  Buffer<T> initial_;  // parameters, where a batch has none
};

template <math::Real T>
template <class Each>
void Predictive<T>::for_each_pair(const Batch<T>& batch, std::size_t ahead,
                                  const Each& each) const {
  std::size_t pair = 0;
  for (std::size_t i = 0; i < context_rows_.rows(); ++i) {
    const std::size_t length = length_of(batch, i);
    for (std::size_t t = 0; t + ahead < length; ++t) {
      each(i, t, pair++);
    }
  }
}

template <math::Real T>
void Predictive<T>::collect(const Batch<T>& batch, std::size_t ahead) {
  std::size_t pairs = 0;
  std::vector<std::size_t>& ends = parts_.ends;
  ends.clear();
  const stats::RowParts* parts = batch.rows.parts;
  std::size_t part = 0;
  for (std::size_t i = 0; i < context_rows_.rows(); ++i) {
    for (; parts != nullptr && part < parts->ends.size() && parts->ends[part] <= i; ++part) {
      ends.push_back(pairs);
    }
    const std::size_t length = length_of(batch, i);
    pairs += length > ahead ? length - ahead : 0;
  }
  for (; parts != nullptr && part < parts->ends.size(); ++part) {
    ends.push_back(pairs);
  }
  contexts_.resize(pairs, context_columns_);
  futures_.resize(pairs, step_columns_);
  for_each_pair(batch, ahead, [&](std::size_t i, std::size_t t, std::size_t pair) {
    std::ranges::copy(context_rows_.row(i).subspan(t * context_columns_, context_columns_),
                      contexts_.view().row(pair).begin());
    std::ranges::copy(step_rows_.row(i).subspan((t + ahead) * step_columns_, step_columns_),
                      futures_.view().row(pair).begin());
  });
}

template <math::Real T>
void Predictive<T>::spread(const Batch<T>& batch, std::size_t ahead,
                           const Gradients<T>& gradients) const {
  const auto add = [](std::span<const T> from, std::span<T> to) {
    std::ranges::transform(from, to, to.begin(), std::plus<>());
  };
  for_each_pair(batch, ahead, [&](std::size_t i, std::size_t t, std::size_t pair) {
    if (gradients.b.columns() > 0) {
      add(context_gradient_.view().row(pair),
          gradients.b.row(i).subspan(t * context_columns_, context_columns_));
    }
    if (!gradients.tapped.empty()) {
      add(future_gradient_.view().row(pair),
          gradients.tapped.front().row(i).subspan((t + ahead) * step_columns_, step_columns_));
    }
  });
}

template <math::Real T>
Value Predictive<T>::evaluate(const mpi::Communicator& communicator, const Batch<T>& batch,
                              const Gradients<T>& gradients) {
  const stats::RowPairs<T>& rows = batch.rows;
  require(predictive_needs(), "infonce",
          {.p = rows.a.columns(), .q = rows.b.columns(), .tapped_features = batch.tapped.size()});
  steps_ = rows.b.columns() / context_columns_;
  assert(batch.tapped.front()->columns() == steps_ * step_columns_);
  context_rows_ = rows.b.tile(0, rows.count(), context_tile_);
  step_rows_ = batch.tapped.front()->tile(0, rows.count(), step_tile_);
  std::span<const T> parameters = batch.parameters;
  if (parameters.empty()) {
    initial_.resize(horizon_ * weights());
    initialize(initial_, 0, 0, 0);
    parameters = initial_;
  }
  clear_rows(gradients.a);
  clear_rows(gradients.b);
  for (const MatrixView<T>& each : gradients.tapped) {
    clear_rows(each);
  }
  Value value;
  value.samples = communicator.sum(std::uint64_t{rows.count()});
  for (std::size_t k = 0; k < horizon_; ++k) {
    collect(batch, k + 1);
    Gradients<T> wanted;
    if (gradients.b.columns() > 0) {
      context_gradient_.resize(contexts_.rows(), context_columns_);
      wanted.a = context_gradient_.view();
    }
    if (!gradients.tapped.empty()) {
      future_gradient_.resize(futures_.rows(), step_columns_);
      wanted.b = future_gradient_.view();
    }
    if (!gradients.parameters.empty()) {
      wanted.parameters = gradients.parameters.subspan(k * weights(), weights());
      wanted.exact_parameters = gradients.exact_parameters;
      wanted.first_exact = gradients.first_exact + k * weights();
    }
    const stats::MatrixRows<T> a(contexts_.view());
    const stats::MatrixRows<T> b(futures_.view());
    const Batch<T> pairs{.rows = {a, b, rows.parts != nullptr ? &parts_ : nullptr},
                         .parameters = parameters.subspan(k * weights(), weights())};
    const double bound = of_pairs_.evaluate(communicator, pairs, wanted).objective;
    value.objective += bound / static_cast<double>(horizon_);
    value.figures.emplace_back(fmt::format("ahead_{}", k + 1), bound);
    spread(batch, k + 1, gradients);
  }
  value.dependence = value.objective;
  return value;
}

}  // namespace

OptionGroup predictive_options() {
  FieldTable<PredictOptions> table;
  table
      .add("horizon", &PredictOptions::horizon, "K",
           "of `pair` predict: up to how many steps ahead; default 4", one_or_more())
      .add("predicted-shape", &PredictOptions::predicted_shape, "SHAPE",
           "of `pair` predict: the columns of a context and of a step, which follow from the "
           "encoder");
  return group_of<PredictOptions>(table);
}

bool is_predictive(const ObjectiveOptions& options) {
  return options.of<PredictOptions>().horizon.has_value();
}

Needs predictive_needs() { return {.tapped_features = 1}; }

stats::MemoryUse predictive_memory(const ObjectiveOptions& options,
                                   const stats::BatchExtent& batch) {
  const nn::Shape shape = shape_of(options);
  stats::BatchExtent pairs = batch;
  pairs.p = shape.extents().front();
  pairs.q = shape.extents().back();
  const std::size_t steps = batch.q / pairs.p;
  pairs.rows *= steps;
  pairs.local_rows *= steps;
  auto memory = critic_memory(options_of_pairs(options), pairs);
  memory.kept += 2 * pairs.local_rows * (pairs.p + pairs.q) * batch.element_bytes;
  return memory;
}

template <math::Real T>
std::unique_ptr<Objective<T>> make_predictive(const ObjectiveOptions& options) {
  return std::make_unique<Predictive<T>>(options);
}

template std::unique_ptr<Objective<float>> make_predictive(const ObjectiveOptions&);
template std::unique_ptr<Objective<double>> make_predictive(const ObjectiveOptions&);

}  // namespace infomax::objective
