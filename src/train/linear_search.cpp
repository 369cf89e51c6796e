// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/linear_search.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/optim/search.hpp"

namespace infomax::train {
namespace {

/// Small problems, whose iterations cost milliseconds: what stops them are rounding errors.
constexpr optim::SearchOptions exact{.history = 30, .tolerance = 1e-11, .iterations = 5000};

/// -J, which only the root computes.
class Negated final : public optim::SearchProblem {
 public:
  Negated(const mpi::Communicator& communicator, const objective::SmoothFunction& function)
      : communicator_(&communicator), function_(&function) {}

  double evaluate(std::span<const double> x, std::span<double> g) override {
    double value = 0.0;
    mpi::together(*communicator_, [&] {
      if (communicator_->is_root()) {
        value = value_at(x, g);
      }
    });
    begun_ = true;
    return value;
  }

  bool iterated(const optim::SearchPoint& /*point*/) override { return false; }

 private:
  double value_at(std::span<const double> x, std::span<double> g) {
    try {
      const double value = -(*function_)(x, g);
      std::ranges::for_each(g, [](double& element) { element = -element; });
      return value;
    } catch (const NumericError&) {
      if (!begun_) {
        throw;
      }
      std::ranges::fill(g, 0.0);
      return std::numeric_limits<double>::infinity();  // a trial point that is too far away
    }
  }

  const mpi::Communicator* communicator_;
  const objective::SmoothFunction* function_;
  bool begun_ = false;
};

}  // namespace

double maximise(const mpi::Communicator& communicator, std::span<double> x,
                const objective::SmoothFunction& function) {
  optim::SearchState state;
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      state = optim::SearchState(x, exact.history);
    }
  });
  Negated problem(communicator, function);
  const auto outcome = optim::minimise(communicator, problem, state, exact);
  std::ranges::copy(state.x, x.begin());
  log::debug(fmt::format(
      "the search for one linear map of both sides took {} iterations; relative gradient {:.1e}",
      outcome.iterations, outcome.relative_norm));
  return -outcome.f;
}

}  // namespace infomax::train
