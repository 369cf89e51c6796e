#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>

#include "infomax/core/error.hpp"
#include "infomax/model/model.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/train/step.hpp"

namespace infomax::train {

/// Evaluations of the full batch at points that the root alone chooses: it calls at() as often as
/// it likes and finish() once, while the others are in serve().
template <math::Real T>
class JointEvaluation {
 public:
  /// What is passed by reference must outlive this.
  JointEvaluation(const mpi::Communicator& communicator, model::Model<T>& model, Step<T>& step)
      : communicator_(&communicator), model_(&model), step_(&step) {}

  /// By the root. A point whose numbers are not finite has an objective that is not; complaint()
  /// says more. Throws what the step does but for NumericError; all ranks have then left.
  StepReport at(std::span<const double> point) {
    announce(Order::evaluate, point);
    return evaluate();
  }

  /// By the root, once: `point` is where the model stays.
  void finish(std::span<const double> point) {
    announce(Order::finish, point);
    settle();
  }

  /// By the others: until the root finishes.
  void serve() {
    while (receive(Order::finish) == Order::evaluate) {
      (void)evaluate();
    }
    settle();
  }

  [[nodiscard]] std::span<const T> gradient() const { return step_->gradient(); }

  [[nodiscard]] const std::string& complaint() const { return complaint_; }

 private:
  enum class Order : std::int64_t { evaluate, finish };

  void announce(Order order, std::span<const double> point) {
    const auto parameters = model_->parameters();
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      parameters[i] = static_cast<T>(point[i]);
    }
    (void)receive(order);
  }

  /// The root's order, whatever the others pass, with its parameters.
  Order receive(Order order) {
    std::array<std::int64_t, 1> word{static_cast<std::int64_t>(order)};
    communicator_->broadcast(std::span<std::int64_t>(word), 0);
    communicator_->broadcast(model_->parameters(), 0);
    return static_cast<Order>(word[0]);
  }

  /// The root's point has no say in the running averages of batch normalisations: they are the
  /// whole data set's own.
  void settle() {
    const auto normalizes = [](const auto& member) { return member.network.normalizations() > 0; };
    if (std::ranges::any_of(model_->members(), normalizes)) {
      (void)evaluate();
    }
  }

  StepReport evaluate() {
    constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
    StepReport report;
    try {
      // The same rows, in the same order, at every point.
      report = step_->differentiate(0, 0);
      step_->remember(1.0);
      if (!std::isfinite(report.gradient_norm) || !std::isfinite(report.value.objective)) {
        complaint_ = std::isfinite(report.value.objective) ? "the gradient is not finite"
                                                           : "the objective is not finite";
        report.value.objective = nothing;
      }
    } catch (const Error& error) {
      if (error.exit_code() != ExitCode::numeric) {
        throw;
      }
      complaint_ = error.what();
      report.value.objective = nothing;
    }
    return report;
  }

  const mpi::Communicator* communicator_;
  model::Model<T>* model_;
  Step<T>* step_;
  std::string complaint_;
};

}  // namespace infomax::train
