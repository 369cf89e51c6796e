// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/optim/search.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <limits>
#include <optional>

#include <lbfgs.h>

#include "infomax/core/checked_cast.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/matrix.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/optim/descent.hpp"

namespace infomax::optim {
namespace {

/// What the progress callback ends a search with; liblbfgs hands it back.
enum Stop : int { enough = 1000, failed = 1001 };

/// Evaluations at points that the root alone chooses: it calls at() as often as it likes and
/// finish() once, while the others are in serve().
class JointFunction {
 public:
  JointFunction(const mpi::Communicator& communicator, const SearchFunction& function,
                std::span<double> x)
      : communicator_(&communicator), function_(&function), x_(x), gradient_(x.size()) {}

  double at(std::span<const double> x, std::span<double> g) {
    std::ranges::copy(x, x_.begin());
    (void)receive(Order::evaluate);
    return (*function_)(x_, g);
  }

  void finish(std::span<const double> x) {
    std::ranges::copy(x, x_.begin());
    (void)receive(Order::finish);
  }

  void serve() {
    while (receive(Order::finish) == Order::evaluate) {
      (void)(*function_)(x_, gradient_);
    }
  }

 private:
  enum class Order : std::int64_t { evaluate, finish };

  /// The root's order, whatever the others pass, with its point.
  Order receive(Order order) {
    std::array<std::int64_t, 1> word{static_cast<std::int64_t>(order)};
    communicator_->broadcast(std::span<std::int64_t>(word), 0);
    communicator_->broadcast(x_, 0);
    return static_cast<Order>(word[0]);
  }

  const mpi::Communicator* communicator_;
  const SearchFunction* function_;
  std::span<double> x_;
  Buffer<double> gradient_;
};

/// The root's side of it.
class Search {
 public:
  Search(JointFunction& function, std::span<const double> start, const SearchOptions& options,
         const SearchWatcher& watcher)
      : function_(&function),
        watcher_(&watcher),
        options_(options),
        point_(lbfgs_variables(start)),
        descent_(start) {}

  /// Throws what left the other ranks too; all else is for outcome().
  void run() {
    lbfgs_parameter_t parameters;
    lbfgs_parameter_init(&parameters);
    parameters.m = checked_cast<int>(options_.history, "the history");
    parameters.epsilon = options_.tolerance;
    if (options_.iterations > 0) {
      status_ = lbfgs(static_cast<int>(count()), point_.get(), nullptr, evaluate, progress, this,
                      &parameters);
    }
    if (left_) {
      std::rethrow_exception(left_);
    }
    function_->finish({point_.get(), count()});
  }

  /// Throws what ended it where that is an error.
  [[nodiscard]] SearchOutcome outcome() const;

 private:
  [[nodiscard]] std::size_t count() const { return descent_.point().size(); }

  static double evaluate(void* self, const double* x, double* g, int n, double step) {
    const auto count = static_cast<std::size_t>(n);
    return static_cast<Search*>(self)->value_at({x, count}, {g, count}, step);
  }

  static int progress(void* self, const double* x, const double* g, double f, double x_norm,
                      double g_norm, double step, int n, int /*iteration*/, int /*trials*/) {
    const auto count = static_cast<std::size_t>(n);
    auto& search = *static_cast<Search*>(self);
    search.relative_norm_ = g_norm / std::max(1.0, x_norm);
    return search.accept({x, count}, {g, count}, f, step);
  }

  double value_at(std::span<const double> x, std::span<double> g, double step) noexcept;
  int accept(std::span<const double> x, std::span<const double> g, double f, double step) noexcept;
  [[nodiscard]] SearchEnding ending() const;

  JointFunction* function_;
  const SearchWatcher* watcher_;
  SearchOptions options_;
  LbfgsVariables point_;
  Descent descent_;
  double relative_norm_ = 0.0;
  std::uint64_t iterations_ = 0;
  int status_ = enough;
  std::exception_ptr left_;     // what the other ranks left with too
  std::exception_ptr failure_;  // of the root alone
};

/// Nothing may be thrown through liblbfgs, which is C.
double Search::value_at(std::span<const double> x, std::span<double> g, double step) noexcept {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  if (left_ || failure_) {
    std::ranges::fill(g, 0.0);
    return none;
  }
  double f = none;
  try {
    f = function_->at(x, g);
  } catch (...) {
    left_ = std::current_exception();
    return none;
  }
  if (!descent_.begun() && !std::isfinite(f)) {
    failure_ = std::make_exception_ptr(
        NumericError("the function to be minimised is not finite at its start"));
    return none;
  }
  return descent_.judge(x, f, g, step);
}

int Search::accept(std::span<const double> x, std::span<const double> g, double f,
                   double step) noexcept {
  if (left_ || failure_) {
    return failed;
  }
  descent_.accept(x, g, f);
  ++iterations_;
  bool stop = iterations_ == options_.iterations;
  try {
    if (*watcher_ && (*watcher_)({iterations_, x, g, f, relative_norm_, step})) {
      stop = true;
    }
  } catch (...) {
    failure_ = std::current_exception();
    return failed;
  }
  return stop ? enough : 0;
}

SearchEnding Search::ending() const {
  if (status_ == enough) {
    return SearchEnding::enough;
  }
  if (converged(status_)) {
    return SearchEnding::converged;
  }
  return descent_.at_rounding(options_.rounding) ? SearchEnding::rounding : SearchEnding::stuck;
}

SearchOutcome Search::outcome() const {
  if (failure_) {
    std::rethrow_exception(failure_);
  }
  return {
      ending(),           iterations_, descent_.value(), relative_norm_, descent_.expected_gain(),
      descent_.refused(), status_};
}

/// The root's outcome on every rank.
void broadcast(const mpi::Communicator& communicator, SearchOutcome& outcome) {
  std::array<std::int64_t, 4> whole{static_cast<std::int64_t>(outcome.ending),
                                    static_cast<std::int64_t>(outcome.iterations),
                                    static_cast<std::int64_t>(outcome.refused), outcome.status};
  std::array<double, 3> real{outcome.f, outcome.relative_norm, outcome.expected_gain};
  communicator.broadcast(std::span<std::int64_t>(whole), 0);
  communicator.broadcast(std::span<double>(real), 0);
  outcome = {static_cast<SearchEnding>(whole[0]),
             static_cast<std::uint64_t>(whole[1]),
             real[0],
             real[1],
             real[2],
             static_cast<std::uint64_t>(whole[2]),
             static_cast<int>(whole[3])};
}

}  // namespace

SearchOutcome minimise(const mpi::Communicator& communicator, std::span<double> x,
                       const SearchFunction& function, const SearchOptions& options,
                       const SearchWatcher& watcher) {
  JointFunction joint(communicator, function, x);
  std::optional<Search> search;
  mpi::together(communicator, [&] {
    if (communicator.is_root()) {
      search.emplace(joint, x, options, watcher);
    }
  });
  if (search) {
    search->run();
  } else {
    joint.serve();
  }
  SearchOutcome outcome;
  mpi::together(communicator, [&] {
    if (search) {
      outcome = search->outcome();
    }
  });
  broadcast(communicator, outcome);
  return outcome;
}

}  // namespace infomax::optim
