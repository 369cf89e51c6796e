// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/data/sampler.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/math/products.hpp"
#include "infomax/model/model.hpp"
#include "infomax/model/sides.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/objective.hpp"
#include "infomax/optim/optimizer.hpp"
#include "infomax/stats/exact_sum.hpp"

namespace infomax::train {

/// How this rank spent the time of a step.
struct StepTimes {
  double total_s = 0.0;    ///< the whole step
  double input_s = 0.0;    ///< choosing rows and converting them
  double reduce_s = 0.0;   ///< in collectives, including the wait for other ranks
  double compute_s = 0.0;  ///< everything else

  /// Adds each time to its sum.
  StepTimes& operator+=(const StepTimes& other);
};

/// What a step found and did, the same on every rank but for the times.
struct StepReport {
  objective::Value value;         ///< before any update; its objective includes the penalty
  double penalty = 0.0;           ///< -(weight decay / 2) |weights|^2, or 0
  double gradient_norm = 0.0;     ///< of the whole gradient, before clipping
  double learning_rate = 0.0;     ///< of the update that follows
  std::uint64_t evaluations = 0;  ///< of the full batch, by a line search; 0 in stochastic steps
  StepTimes times;                ///< of this rank
};

/// How a step treats the gradient.
struct StepOptions {
  double clip_norm = 0.0;     ///< the gradient is shortened to this Euclidean norm; 0 = never
  double weight_decay = 0.0;  ///< J loses half of this times the weights' squared norm, once
  double own_rate = 1.0;      ///< the rate of the objective's own parameters is this times the
                              ///< learning rate
  std::uint64_t seed = 0;     ///< of augmentation and dropout
  math::Products products = math::Products::blas;    ///< what computes those of the networks
  std::size_t bucket_bytes = std::size_t{1} << 20U;  ///< of gradient in one message, which
                                                     ///< overlaps with the backward pass
};

/// Returns where the layers' weights (not their biases) are in the model's parameters.
template <math::Real T>
[[nodiscard]] std::vector<optim::WeightRange> weight_ranges(const model::Model<T>& model);

/// Sums gradients over ranks while the backward pass goes on. It is private to train.
template <math::Real T>
class GradientReduction;

/// One exact step on one global batch. What the constructor takes by reference, except the
/// communicator, must outlive this.
template <math::Real T>
class Step {
 public:
  /// The step draws batches from `sampler`, encodes them by `sides`, and moves the parameters of
  /// `model`.
  Step(const mpi::Communicator& communicator, model::Model<T>& model, data::Sampler& sampler,
       model::Sides<T>& sides, objective::Objective<T>& objective, const StepOptions& options);
  ~Step();
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;

  /// Collective. Computes the objective of a global batch at the model's present parameters, and
  /// its gradient. Both include the penalty, and either may be infinite or NaN.
  StepReport differentiate(std::uint64_t epoch, std::uint64_t step_of_epoch);

  /// Collective. Calls differentiate(), then makes one update. Throws NumericError, on every rank,
  /// where the value or the gradient is not finite; the parameters are then unchanged.
  StepReport run(std::uint64_t epoch, std::uint64_t step_of_epoch, optim::Optimizer<T>& optimizer,
                 double learning_rate);

  /// Moves the running averages of batch normalisations by the fraction `share` of the way to the
  /// moments that differentiate() found, and what else follows the batches; run() does so after its
  /// update.
  void remember(double share) {
    sides_->remember(share, model_->parameters());
    objective_->remember(model_->objective_parameters());
    if (const auto decay = objective_->target_decay()) {
      model_->move_target(*decay);
    }
  }

  /// Returns the global gradient that differentiate() found; after run(), the one that the
  /// optimiser got, which may be clipped.
  [[nodiscard]] std::span<const T> gradient() const { return gradient_; }

 private:
  void read_ahead(std::uint64_t epoch, std::size_t step_of_epoch);
  void encode(std::span<const std::size_t> rows, std::uint64_t epoch, std::uint64_t step_of_epoch);
  [[nodiscard]] objective::Gradients<T> requested_gradients();
  void backward();
  double add_penalty();
  void ascend(optim::Optimizer<T>& optimizer, double learning_rate);
  void clip(double norm);

  mpi::Communicator communicator_;
  model::Model<T>* model_;
  data::Sampler* sampler_;
  model::Sides<T>* sides_;
  objective::Objective<T>* objective_;
  StepOptions options_;
  std::uint64_t announced_epoch_ = 0;
  std::size_t announced_steps_ = 0;  // of that epoch: the steps before this were announced
  std::vector<optim::WeightRange> weights_;
  Buffer<T> gradient_;
  Buffer<T> own_gradient_;  // by the objective's parameters
  std::unique_ptr<GradientReduction<T>> reduction_;
  stats::ExactSum exact_{std::is_same_v<T, float> ? 2
                                                  : 3};  // used where the sides are reproducible
  stats::ExactSum exact_own_{3};                         // of own_gradient_, there
};

}  // namespace infomax::train
