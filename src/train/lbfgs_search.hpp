#pragma once

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>

#include <fmt/format.h>
#include <lbfgs.h>
#include <nlohmann/json.hpp>

#include "infomax/core/checked_cast.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/train/lbfgs.hpp"
#include "train/joint_evaluation.hpp"
#include "train/lbfgs_history.hpp"
#include "train/recorder.hpp"

// n parameters, m pairs of history; f = -J, which liblbfgs minimises.
namespace infomax::train {

/// What the progress callback ends a search with; liblbfgs hands it back.
enum Stop : int { enough_steps = 1000, failed = 1001, converged = 1002 };

struct FreeVariables {
  void operator()(double* variables) const { lbfgs_free(variables); }
};

inline double inner_product(std::span<const double> a, std::span<const double> b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += a[i] * b[i];
  }
  return sum;
}

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
        point_(lbfgs_malloc(checked_cast<int>(start.size(), "the number of parameters"))),
        base_(start.begin(), start.end()),
        slope_(start.size(), 0.0),
        along_(start.size()) {
    if (!point_) {
      throw std::bad_alloc();
    }
    std::ranges::copy(start, point_.get());
  }

  /// Remembers what a checkpoint needs.
  void remember() { remembers_ = true; }

  void save(Checkpoint& checkpoint, nlohmann::json& record) const {
    history_.save(checkpoint);
    record["lbfgs"] = {
        {"entries", history_.size()}, {"value", *base_value_}, {"largest_value", largest_value_}};
  }

  /// As it was after `steps`. Throws DataError where the checkpoint is of another run.
  void restore(const Checkpoint& checkpoint, const nlohmann::json& record, std::uint64_t steps) {
    const auto& own = record.at("lbfgs");
    history_.load(checkpoint, own.at("entries"), base_.size());
    std::ranges::copy(history_.last().point, base_.begin());
    std::ranges::copy(history_.last().gradient, slope_.begin());
    base_value_ = own.at("value").template get<double>();
    largest_value_ = own.at("largest_value");
    steps_ = steps;
    replay_ = LbfgsReplay(history_, *base_value_);
    std::ranges::copy(history_.at(0).point, point_.get());
  }

  /// No step is to follow.
  void end_here() { total_steps_ = steps_; }

  /// Throws what left the other ranks too; all else is for ending().
  void run() {
    if (steps_ < total_steps_) {
      search();
    } else {
      std::ranges::copy(base_, point_.get());
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
      status_ = lbfgs(static_cast<int>(base_.size()), point_.get(), nullptr, evaluate, progress,
                      this, &parameters);
    };
    run();
    if (replay_.under_way()) {
      log::warning("the history of L-BFGS cannot be replayed; it begins anew from the checkpoint");
      replay_ = {};
      std::ranges::copy(base_, point_.get());
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
    return stop == 0 && search.relative_norm_ <= search.options_.tolerance ? converged : stop;
  }

  /// At the point that the run was left at.
  int replayed() {
    const auto norm = [](std::span<const double> v) { return std::sqrt(inner_product(v, v)); };
    relative_norm_ = norm(slope_) / std::max(1.0, norm(base_));
    return relative_norm_ <= options_.tolerance ? converged : 0;
  }

  [[nodiscard]] std::span<const double> point() const { return {point_.get(), base_.size()}; }
  double value_at(std::span<const double> x, std::span<double> g, double step) noexcept;
  double discouraging_value(std::span<double> g, double slope_to_here) const;
  int accept(std::span<const double> x, std::span<const double> g, double f, double step) noexcept;

  JointEvaluation<T>* evaluation_;
  Recorder<T>* recorder_;
  const BestModel<T>* best_;
  std::uint64_t total_steps_;
  LbfgsOptions options_;
  bool remembers_ = false;
  LbfgsHistory history_;
  LbfgsReplay replay_;
  std::unique_ptr<double, FreeVariables> point_;  // [n], liblbfgs's own

  // The point that the last iteration came to, where the line search starts.
  Buffer<double> base_;   // [n]
  Buffer<double> slope_;  // [n], the gradient of f there
  std::optional<double> base_value_;
  double relative_norm_ = 0.0;  // of that gradient, as the tolerance is meant
  double largest_value_ = 0.0;  // |f|, which rounding errors are relative to

  // The line search under way.
  Buffer<double> along_;        // [n], from base_ to the trial point
  StepReport pending_;          // its trial points so far, the last one's value
  std::uint64_t refused_ = 0;   // of them not finite
  double expected_gain_ = 0.0;  // of f by the whole quasi-Newton step, to second order

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

  for (std::size_t i = 0; i < x.size(); ++i) {
    along_[i] = x[i] - base_[i];
  }
  const double slope_to_here = inner_product(slope_, along_);
  const double f = -pending_.value.objective;
  if (!base_value_) {
    if (!std::isfinite(f)) {
      failure_ = std::make_exception_ptr(NumericError(
          fmt::format("at the initial parameters {}; try another --seed or --normalize standardize",
                      evaluation_->complaint())));
      return none;
    }
    base_value_ = f;
    largest_value_ = std::abs(f);
  } else if (expected_gain_ == 0.0) {
    expected_gain_ = -0.5 * slope_to_here / step;
  }
  if (!std::isfinite(f)) {
    ++refused_;
    return discouraging_value(g, slope_to_here);
  }
  std::ranges::transform(evaluation_->gradient(), g.begin(),
                         [](T element) { return -static_cast<double>(element); });
  if (steps_ == 0 && pending_.evaluations == 1) {
    std::ranges::copy(g, slope_.begin());
  }
  return f;
}

