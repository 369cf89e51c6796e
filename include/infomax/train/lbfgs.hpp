// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include "infomax/math/blas.hpp"
#include "infomax/model/model.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/train/run_directory.hpp"
#include "infomax/train/step.hpp"
#include "infomax/train/trainer.hpp"

namespace infomax::train {

struct LbfgsOptions {
  std::size_t history = 10;  ///< m: pairs of steps and gradient changes that are kept
  double tolerance = 1e-7;   ///< converged where |gradient| <= tolerance max(1, |parameters|)

  /// Throws UsageError where a number is out of its range.
  void check() const;
};

/// Memory beside the model and its gradient, on the root alone, in bytes.
[[nodiscard]] std::size_t lbfgs_bytes(const LbfgsOptions& options, std::size_t parameter_count);

/// Collective. Full-batch L-BFGS (Liu and Nocedal 1989) with the line search of More and Thuente
/// (1994), by liblbfgs, in double whatever T is. `step` must have a batch of all rows.
///
/// The search runs on the root alone and the others evaluate what it asks for, so there is one set
/// of decisions, whatever the number of ranks. Trial points where the numbers are not finite are
/// made to look bad, not fatal. A step is one iteration: its report is of the point the iteration
/// came to, its learning rate the line search's step, its times and samples the sums over its
/// evaluations. Ends after `options.total_steps`, by convergence, or where the gain that remains is
/// below rounding; the summary's `ending` says which. The summary is the root's.
///
/// Throws NumericError, on every rank alike, where the start is not finite or no line search
/// succeeds though there is more to gain; model.h5 then holds the last state that was saved.
template <math::Real T>
TrainSummary train_lbfgs(const mpi::Communicator& communicator, model::Model<T>& model,
                         Step<T>& step, const RunDirectory& directory,
                         const TrainerOptions& options, const LbfgsOptions& lbfgs,
                         const Companions<T>& companions = {});

}  // namespace infomax::train
