// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "infomax/mpi/communicator.hpp"

// n variables, m pairs of history.
namespace infomax::optim {

struct SearchOptions {
  std::size_t history = 10;        ///< m: pairs of steps and gradient changes that are kept
  double tolerance = 1e-7;         ///< converged where |gradient| <= tolerance max(1, |x|)
  std::uint64_t iterations = 100;  ///< at most
  /// A gain that is less than this part of |f| cannot be told from rounding errors of f.
  double rounding = 1e-13;
};

/// Where one iteration came to.
struct SearchPoint {
  std::uint64_t iteration = 0;  ///< from 1
  std::span<const double> x;    ///< [n]
  std::span<const double> g;    ///< [n]
  double f = 0.0;
  double relative_norm = 0.0;  ///< |g| / max(1, |x|)
  double step = 0.0;           ///< of the line search
};

/// f(x), its gradient written to g [n]. Collective: called on all ranks alike with the same x, and
/// returning the same on all. A point without a value has an f that is not finite.
using SearchFunction = std::function<double(std::span<const double> x, std::span<double> g)>;

/// By the root alone, after each iteration; true ends the search there.
using SearchWatcher = std::function<bool(const SearchPoint&)>;

enum class SearchEnding : std::uint8_t {
  enough,     ///< the iterations asked for, or the watcher's word
  converged,  ///< within the tolerance
  rounding,   ///< as far as rounding errors of f let it be told
  stuck,      ///< the line search finds nothing better though f should fall
};

struct SearchOutcome {
  SearchEnding ending = SearchEnding::enough;
  std::uint64_t iterations = 0;
  double f = 0.0;              ///< at the last point
  double relative_norm = 0.0;  ///< there
  double expected_gain = 0.0;  ///< by which f should fall further, to second order; where stuck
  std::uint64_t refused = 0;   ///< points of the last line search without a value
  int status = 0;              ///< liblbfgs's own code
};

/// Collective. Minimises f from `x` [n], which becomes the last point, by L-BFGS (Liu and Nocedal
/// 1989) with the line search of More and Thuente (1994), by liblbfgs, in double.
///
/// The search runs on the root alone and the others evaluate what it asks for, so there is one set
/// of decisions, whatever the number of ranks. Trial points without a value are made to look bad,
/// not fatal. Throws what `function` and `watcher` throw, on every rank alike, and NumericError
/// where the start has no value.
SearchOutcome minimise(const mpi::Communicator& communicator, std::span<double> x,
                       const SearchFunction& function, const SearchOptions& options,
                       const SearchWatcher& watcher = {});

}  // namespace infomax::optim