/// For a trial point that has no value: as if f rose on the way by twice what it was to fall, and
/// went on rising. The line search then comes back to about a tenth of the way; a value near the
/// largest double would send it back to where it cannot tell the points apart.
template <math::Real T>
double Search<T>::discouraging_value(std::span<double> g, double slope_to_here) const {
  std::ranges::transform(slope_, g.begin(), [](double element) { return -element; });
  return *base_value_ + 2.0 * std::abs(slope_to_here);
}

template <math::Real T>
int Search<T>::accept(std::span<const double> x, std::span<const double> g, double f,
                      double step) noexcept {
  if (left_ || failure_) {
    return failed;
  }
  if (remembers_) {
    if (history_.empty()) {
      history_.add(base_, slope_);
    }
    history_.add(x, g);
  }
  std::ranges::copy(x, base_.begin());
  std::ranges::copy(g, slope_.begin());
  base_value_ = f;
  largest_value_ = std::max(largest_value_, std::abs(f));
  refused_ = 0;
  expected_gain_ = 0.0;
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
  switch (status_) {
    case enough_steps:
      return "stopped after the steps asked for: " + where;
    case converged:
    case LBFGS_SUCCESS:
    case LBFGS_STOP:
    case LBFGS_ALREADY_MINIMIZED:
      return fmt::format("converged within --tolerance {}: {}", options_.tolerance, where);
    case LBFGSERR_OUTOFMEMORY:
      throw std::bad_alloc();
    case LBFGSERR_OUTOFINTERVAL:
    case LBFGSERR_INCORRECT_TMINMAX:
    case LBFGSERR_ROUNDING_ERROR:
    case LBFGSERR_MINIMUMSTEP:
    case LBFGSERR_MAXIMUMSTEP:
    case LBFGSERR_MAXIMUMLINESEARCH:
    case LBFGSERR_WIDTHTOOSMALL:
    case LBFGSERR_INVALIDPARAMETERS:
    case LBFGSERR_INCREASEGRADIENT:
      break;
    default:
      throw std::logic_error(fmt::format("liblbfgs refused its parameters, code {}", status_));
  }
  constexpr bool single = std::is_same_v<T, float>;
  constexpr const char* type = single ? "float" : "double";
  constexpr double rounding = 100.0 * std::numeric_limits<T>::epsilon();
  if (expected_gain_ <= rounding * largest_value_) {
    return fmt::format("converged as far as {} can tell: {}", type, where);
  }
  throw NumericError(fmt::format(
      "after step {} the line search finds no better point, though J should rise by {:.2g} ({}); "
      "try {}another --seed, a larger --ridge where there is one, or --optimizer adam",
      steps_, expected_gain_,
      refused_ > 0 ? fmt::format("at {} of its {} points {}", refused_, pending_.evaluations,
                                 evaluation_->complaint())
                   : fmt::format("liblbfgs's code {}, in {}", status_, type),
      single ? "--precision double, " : ""));
}

}  // namespace infomax::train
