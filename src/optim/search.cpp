#include "infomax/optim/search.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>
#include <lbfgs.h>

#include "infomax/core/checked_cast.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/matrix.hpp"
#include "infomax/mpi/failure.hpp"

namespace infomax::optim {
namespace {

/// What the progress callback ends a search with; liblbfgs hands it back.
enum Stop : int { enough = 1000, failed = 1001 };

struct FreeVariables {
  void operator()(double* variables) const { lbfgs_free(variables); }
};

double inner_product(std::span<const double> a, std::span<const double> b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += a[i] * b[i];
  }
  return sum;
}

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
        point_(lbfgs_malloc(checked_cast<int>(start.size(), "the number of variables"))),
        base_(start.begin(), start.end()),
        slope_(start.size(), 0.0),
        along_(start.size()) {
    if (!point_) {
      throw std::bad_alloc();
    }
    std::ranges::copy(start, point_.get());
  }

  /// Throws what left the other ranks too; all else is for outcome().
  void run() {
    lbfgs_parameter_t parameters;
    lbfgs_parameter_init(&parameters);
    parameters.m = checked_cast<int>(options_.history, "the history");
    parameters.epsilon = options_.tolerance;
    if (options_.iterations > 0) {
      status_ = lbfgs(static_cast<int>(base_.size()), point_.get(), nullptr, evaluate, progress,
                      this, &parameters);
    }
    if (left_) {
      std::rethrow_exception(left_);
    }
    function_->finish({point_.get(), base_.size()});
  }

  /// Throws what ended it where that is an error.
  [[nodiscard]] SearchOutcome outcome() const;

 private:
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
  double discouraging_value(std::span<double> g, double slope_to_here) const;
  int accept(std::span<const double> x, std::span<const double> g, double f, double step) noexcept;
  [[nodiscard]] SearchEnding ending() const;

  JointFunction* function_;
  const SearchWatcher* watcher_;
  SearchOptions options_;
  std::unique_ptr<double, FreeVariables> point_;  // [n], liblbfgs's own

  // The point that the last iteration came to, where the line search starts.
  Buffer<double> base_;   // [n]
  Buffer<double> slope_;  // [n], the gradient of f there
  std::optional<double> base_value_;
  double relative_norm_ = 0.0;
  double largest_value_ = 0.0;  // |f|, which rounding errors are relative to

  // The line search under way.
  Buffer<double> along_;        // [n], from base_ to the trial point
  std::uint64_t refused_ = 0;   // of its points without a value
  double expected_gain_ = 0.0;  // of f by the whole quasi-Newton step, to second order

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
  for (std::size_t i = 0; i < x.size(); ++i) {
    along_[i] = x[i] - base_[i];
  }
  const double slope_to_here = inner_product(slope_, along_);
  if (!base_value_) {
    if (!std::isfinite(f)) {
      failure_ = std::make_exception_ptr(
          NumericError("the function to be minimised is not finite at its start"));
      return none;
    }
    base_value_ = f;
    largest_value_ = std::abs(f);
    std::ranges::copy(g, slope_.begin());
  } else if (expected_gain_ == 0.0) {
    expected_gain_ = -0.5 * slope_to_here / step;
  }
  if (!std::isfinite(f)) {
    ++refused_;
    return discouraging_value(g, slope_to_here);
  }
  return f;
}

/// For a trial point that has no value: as if f rose on the way by twice what it was to fall, and
/// went on rising. The line search then comes back to about a tenth of the way; a value near the
/// largest double would send it back to where it cannot tell the points apart.
double Search::discouraging_value(std::span<double> g, double slope_to_here) const {
  std::ranges::transform(slope_, g.begin(), [](double element) { return -element; });
  return *base_value_ + 2.0 * std::abs(slope_to_here);
}

int Search::accept(std::span<const double> x, std::span<const double> g, double f,
                   double step) noexcept {
  if (left_ || failure_) {
    return failed;
  }
  std::ranges::copy(x, base_.begin());
  std::ranges::copy(g, slope_.begin());
  base_value_ = f;
  largest_value_ = std::max(largest_value_, std::abs(f));
  refused_ = 0;
  expected_gain_ = 0.0;
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
  switch (status_) {
    case enough:
      return SearchEnding::enough;
    case LBFGS_SUCCESS:
    case LBFGS_STOP:
    case LBFGS_ALREADY_MINIMIZED:
      return SearchEnding::converged;
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
      return expected_gain_ <= options_.rounding * largest_value_ ? SearchEnding::rounding
                                                                  : SearchEnding::stuck;
    default:
      throw std::logic_error(fmt::format("liblbfgs refused its parameters, code {}", status_));
  }
}

SearchOutcome Search::outcome() const {
  if (failure_) {
    std::rethrow_exception(failure_);
  }
  return {ending(), iterations_, base_value_.value_or(0.0), relative_norm_, expected_gain_,
          refused_, status_};
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
