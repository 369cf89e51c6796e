// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/optim/search.hpp"
#include "optim/line_search.hpp"

// n variables, m pairs of history.
namespace infomax::optim {

/// What all ranks do next.
enum class SearchTask : std::int64_t { evaluate, iterated, end };

/// The root's decisions: which point is evaluated next, and what its value means.
class Lbfgs {
 public:
  /// The state must outlive this. Throws std::bad_alloc; nothing else here throws.
  Lbfgs(SearchState& state, const SearchOptions& options);

  [[nodiscard]] SearchTask task() const { return task_; }

  /// f at the state's x; the gradient is in the state's g.
  void take(double f);

  /// After an iteration: ends the search, or begins the next one.
  void go_on(bool stop);

  [[nodiscard]] SearchPoint point() const {
    return {state_->iterations, state_->x, state_->g, *state_->f, relative_norm_, line_.step()};
  }

  [[nodiscard]] SearchOutcome outcome() const {
    return {ending_,        state_->iterations, evaluations_, state_->f.value_or(0.0),
            relative_norm_, expected_gain_,     not_finite_};
  }

 private:
  void begin_line();
  void follow(LineSearch::Verdict verdict, double f);
  void accept(double f);
  void give_up();
  void set_direction();
  void add_pair();
  void measure();
  void end(SearchEnding ending);

  [[nodiscard]] bool at_rounding() const {
    return expected_gain_ <= options_.rounding * state_->largest_value;
  }

  [[nodiscard]] std::span<double> row(Buffer<double>& matrix, std::uint64_t pair) const {
    const std::size_t n = state_->x.size();
    return std::span(matrix).subspan(pair % state_->curvatures.size() * n, n);
  }

  SearchState* state_;
  SearchOptions options_;
  Buffer<double> start_x_;    // [n], where the line search starts
  Buffer<double> start_g_;    // [n], the gradient there
  Buffer<double> direction_;  // [n]
  Buffer<double> weights_;    // [m], of pairs in the direction
  LineSearch line_;
  double slope_ = 0.0;          // along the direction, at the start of the line search
  std::uint64_t trials_ = 0;    // of this line search
  double expected_gain_ = 0.0;  // of the whole quasi-Newton step, to second order
  std::uint64_t not_finite_ = 0;
  std::uint64_t evaluations_ = 0;
  double relative_norm_ = 0.0;
  SearchEnding ending_ = SearchEnding::enough;
  SearchTask task_ = SearchTask::evaluate;
};

}  // namespace infomax::optim
