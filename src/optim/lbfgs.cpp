// SPDX-License-Identifier: BSD-3-Clause
#include "optim/lbfgs.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>

namespace infomax::optim {
namespace {

/// Without end, steps by chance may follow each other where rounding errors hide every gain.
constexpr std::uint64_t most_idle_iterations = 20;

/// The order of additions depends on the size alone; several sums at a time fill vector registers.
double inner_product(std::span<const double> a, std::span<const double> b) {
  constexpr std::size_t lanes = 8;
  std::array<double, lanes> sums{};
  const std::size_t whole = a.size() - a.size() % lanes;
  for (std::size_t i = 0; i < whole; i += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      sums[lane] += a[i + lane] * b[i + lane];
    }
  }
  double sum = 0.0;
  for (std::size_t i = whole; i < a.size(); ++i) {
    sum += a[i] * b[i];
  }
  for (const double lane : sums) {
    sum += lane;
  }
  return sum;
}

double norm(std::span<const double> a) { return std::sqrt(inner_product(a, a)); }

void add(double factor, std::span<const double> a, std::span<double> sum) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum[i] += factor * a[i];
  }
}

/// b becomes a - b.
void subtract_from(std::span<const double> a, std::span<double> b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    b[i] = a[i] - b[i];
  }
}

}  // namespace

Lbfgs::Lbfgs(SearchState& state, const SearchOptions& options)
    : state_(&state),
      options_(options),
      start_x_(state.x.size()),
      start_g_(state.x.size()),
      direction_(state.x.size()),
      weights_(state.curvatures.size()) {
  if (state.f) {
    measure();
    go_on(false);
  } else if (state.iterations >= options.iterations) {
    end(SearchEnding::enough);
  }
}

void Lbfgs::measure() { relative_norm_ = norm(state_->g) / std::max(1.0, norm(state_->x)); }

void Lbfgs::end(SearchEnding ending) {
  ending_ = ending;
  task_ = SearchTask::end;
}

void Lbfgs::take(double f) {
  ++evaluations_;
  if (!state_->f) {
    assert(std::isfinite(f));
    state_->f = f;
    state_->largest_value = std::abs(f);
    measure();
    go_on(false);
    return;
  }
  double slope = inner_product(state_->g, direction_);
  const double fall = std::abs(slope_ * line_.step());
  if (!std::isfinite(f) || !std::isfinite(slope)) {
    // As if f rose on the way by twice what it was to fall, and went on rising: the line search
    // then comes back to about a tenth of the way.
    ++not_finite_;
    f = *state_->f + 2.0 * fall;
    slope = -slope_;
  }
  // The cubic through a value that is far higher than any expected fall has its minimum where the
  // line search cannot tell it from the start.
  constexpr double highest = 1e8;
  f = std::min(f, *state_->f + highest * fall);
  follow(line_.advance(f, slope), f);
}

void Lbfgs::go_on(bool stop) {
  if (stop || state_->iterations >= options_.iterations) {
    end(SearchEnding::enough);
  } else if (relative_norm_ <= options_.tolerance) {
    end(SearchEnding::converged);
  } else if (state_->idle_iterations >= most_idle_iterations) {
    end(SearchEnding::rounding);
  } else {
    begin_line();
  }
}

void Lbfgs::begin_line() {
  set_direction();
  slope_ = inner_product(state_->g, direction_);
  if (!(slope_ < 0.0)) {  // rounding errors of the pairs
    state_->pairs_added = 0;
    set_direction();
    slope_ = inner_product(state_->g, direction_);
  }
  expected_gain_ = -0.5 * slope_;
  not_finite_ = trials_ = 0;
  std::ranges::copy(state_->x, start_x_.begin());
  std::ranges::copy(state_->g, start_g_.begin());
  const double first_step = state_->pairs_added == 0 ? 1.0 / norm(direction_) : 1.0;
  follow(line_.begin(*state_->f, slope_, first_step), *state_->f);
}

void Lbfgs::follow(LineSearch::Verdict verdict, double f) {
  // Interpolation finds a point within a few trials; where rounding errors hide the gain, more of
  // them are wasted.
  const std::uint64_t most = at_rounding() ? 10 : 40;
  if (verdict == LineSearch::Verdict::accepted) {
    accept(f);
  } else if (verdict == LineSearch::Verdict::failed || trials_ == most) {
    give_up();
  } else {
    ++trials_;
    std::ranges::copy(start_x_, state_->x.begin());
    add(line_.step(), direction_, state_->x);
    task_ = SearchTask::evaluate;
  }
}

void Lbfgs::accept(double f) {
  // Among rounding errors of f, a smaller gradient still is progress.
  const double gradient_norm = norm(state_->g);
  const bool idle =
      at_rounding() && !(f < *state_->f) && !(gradient_norm < state_->smallest_gradient);
  state_->idle_iterations = idle ? state_->idle_iterations + 1 : 0;
  state_->smallest_gradient = std::min(state_->smallest_gradient, gradient_norm);
  add_pair();
  state_->f = f;
  state_->largest_value = std::max(state_->largest_value, std::abs(f));
  ++state_->iterations;
  measure();
  task_ = SearchTask::iterated;
}

void Lbfgs::give_up() {
  std::ranges::copy(start_x_, state_->x.begin());
  std::ranges::copy(start_g_, state_->g.begin());
  end(at_rounding() ? SearchEnding::rounding : SearchEnding::stuck);
}

/// -H g by the two-loop recursion, where H approximates the inverse Hessian.
void Lbfgs::set_direction() {
  SearchState& state = *state_;
  const std::span<double> d(direction_);
  std::ranges::transform(state.g, d.begin(), [](double element) { return -element; });
  const std::uint64_t oldest = state.pairs_added - state.pairs();
  const std::size_t m = state.curvatures.size();
  for (std::uint64_t k = state.pairs_added; k-- > oldest;) {
    double& weight = weights_[k % m];
    weight = inner_product(row(state.steps, k), d) / state.curvatures[k % m];
    add(-weight, row(state.changes, k), d);
  }
  if (state.pairs_added > 0) {
    std::ranges::for_each(d, [&](double& element) { element *= state.scale; });
  }
  for (std::uint64_t k = oldest; k < state.pairs_added; ++k) {
    const double weight = inner_product(row(state.changes, k), d) / state.curvatures[k % m];
    add(weights_[k % m] - weight, row(state.steps, k), d);
  }
}

/// Takes in the step and the change of the iteration that ends. A pair that would make H indefinite
/// is left out.
void Lbfgs::add_pair() {
  SearchState& state = *state_;
  subtract_from(state.x, start_x_);
  subtract_from(state.g, start_g_);
  const double curvature = inner_product(start_x_, start_g_);
  const double squared = inner_product(start_g_, start_g_);
  constexpr double epsilon = std::numeric_limits<double>::epsilon();
  if (!(curvature > epsilon * std::abs(slope_) * line_.step()) || !(squared > 0.0)) {
    return;
  }
  const std::uint64_t newest = state.pairs_added++;
  std::ranges::copy(start_x_, row(state.steps, newest).begin());
  std::ranges::copy(start_g_, row(state.changes, newest).begin());
  state.curvatures[newest % state.curvatures.size()] = curvature;
  state.scale = curvature / squared;
}

}  // namespace infomax::optim
