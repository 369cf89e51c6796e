// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

namespace infomax::optim {

/// The line search of More and Thuente (1994), "Line search algorithms with guaranteed sufficient
/// decrease": dcsrch of MINPACK-2, by reverse communication, as the package L-BFGS-B has it.
/// phi(t) is the function along the direction, t the step.
class LineSearch {
 public:
  enum class Verdict : std::uint8_t {
    evaluate,  ///< phi and its slope are wanted at step()
    accepted,  ///< step() satisfies the strong Wolfe conditions
    failed,    ///< rounding errors, or a step out of range, end the search
  };

  /// Begins at step 0 with a negative slope; the first trial is `step`.
  Verdict begin(double value, double slope, double step);

  /// Takes phi and its slope at step().
  Verdict advance(double value, double slope);

  [[nodiscard]] double step() const { return step_; }

 private:
  double step_ = 0.0;
  // dcsrch's own state.
  char task_[60] = {};
  int whole_[2] = {};
  double real_[13] = {};
};

}  // namespace infomax::optim
