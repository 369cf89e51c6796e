// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <string>
#include <type_traits>

#include <fmt/format.h>
#include <lbfgs.h>
#include <nlohmann/json.hpp>

#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/optim/descent.hpp"
#include "infomax/train/lbfgs.hpp"
#include "train/joint_evaluation.hpp"
#include "train/lbfgs_history.hpp"
#include "train/recorder.hpp"

// n parameters, m pairs of history; f = -J, which liblbfgs minimises.
namespace infomax::train {

/// What the progress callback ends a search with; liblbfgs hands it back.
enum Stop : int { enough_steps = 1000, failed = 1001, within_tolerance = 1002 };

/// The root's side of a run: the search itself.
template <math::Real T>
class Search {
 public:
  Search(JointEvaluation<T>& evaluation, Recorder<T>& recorder, const BestModel<T>& best,
         const TrainerOptions& options, const LbfgsOptions& lbfgs, std::span<const T> start)
      : evaluation_(&evaluation),
        recorder_(&recorder),
        best_(&best),
        total_steps_(options.total_steps),
        options_(lbfgs),
        history_(lbfgs.history),
        descent_(Buffer<double>(start.begin(), start.end())),
        point_(optim::lbfgs_variables(descent_.point())) {}

  /// Remembers what a checkpoint needs.
  void remember() { remembers_ = true; }

  void save(Checkpoint& checkpoint, nlohmann::json& record) const {
    history_.save(checkpoint);
    record["lbfgs"] = {{"entries", history_.size()},
                       {"value", descent_.value()},
                       {"largest_value", descent_.largest_value()}};
  }

  /// As it was after `steps`. Throws DataError where the checkpoint is of another run.
  void restore(const Checkpoint& checkpoint, const nlohmann::json& record, std::uint64_t steps) {
    const auto& own = record.at("lbfgs");
    history_.load(checkpoint, own.at("entries"), count());
    descent_.restore(history_.last().point, history_.last().gradient, own.at("value"),
                     own.at("largest_value"));
    steps_ = steps;
    replay_ = LbfgsReplay(history_, descent_.value());
    std::ranges::copy(history_.at(0).point, point_.get());
  }

  /// No step is to follow.
  void end_here() { total_steps_ = steps_; }

  /// Throws what left the other ranks too; all else is for ending().
  void run() {
    if (steps_ < total_steps_) {
      search();
    } else {
      std::ranges::copy(descent_.point(), point_.get());
    }
    if (left_) {
      std::rethrow_exception(left_);
    }
    if (steps_ > 0 && !failure_) {
      (void)evaluation_->pause({steps_, true}, point());
    }
    if (best_->known()) {
      std::ranges::copy(best_->parameters(), point_.get());
    }
    evaluation_->finish(point());
  }

  /// How it ended. Throws what ended it where that is an error.
  [[nodiscard]] std::string ending() const;

 private:
  void search() {
    lbfgs_parameter_t parameters;
    lbfgs_parameter_init(&parameters);
    parameters.m = static_cast<int>(options_.history);
    // Where iterations are replayed liblbfgs sees gradients that are not true; accept() tests.
    parameters.epsilon = replay_.under_way() ? 0.0 : options_.tolerance;
    const auto run = [&] {
      status_ = lbfgs(static_cast<int>(count()), point_.get(), nullptr, evaluate, progress, this,
                      &parameters);
    };
    run();
    if (replay_.under_way()) {
      log::warning("the history of L-BFGS cannot be replayed; it begins anew from the checkpoint");
      replay_ = {};
      std::ranges::copy(descent_.point(), point_.get());
      run();
    }
  }

  static double evaluate(void* self, const double* x, double* g, int n, double step) {
    const auto count = static_cast<std::size_t>(n);
    return static_cast<Search*>(self)->value_at({x, count}, {g, count}, step);
  }

  static int progress(void* self, const double* x, const double* g, double f, double x_norm,
                      double g_norm, double step, int n, int /*iteration*/, int /*trials*/) {
    const auto count = static_cast<std::size_t>(n);
    auto& search = *static_cast<Search*>(self);
    if (search.replay_.under_way()) {
      // liblbfgs's own memory, of which its next differences are made; see LbfgsReplay.
      search.replay_.accept({const_cast<double*>(x), count}, {const_cast<double*>(g), count});
      return search.replay_.under_way() ? 0 : search.replayed();
    }
    search.relative_norm_ = g_norm / std::max(1.0, x_norm);
    const int stop = search.accept({x, count}, {g, count}, f, step);
    return stop == 0 && search.relative_norm_ <= search.options_.tolerance ? within_tolerance
                                                                           : stop;
  }

  /// At the point that the run was left at.
  int replayed() {
    const auto norm = [](std::span<const double> v) {
      return std::sqrt(optim::inner_product(v, v));
    };
    relative_norm_ = norm(descent_.gradient()) / std::max(1.0, norm(descent_.point()));
    return relative_norm_ <= options_.tolerance ? within_tolerance : 0;
  }

