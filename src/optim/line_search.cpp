// SPDX-License-Identifier: BSD-3-Clause
#include "optim/line_search.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

// Fortran, so everything is passed by address, and a string's length follows as a hidden argument.
//   f, g      in: the function and its slope at `stp`, at step 0 on the first call
//   stp       in: the first trial step; out: the step to evaluate next, or the one that is accepted
//   ftol      sufficient decrease: f(stp) <= f(0) + ftol stp f'(0)
//   gtol      curvature: |f'(stp)| <= gtol |f'(0)|
//   xtol      ends with a warning where the bracket is relatively narrower
//   stpmin, stpmax  bounds of the step
//   task      [60], padded with blanks; in: "START" first; out: "FG" to evaluate, "CONVERGENCE",
//             "WARNING: ..." or "ERROR: ..."
//   isave [2], dsave [13]  its state between calls
extern "C" void dcsrch_(const double* f, const double* g, double* stp, const double* ftol,
                        const double* gtol, const double* xtol, const double* stpmin,
                        const double* stpmax, char* task, int* isave, double* dsave,
                        std::size_t task_length);

namespace infomax::optim {
namespace {

// Nocedal and Wright (2006), section 3.1, recommend the first two for quasi-Newton directions.
constexpr double sufficient_decrease = 1e-4;
constexpr double curvature = 0.9;
constexpr double narrowest_bracket = 1e-16;
constexpr double shortest_step = 0.0;
constexpr double longest_step = 1e20;

}  // namespace

LineSearch::Verdict LineSearch::begin(double value, double slope, double step) {
  constexpr std::string_view start = "START";
  std::ranges::fill(task_, ' ');
  std::ranges::copy(start, task_);
  step_ = step;
  return advance(value, slope);
}

LineSearch::Verdict LineSearch::advance(double value, double slope) {
  dcsrch_(&value, &slope, &step_, &sufficient_decrease, &curvature, &narrowest_bracket,
          &shortest_step, &longest_step, task_, whole_, real_, sizeof(task_));
  const std::string_view task(task_, sizeof(task_));
  if (task.starts_with("FG")) {
    return Verdict::evaluate;
  }
  return task.starts_with("CONV") ? Verdict::accepted : Verdict::failed;
}

}  // namespace infomax::optim
