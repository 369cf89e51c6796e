// SPDX-License-Identifier: BSD-3-Clause
#include "analysis/logistic_newton.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "infomax/math/blas.hpp"
#include "infomax/math/lapack.hpp"

namespace infomax::analysis {
namespace {

/// Products with the Hessian that one Newton step may take; a step that is cut short still is one
/// downhill.
constexpr std::size_t most_products = 1000;

/// A fall of f below this share of it is a rounding error.
constexpr double rounding = 1e-14;

/// Without a penalty, f below this has no minimum that could be reached.
constexpr double nothing_left = 1e-9;

double inner_product(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

void add(double factor, std::span<const double> a, std::span<double> sum) {
  for (std::size_t k = 0; k < a.size(); ++k) {
    sum[k] += factor * a[k];
  }
}

/// Makes the classes' numbers of each feature, and their biases, sum to 0. What is the same for all
/// classes changes no probability, and without this would drift by rounding errors.
void sum_to_zero(std::span<double> vector, std::size_t classes) {
  for (std::size_t first = 0; first < vector.size(); first += classes) {
    const auto of_classes = vector.subspan(first, classes);
    const double mean =
        std::accumulate(of_classes.begin(), of_classes.end(), 0.0) / static_cast<double>(classes);
    std::ranges::for_each(of_classes, [mean](double& number) { number -= mean; });
  }
}

}  // namespace

void CommonHessian::prepare(std::span<const double> curvature) {
  const double largest = *std::ranges::max_element(curvature);
  // Where all rows are predicted with certainty, nothing is left of the curvatures.
  const double least = std::max(1e-12 * largest, std::numeric_limits<double>::min());
  divisors_.assign(curvature.begin(), curvature.end());
  std::ranges::for_each(divisors_, [&](double& a) { a = std::max(a, least); });
  const double mean = std::accumulate(divisors_.begin(), divisors_.end(), 0.0) /
                      static_cast<double>(divisors_.size());
  diagonal_.resize(scale_->scale.size());
  for (std::size_t j = 0; j < diagonal_.size(); ++j) {
    const double s = scale_->scale[j];
    diagonal_[j] = l2_ / mean * s * s + (s == 0.0 ? 1.0 : 0.0);
  }
  factorise();
}

void CommonHessian::factorise() {
  factor_.reset();
  // Features that depend on each other leave the correlations singular.
  for (double jitter = 1e-10; !correlations_->empty() && !factor_ && jitter < 1e-3; jitter *= 1e3) {
    Matrix<double> shifted = *correlations_;
    for (std::size_t j = 0; j < shifted.rows(); ++j) {
      shifted(j, j) += diagonal_[j] + jitter;
    }
    factor_ = math::cholesky(shifted.view());
  }
}

void CommonHessian::solve(std::span<const double> vector, std::span<double> out) const {
  const std::size_t classes = divisors_.size();
  std::ranges::copy(vector, out.begin());
  sum_to_zero(out, classes);
  for (std::size_t k = 0; k < out.size(); ++k) {
    out[k] /= divisors_[k % classes];
  }
  if (factor_) {
    const MatrixView<double> weight(out.data(), diagonal_.size(), classes);
    math::solve_lower(math::Side::left, math::Transpose::no, factor_->view(), weight);
    math::solve_lower(math::Side::left, math::Transpose::yes, factor_->view(), weight);
  } else {
    for (std::size_t k = 0; k < diagonal_.size() * classes; ++k) {
      out[k] /= 1.0 + diagonal_[k / classes];
    }
  }
  sum_to_zero(out, classes);
}

namespace {

/// Newton's method from w on.
class Newton {
 public:
  Newton(LogisticLoss& loss, CommonHessian& hessian, Buffer<double>& w)
      : loss_(&loss), hessian_(&hessian), w_(&w), g_(w.size()), trial_(w.size()) {
    for (Buffer<double>* vector : {&step_, &residual_, &solved_, &direction_, &product_}) {
      vector->resize(w.size());
    }
  }

