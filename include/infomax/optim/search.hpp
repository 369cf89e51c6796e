// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>

#include "infomax/core/matrix.hpp"
#include "infomax/mpi/communicator.hpp"

/// @file
/// n variables, m pairs of history.

namespace infomax::optim {

/// How a search approximates curvature and when it ends.
struct SearchOptions {
  std::size_t history = 10;        ///< m: pairs of steps and gradient changes that are kept
  double tolerance = 1e-7;         ///< converged where |gradient| <= tolerance max(1, |x|)
  std::uint64_t iterations = 100;  ///< at most, those of a resumed search included
  /// A gain below this fraction of |f| is taken for rounding errors of f.
  double rounding = 1e-13;
};

/// A search between two iterations: plain arrays, and everything that the next iteration depends
/// on. A search that continues from a copy of its state makes the same steps, bit for bit.
struct SearchState {
  SearchState() = default;
  /// At `start` [n], with room for m = `history` pairs.
  SearchState(std::span<const double> start, std::size_t history);

  /// Pairs in use, at most m.
  [[nodiscard]] std::size_t pairs() const;

  std::uint64_t iterations = 0;  ///< done
  Buffer<double> x;              ///< [n]
  Buffer<double> g;              ///< [n], the gradient at x
  std::optional<double> f;       ///< at x; unset until the start is evaluated
  double largest_value = 0.0;    ///< of |f| so far: rounding errors are relative to it
  double smallest_gradient = std::numeric_limits<double>::infinity();  ///< |g| so far
  std::uint64_t idle_iterations = 0;  ///< the last ones in a row that improved neither f nor |g|
  std::uint64_t pairs_added = 0;      ///< pair number k is in row k mod m
  Buffer<double> steps;               ///< [m, n], x of an iteration minus x of the one before
  Buffer<double> changes;             ///< [m, n], the same of g
  Buffer<double> curvatures;          ///< [m], step . change
  double scale = 1.0;                 ///< step . change / |change|^2 of the newest pair
};

/// Where an iteration ended.
struct SearchPoint {
  std::uint64_t iteration = 0;  ///< counted from 1
  std::span<const double> x;    ///< [n]
  std::span<const double> g;    ///< [n]
  double f = 0.0;               ///< at x
  double relative_norm = 0.0;   ///< |g| / max(1, |x|)
  double step = 0.0;            ///< of the line search
};

/// What is minimised. Every member is collective.
class SearchProblem {
 public:
  SearchProblem() = default;
  virtual ~SearchProblem() = default;
  SearchProblem(const SearchProblem&) = delete;
  SearchProblem& operator=(const SearchProblem&) = delete;

  /// Returns f(x) and writes its gradient to g. Both spans are [n] on the root and empty on the
  /// other ranks, and so only the root's result counts. f or g may be infinite or NaN at trial
  /// points, but not at the start.
  virtual double evaluate(std::span<const double> x, std::span<double> g) = 0;

  /// Called after each iteration, at the point that was evaluated last; `point` is the root's and
  /// empty on the other ranks. Returns whether the search is to end; the root's answer counts.
  virtual bool iterated(const SearchPoint& point) = 0;
};

/// Why a search ended.
enum class SearchEnding : std::uint8_t {
  enough,     ///< the iterations asked for are done, or iterated() ended the search
  converged,  ///< within the tolerance
  rounding,   ///< the gain that remains is below the rounding errors of f
  stuck,      ///< the line search finds no better point although f should fall
};

/// How a search ended, the same on every rank.
struct SearchOutcome {
  SearchEnding ending = SearchEnding::enough;  ///< why it ended
  std::uint64_t iterations = 0;                ///< those of a resumed search included
  std::uint64_t evaluations = 0;               ///< of this call
  double f = 0.0;                              ///< at the last point
  double relative_norm = 0.0;                  ///< at the last point
  double expected_gain = 0.0;  ///< by how much f should fall in the last line search, to 2nd order
  std::uint64_t not_finite = 0;  ///< trial points of the last line search that were not finite
};

/// Collective. Minimises by L-BFGS (Liu and Nocedal 1989; Nocedal and Wright 2006, algorithms 7.4
/// and 7.5) with the line search of More and Thuente (1994), from the package L-BFGS-B, in double.
/// `state` is the root's and empty on the other ranks; it ends at the last point.
///
/// The root alone decides and all ranks evaluate, so the number of ranks changes no decision. A
/// trial point that is not finite is presented to the line search as a bad one.
/// Throws what the problem throws.
SearchOutcome minimise(const mpi::Communicator& communicator, SearchProblem& problem,
                       SearchState& state, const SearchOptions& options);

/// Returns f(x) and writes its gradient to g [n]. Collective: called on all ranks with the same x,
/// and returns the same on all of them. f may be infinite or NaN, but not at the start.
using SearchFunction = std::function<double(std::span<const double> x, std::span<double> g)>;

/// Called on the root alone, after each iteration; returns whether the search is to end.
using SearchWatcher = std::function<bool(const SearchPoint&)>;

/// Collective. The same for a function of x [n] that every rank holds; x becomes the last point on
/// every rank. Throws what `function` and `watcher` throw, on every rank, and NumericError where
/// the function is not finite at the start.
SearchOutcome minimise(const mpi::Communicator& communicator, std::span<double> x,
                       const SearchFunction& function, const SearchOptions& options,
                       const SearchWatcher& watcher = {});

}  // namespace infomax::optim