  [[nodiscard]] std::span<const double> point() const { return {point_.get(), count()}; }
  [[nodiscard]] std::size_t count() const { return descent_.point().size(); }
  double value_at(std::span<const double> x, std::span<double> g, double step) noexcept;
  int accept(std::span<const double> x, std::span<const double> g, double f, double step) noexcept;

  JointEvaluation<T>* evaluation_;
  Recorder<T>* recorder_;
  const BestModel<T>* best_;
  std::uint64_t total_steps_;
  LbfgsOptions options_;
  bool remembers_ = false;
  LbfgsHistory history_;
  LbfgsReplay replay_;
  optim::Descent descent_;
  optim::LbfgsVariables point_;
  double relative_norm_ = 0.0;  // of the gradient, as the tolerance is meant
  StepReport pending_;          // of the line search's points so far, with the last one's value
  std::uint64_t steps_ = 0;
  int status_ = enough_steps;
  std::exception_ptr left_;     // what the other ranks left with too
  std::exception_ptr failure_;  // of the root alone
};

/// Nothing may be thrown through liblbfgs, which is C.
template <math::Real T>
double Search<T>::value_at(std::span<const double> x, std::span<double> g, double step) noexcept {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  std::ranges::fill(g, 0.0);
  if (left_ || failure_) {
    return none;
  }
  if (replay_.under_way()) {
    return replay_.answer(g);
  }
  StepReport report;
  try {
    report = evaluation_->at(x);
  } catch (...) {
    left_ = std::current_exception();
    return none;
  }
  report.value.samples += pending_.value.samples;
  report.times += pending_.times;
  report.evaluations = pending_.evaluations + 1;
  pending_ = std::move(report);

  const double f = -pending_.value.objective;
  if (!descent_.begun() && !std::isfinite(f)) {
    failure_ = std::make_exception_ptr(NumericError(fmt::format(
        "at the initial parameters {}{}", evaluation_->complaint(), evaluation_->remedy())));
    return none;
  }
  std::ranges::transform(evaluation_->gradient(), g.begin(),
                         [](T element) { return -static_cast<double>(element); });
  return descent_.judge(x, f, g, step);
}

template <math::Real T>
int Search<T>::accept(std::span<const double> x, std::span<const double> g, double f,
                      double step) noexcept {
  if (left_ || failure_) {
    return failed;
  }
  if (remembers_) {
    if (history_.empty()) {
      history_.add(descent_.point(), descent_.gradient());
    }
    history_.add(x, g);
  }
  descent_.accept(x, g, f);
  pending_.learning_rate = step;
  ++steps_;
  try {
    recorder_->step(pending_);
  } catch (...) {
    failure_ = std::current_exception();
    return failed;
  }
  pending_ = StepReport{};
  try {
    const bool last = steps_ == total_steps_;
    return evaluation_->pause({steps_, last}, x) || last ? enough_steps : 0;
  } catch (...) {
    left_ = std::current_exception();
    return failed;
  }
}

template <math::Real T>
std::string Search<T>::ending() const {
  if (failure_) {
    std::rethrow_exception(failure_);
  }
  const std::string where =
      fmt::format("relative gradient norm {:.2e}, {} steps", relative_norm_, steps_);
  if (status_ == enough_steps) {
    return "stopped after the steps asked for: " + where;
  }
  if (status_ == within_tolerance || optim::converged(status_)) {
    return fmt::format("converged within `tolerance` {}: {}", options_.tolerance, where);
  }
  constexpr bool single = std::is_same_v<T, float>;
  constexpr const char* type = single ? "float" : "double";
  constexpr double rounding = 100.0 * std::numeric_limits<T>::epsilon();
  if (descent_.at_rounding(rounding)) {
    return fmt::format("converged as far as {} can tell: {}", type, where);
  }
  if (steps_ > 0 && descent_.refused() == 0) {
    return fmt::format(
        "stopped where the line search finds no better point, though J should rise by {:.2g}: at "
        "a kink (vicreg has them), or {} is not enough; `optimizer` adam may go on: {}",
        descent_.expected_gain(), type, where);
  }
  throw NumericError(fmt::format(
      "after step {} the line search finds no better point, though J should rise by {:.2g} ({}); "
      "try {}`normalize` standardize, another `seed`, a larger `ridge` where there is one, or "
      "`optimizer` adam",
      steps_, descent_.expected_gain(),
      descent_.refused() > 0 ? fmt::format("at {} of its {} points {}", descent_.refused(),
                                           pending_.evaluations, evaluation_->complaint())
                             : fmt::format("liblbfgs's code {}, in {}", status_, type),
      single ? "`precision` double, " : ""));
}

}  // namespace infomax::train