  LogisticOutcome minimise(const LogisticOptions& options, bool is_penalised,
                           const LogisticWatcher& watcher) {
    outcome_.f = evaluate(*w_, g_);
    double exactness = 0.1;
    while (outcome_.iterations < options.iterations) {
      const bool solved = solve(exactness);
      const double slope = inner_product(g_, step_);
      outcome_.relative_gap = outcome_.f > 0.0 ? -0.5 * slope / outcome_.f : 0.0;
      if (!(slope < 0.0)) {
        return end(LogisticEnding::converged);
      }
      if (!search(slope)) {
        return end(outcome_.relative_gap <= 1e3 * rounding ? LogisticEnding::rounding
                                                           : LogisticEnding::stuck);
      }
      ++outcome_.iterations;
      if (watcher) {
        watcher(outcome_);
      }
      if (solved && outcome_.relative_gap <= options.tolerance) {
        return end(LogisticEnding::converged);
      }
      if (solved && outcome_.relative_gap <= rounding) {
        return end(LogisticEnding::rounding);
      }
      if (!is_penalised && outcome_.f <= nothing_left) {
        return end(LogisticEnding::separable);
      }
      // Steps become exact near the optimum, where they then square the distance to it.
      exactness = std::clamp(std::sqrt(outcome_.relative_gap), 1e-4, 0.1);
    }
    return end(LogisticEnding::enough);
  }

 private:
  double evaluate(std::span<const double> at, std::span<double> gradient) {
    ++outcome_.passes;
    return (*loss_)(at, gradient);
  }

  LogisticOutcome end(LogisticEnding ending) {
    outcome_.ending = ending;
    return outcome_;
  }

  /// Makes step_ the Newton step by preconditioned conjugate gradients. Ends where the residual has
  /// fallen to `exactness` of its start and the gain of the last step is small beside that of all
  /// (Nash and Sofer 1990). Returns whether it got there.
  bool solve(double exactness) {
    hessian_->prepare(loss_->class_curvature());
    std::ranges::fill(step_, 0.0);
    std::ranges::transform(g_, residual_.begin(), [](double slope) { return -slope; });
    precondition();
    direction_ = solved_;
    double square = inner_product(residual_, solved_);
    const double goal = exactness * exactness * square;
    double gain = 0.0;
    for (std::size_t k = 1; k <= most_products; ++k) {
      if (!(square > 0.0)) {
        return true;
      }
      loss_->multiply_by_hessian(*w_, direction_, product_);
      ++outcome_.passes;
      const double curvature = inner_product(direction_, product_);
      if (!(curvature > 0.0)) {
        return false;
      }
      const double length = square / curvature;
      add(length, direction_, step_);
      add(-length, product_, residual_);
      gain += length * square;
      const bool gains_little = static_cast<double>(k) * length * square <= 0.5 * gain;
      precondition();
      const double next = inner_product(residual_, solved_);
      if (next <= goal && (gains_little || next <= 1e-6 * goal)) {
        return true;
      }
      for (std::size_t i = 0; i < direction_.size(); ++i) {
        direction_[i] = solved_[i] + next / square * direction_[i];
      }
      square = next;
    }
    return false;
  }

  /// The root's solution on every rank: LAPACK's may differ in the last bits between processors,
  /// and ranks must take the same decisions.
  void precondition() {
    hessian_->solve(residual_, solved_);
    loss_->communicator().broadcast(std::span<double>(solved_), 0);
  }

  /// Goes along step_ until f has fallen enough (Armijo), or returns false.
  bool search(double slope) {
    double length = 1.0;
    for (int trial = 0; trial < 40; ++trial) {
      std::ranges::copy(*w_, trial_.begin());
      add(length, step_, trial_);
      const double f = evaluate(trial_, product_);
      if (f <= outcome_.f + 1e-4 * length * slope + rounding * outcome_.f) {
        std::swap(*w_, trial_);
        std::swap(g_, product_);
        outcome_.f = f;
        return true;
      }
      length *= 0.5;
    }
    return false;
  }

  LogisticLoss* loss_;
  CommonHessian* hessian_;
  Buffer<double>* w_;
  Buffer<double> g_;
  Buffer<double> trial_;
  Buffer<double> step_;
  Buffer<double> residual_;
  Buffer<double> solved_;     // hessian_^-1 times the residual
  Buffer<double> direction_;  // of the conjugate gradients
  Buffer<double> product_;    // the Hessian times it; a trial's gradient
  LogisticOutcome outcome_;
};

}  // namespace

LogisticOutcome minimise_by_newton(LogisticLoss& loss, CommonHessian& hessian, Buffer<double>& w,
                                   bool is_penalised, const LogisticOptions& options,
                                   const LogisticWatcher& watcher) {
  return Newton(loss, hessian, w).minimise(options, is_penalised, watcher);
}

}  // namespace infomax::analysis
