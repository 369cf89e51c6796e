// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/optim/descent.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <new>
#include <stdexcept>

#include <fmt/format.h>
#include <lbfgs.h>

#include "infomax/core/checked_cast.hpp"

namespace infomax::optim {

void FreeVariables::operator()(double* variables) const { lbfgs_free(variables); }

LbfgsVariables lbfgs_variables(std::span<const double> start) {
  LbfgsVariables variables(
      lbfgs_malloc(checked_cast<int>(start.size(), "the number of variables")));
  if (!variables) {
    throw std::bad_alloc();
  }
  std::ranges::copy(start, variables.get());
  return variables;
}

double inner_product(std::span<const double> a, std::span<const double> b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += a[i] * b[i];
  }
  return sum;
}

bool converged(int status) {
  switch (status) {
    case LBFGS_SUCCESS:
    case LBFGS_STOP:
    case LBFGS_ALREADY_MINIMIZED:
      return true;
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
      return false;
    default:
      throw std::logic_error(fmt::format("liblbfgs refused its parameters, code {}", status));
  }
}

Descent::Descent(std::span<const double> start)
    : point_(start.begin(), start.end()), gradient_(start.size(), 0.0), along_(start.size()) {}

double Descent::judge(std::span<const double> x, double f, std::span<double> g, double step) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    along_[i] = x[i] - point_[i];
  }
  const double slope_to_here = inner_product(gradient_, along_);
  if (!value_) {
    assert(std::isfinite(f));
    value_ = f;
    largest_value_ = std::abs(f);
    std::ranges::copy(g, gradient_.begin());
    return f;
  }
  if (expected_gain_ == 0.0) {
    expected_gain_ = -0.5 * slope_to_here / step;
  }
  if (std::isfinite(f)) {
    return f;
  }
  // As if f rose on the way by twice what it was to fall, and went on rising. The line search then
  // comes back to about a tenth of the way; a value near the largest double would send it back to
  // where it cannot tell the points apart.
  ++refused_;
  std::ranges::transform(gradient_, g.begin(), [](double element) { return -element; });
  return *value_ + 2.0 * std::abs(slope_to_here);
}

void Descent::accept(std::span<const double> x, std::span<const double> g, double f) {
  restore(x, g, f, std::max(largest_value_, std::abs(f)));
}

void Descent::restore(std::span<const double> x, std::span<const double> g, double f,
                      double largest_value) {
  std::ranges::copy(x, point_.begin());
  std::ranges::copy(g, gradient_.begin());
  value_ = f;
  largest_value_ = largest_value;
  refused_ = 0;
  expected_gain_ = 0.0;
}

}  // namespace infomax::optim
