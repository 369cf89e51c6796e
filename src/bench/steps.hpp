// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include "bench/time_shares.hpp"
#include "infomax/data/sampler.hpp"
#include "infomax/measure/timing.hpp"
#include "infomax/model/model.hpp"
#include "infomax/model/sides.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/objective.hpp"
#include "infomax/optim/optimizer.hpp"
#include "infomax/train/step.hpp"

namespace infomax::bench {

/// The training whose steps are measured, by its members. They outlive the measurement.
template <math::Real T>
struct Subject {
  /// The communicator of the training alone, so that its byte counts are those of steps.
  const mpi::Communicator& communicator;
  model::Model<T>& model;
  data::Sampler& sampler;
  model::Sides<T>& sides;
  objective::Objective<T>& objective;
  optim::Optimizer<T>& optimizer;
  train::Step<T>& step;
  double learning_rate = 0.0;
  std::size_t micro_batch = 0;  ///< rows of a micro-batch; 0 = all local rows of a batch
};

/// The result of a measurement, the same on every rank.
struct Result {
  std::size_t parameters = 0;
  std::size_t steps_per_repeat = 0;
  double batch_rows = 0.0;  ///< global, mean over the steps
  double gemm_flops = 0.0;  ///< of a step's matrix products, all ranks together
  measure::Spread samples_per_s;
  measure::Spread step_s;
  measure::Spread gemm_s;      ///< of a step's matrix products alone, all ranks at once
  measure::Spread gemm_share;  ///< gemm_s / step_s, repeat by repeat
  Share input;
  Share compute;
  Share reduce;
  Share wait;
  double gradient_bytes = 0.0;       ///< a rank's bytes in reductions of a backward pass, mean
  double statistics_bytes = 0.0;     ///< a rank's bytes in reductions before it, mean
  std::size_t peak_bytes = 0;        ///< peak memory of the rank with the largest peak
  std::size_t least_peak_bytes = 0;  ///< peak memory of the rank with the smallest peak
};

/// Collective. Measures training steps, and the matrix products of these steps alone. Peak memory
/// counts from the last measure::reset_peak_memory(). Throws NumericError if the training diverges.
template <math::Real T>
[[nodiscard]] Result measure_steps(const mpi::Communicator& communicator, const Subject<T>& subject,
                                   const measure::Pace& pace);

}  // namespace infomax::bench
