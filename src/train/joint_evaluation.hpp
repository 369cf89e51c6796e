// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>

#include "infomax/core/error.hpp"
#include "infomax/model/model.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/train/step.hpp"
#include "train/milestones.hpp"

namespace infomax::train {

/// Evaluations of the full batch at points that the root alone chooses: it calls at() as often as
/// it likes, pause() between and finish() once, while the others are in serve().
template <math::Real T>
class JointEvaluation {
 public:
  /// What is passed by reference must outlive this.
  JointEvaluation(const mpi::Communicator& communicator, model::Model<T>& model, Step<T>& step,
                  Milestones<T>& milestones)
      : communicator_(&communicator), model_(&model), step_(&step), milestones_(&milestones) {}

  /// By the root. A point whose numbers are not finite has an objective that is not; complaint()
  /// says more. Throws what the step does but for NumericError; all ranks have then left.
  StepReport at(std::span<const double> point) {
    announce(Order::evaluate, point);
    return evaluate();
  }

  /// By the root, after `step`: all ranks do what is done between steps, at `point` where that
  /// looks at the parameters. True where the run is to end.
  [[nodiscard]] bool pause(const Milestone& milestone, std::span<const double> point) {
    if (milestones_->looks_at_parameters(milestone)) {
      place(point);
    }
    (void)receive(Order::pause, milestone);
    return milestones_->reached(milestone);
  }

  /// By the root, once: `point` is where the model stays.
  void finish(std::span<const double> point) {
    announce(Order::finish, point);
    settle();
  }

  /// By the others: until the root finishes.
  void serve() {
    for (;;) {
      const auto [order, milestone] = receive(Order::finish, {});
      if (order == Order::finish) {
        settle();
        return;
      }
      if (order == Order::pause) {
        (void)milestones_->reached(milestone);
      } else {
        (void)evaluate();
      }
    }
  }

  [[nodiscard]] std::span<const T> gradient() const { return step_->gradient(); }

  [[nodiscard]] const std::string& complaint() const { return complaint_; }

  /// What to add to the complaint, where that does not say itself what to do.
  [[nodiscard]] const std::string& remedy() const { return remedy_; }

 private:
  enum class Order : std::uint64_t { evaluate, pause, finish };

  void place(std::span<const double> point) {
    const auto parameters = model_->parameters();
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      parameters[i] = static_cast<T>(point[i]);
    }
  }

  void announce(Order order, std::span<const double> point) {
    place(point);
    (void)receive(order, {});
  }

  /// The root's order, whatever the others pass, with its parameters where they count.
  std::pair<Order, Milestone> receive(Order order, Milestone milestone) {
    std::array<std::uint64_t, 3> words{static_cast<std::uint64_t>(order), milestone.step,
                                       milestone.last ? 1U : 0U};
    communicator_->broadcast(std::span<std::uint64_t>(words), 0);
    order = static_cast<Order>(words[0]);
    milestone = {words[1], words[2] != 0};
    if (order != Order::pause || milestones_->looks_at_parameters(milestone)) {
      communicator_->broadcast(model_->parameters(), 0);
    }
    return {order, milestone};
  }

  /// The root's point has no say in the running averages of batch normalisations: they are the
  /// whole data set's own.
  void settle() {
    const auto normalizes = [](const auto& member) {
      return member.network.has_running_statistics();
    };
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
        remedy_ = "; try another `seed`, `normalize` standardize or `precision` double";
        report.value.objective = nothing;
      }
    } catch (const Error& error) {
      if (error.exit_code() != ExitCode::numeric) {
        throw;
      }
      complaint_ = error.what();
      remedy_.clear();
      report.value.objective = nothing;
    }
    return report;
  }

  const mpi::Communicator* communicator_;
  model::Model<T>* model_;
  Step<T>* step_;
  Milestones<T>* milestones_;
  std::string complaint_;
  std::string remedy_;
};

}  // namespace infomax::train
