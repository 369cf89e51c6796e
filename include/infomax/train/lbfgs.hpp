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

/// How L-BFGS approximates curvature and when it has converged.
struct LbfgsOptions {
  std::size_t history = 10;  ///< m: pairs of steps and gradient changes that are kept
  double tolerance = 1e-7;   ///< converged where |gradient| <= tolerance max(1, |parameters|)

  /// Throws UsageError where a number is out of its range.
  void check() const;
};

/// Returns the memory that the root needs besides the model and its gradient, in bytes, while a
/// checkpoint is written.
[[nodiscard]] std::size_t lbfgs_bytes(const LbfgsOptions& options, std::size_t parameter_count);

/// Collective. Full-batch L-BFGS by optim::minimise, in double whatever T is. `step` must have a
/// batch of all rows.
///
/// A step is one iteration: its report describes the point where the iteration ended; its learning
/// rate is the step of the line search, and its times and samples are the sums over its
/// evaluations. The run ends after `options.total_steps`, by convergence, or where the gain that
/// remains is below rounding errors; the summary's `ending` says which. Only the root's summary is
/// complete.
///
/// Throws NumericError, on every rank, where the start is not finite, or where the line search
/// fails although J should still rise; model.h5 then holds the last state that was saved.
template <math::Real T>
TrainSummary train_lbfgs(const mpi::Communicator& communicator, model::Model<T>& model,
                         Step<T>& step, const RunDirectory& directory,
                         const TrainerOptions& options, const LbfgsOptions& lbfgs,
                         const RunServices<T>& services = {});

}  // namespace infomax::train
