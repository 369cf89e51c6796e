// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/optim/search.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "infomax/core/error.hpp"
#include "infomax/mpi/failure.hpp"
#include "optim/lbfgs.hpp"

namespace infomax::optim {
namespace {

/// The root's task on every rank.
SearchTask announce(const mpi::Communicator& communicator, SearchTask task) {
  std::array<std::int64_t, 1> word{static_cast<std::int64_t>(task)};
  communicator.broadcast(std::span<std::int64_t>(word), 0);
  return static_cast<SearchTask>(word[0]);
}

/// The root's outcome on every rank.
void broadcast(const mpi::Communicator& communicator, SearchOutcome& outcome) {
  std::array<std::uint64_t, 4> whole{static_cast<std::uint64_t>(outcome.ending), outcome.iterations,
                                     outcome.evaluations, outcome.not_finite};
  std::array<double, 3> real{outcome.f, outcome.relative_norm, outcome.expected_gain};
  communicator.broadcast(std::span<std::uint64_t>(whole), 0);
  communicator.broadcast(std::span<double>(real), 0);
  outcome = {
      static_cast<SearchEnding>(whole[0]), whole[1], whole[2], real[0], real[1], real[2], whole[3]};
}

/// A function that wants x on every rank.
class FunctionProblem final : public SearchProblem {
 public:
  FunctionProblem(const mpi::Communicator& communicator, std::span<double> x,
                  const SearchFunction& function, const SearchWatcher& watcher)
      : communicator_(&communicator),
        x_(x),
        gradient_(communicator.is_root() ? 0 : x.size()),
        function_(&function),
        watcher_(&watcher) {}

  double evaluate(std::span<const double> x, std::span<double> g) override {
    std::ranges::copy(x, x_.begin());
    communicator_->broadcast(x_, 0);
    const double f = (*function_)(x_, communicator_->is_root() ? g : std::span(gradient_));
    if (!begun_ && !std::isfinite(f)) {
      throw NumericError("the function to be minimised is not finite at its start");
    }
    begun_ = true;
    return f;
  }

  bool iterated(const SearchPoint& point) override {
    bool stop = false;
    mpi::together(*communicator_,
                  [&] { stop = communicator_->is_root() && *watcher_ && (*watcher_)(point); });
    return stop;
  }

 private:
  const mpi::Communicator* communicator_;
  std::span<double> x_;
  Buffer<double> gradient_;  // [n], not on the root
  const SearchFunction* function_;
  const SearchWatcher* watcher_;
  bool begun_ = false;
};

}  // namespace

SearchState::SearchState(std::span<const double> start, std::size_t history)
    : x(start.begin(), start.end()),
      g(start.size(), 0.0),
      steps(history * start.size()),
      changes(history * start.size()),
      curvatures(history) {}

std::size_t SearchState::pairs() const {
  return std::min<std::size_t>(pairs_added, curvatures.size());
}

SearchOutcome minimise(const mpi::Communicator& communicator, SearchProblem& problem,
                       SearchState& state, const SearchOptions& options) {
  std::optional<Lbfgs> search;
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      search.emplace(state, options);
    }
  });
  for (;;) {
    const SearchTask task = announce(communicator, search ? search->task() : SearchTask::end);
    if (task == SearchTask::evaluate) {
      const double f = problem.evaluate(state.x, state.g);
      if (search) {
        search->take(f);
      }
    } else if (task == SearchTask::iterated) {
      const bool stop = problem.iterated(search ? search->point() : SearchPoint{});
      if (search) {
        search->go_on(stop);
      }
    } else {
      break;
    }
  }
  SearchOutcome outcome;
  if (search) {
    outcome = search->outcome();
  }
  broadcast(communicator, outcome);
  return outcome;
}

SearchOutcome minimise(const mpi::Communicator& communicator, std::span<double> x,
                       const SearchFunction& function, const SearchOptions& options,
                       const SearchWatcher& watcher) {
  SearchState state;
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      state = SearchState(x, options.history);
    }
  });
  FunctionProblem problem(communicator, x, function, watcher);
  const SearchOutcome outcome = minimise(communicator, problem, state, options);
  std::ranges::copy(state.x, x.begin());
  communicator.broadcast(x, 0);
  return outcome;
}

}  // namespace infomax::optim
