// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "infomax/core/matrix.hpp"

// n variables. What every search by liblbfgs needs beside it.
namespace infomax::optim {

struct FreeVariables {
  void operator()(double* variables) const;
};

/// Memory that liblbfgs works on, [n].
using LbfgsVariables = std::unique_ptr<double, FreeVariables>;

/// A copy of `start`. Throws UsageError where liblbfgs cannot count that many, std::bad_alloc.
[[nodiscard]] LbfgsVariables lbfgs_variables(std::span<const double> start);

[[nodiscard]] double inner_product(std::span<const double> a, std::span<const double> b);

/// Whether liblbfgs ended content, by its own tolerance; if not, its line search gave up. Throws
/// std::bad_alloc where it had no memory, std::logic_error where it refused its parameters.
[[nodiscard]] bool converged(int status);

/// Where a search stands and what its line search tries. A trial point without a value, one whose f
/// is not finite, is made to look bad, not fatal.
class Descent {
 public:
  explicit Descent(std::span<const double> start);

  /// Whether the start's value is known.
  [[nodiscard]] bool begun() const { return value_.has_value(); }

  /// What liblbfgs is to be told of f at x and its gradient g [n], which is changed where f is not
  /// finite; `step` is the line search's. The first x is the start, and its f must be finite.
  double judge(std::span<const double> x, double f, std::span<double> g, double step);

  /// The line search ended at x.
  void accept(std::span<const double> x, std::span<const double> g, double f);

  /// As accept(), with what largest_value() was.
  void restore(std::span<const double> x, std::span<const double> g, double f,
               double largest_value);

  /// The point that the last iteration came to, the gradient there, and f.
  [[nodiscard]] std::span<const double> point() const { return point_; }
  [[nodiscard]] std::span<const double> gradient() const { return gradient_; }
  [[nodiscard]] double value() const { return value_.value_or(0.0); }

  /// The largest |f| so far, which rounding errors are relative to.
  [[nodiscard]] double largest_value() const { return largest_value_; }

  // Of the line search under way: its points without a value, and by how much f should fall by the
  // whole quasi-Newton step, to second order.
  [[nodiscard]] std::uint64_t refused() const { return refused_; }
  [[nodiscard]] double expected_gain() const { return expected_gain_; }

  /// Whether that cannot be told from rounding errors, `rounding` relative to f.
  [[nodiscard]] bool at_rounding(double rounding) const {
    return expected_gain_ <= rounding * largest_value_;
  }

 private:
  Buffer<double> point_;     // [n], where the line search starts
  Buffer<double> gradient_;  // [n]
  Buffer<double> along_;     // [n], from there to the trial point
  std::optional<double> value_;
  double largest_value_ = 0.0;
  std::uint64_t refused_ = 0;
  double expected_gain_ = 0.0;
};

}  // namespace infomax::optim
