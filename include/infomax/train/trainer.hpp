// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "infomax/data/sampler.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/model/model.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/optim/optimizer.hpp"
#include "infomax/optim/schedule.hpp"
#include "infomax/train/durability.hpp"
#include "infomax/train/progress.hpp"
#include "infomax/train/run_directory.hpp"
#include "infomax/train/step.hpp"
#include "infomax/train/validation.hpp"

namespace infomax::train {

struct TrainerOptions {
  std::uint64_t total_steps = 0;
  optim::Schedule schedule;
  ProgressMode progress = ProgressMode::automatic;
  double save_every_s = 60.0;  ///< model.h5 is brought up to date after an epoch that ends so long
                               ///< after the last time, and at the end
  std::uint64_t validate_every_steps = 1;
  std::uint64_t patience = 0;  ///< ends after so many validations without improvement; 0 = never
  /// Is called by the root after every step; step and epoch count from 1. May be empty.
  std::function<void(std::uint64_t step, std::uint64_t epoch, const StepReport& report)> on_step;
};

/// What goes with a run where it is asked for. Must outlive it.
template <math::Real T>
struct Companions {
  Validation<T>* validation = nullptr;
  Durability* durability = nullptr;
};

/// Which state of the model was best on validation.
struct BestSummary {
  std::uint64_t step = 0;
  double objective = 0.0;
};

struct TrainSummary {
  std::uint64_t steps = 0;
  double seconds = 0.0;
  double samples = 0.0;  ///< global rows seen, all steps together
  StepReport last;       ///< of the last epoch, complete or not: means over its steps
  std::string ending;    ///< why the run ended, where that is not the number of steps alone
  std::optional<BestSummary> best;  ///< where there was a validation
};

/// Collective. Runs the steps, from the durability's start where it has one; writes metrics and the
/// model into the run directory, unless it is RunDirectory::none(). What fails in a step leaves
/// with the step named; model.h5 then holds the last state that was saved. With a validation,
/// model.h5 is at any time the best state so far by it, and so is the model at the end. With a
/// durability, an Error with ExitCode::stopped leaves where the run is stopped on request.
template <math::Real T>
TrainSummary train(const mpi::Communicator& communicator, model::Model<T>& model,
                   data::Sampler& sampler, Step<T>& step, optim::Optimizer<T>& optimizer,
                   const RunDirectory& directory, const TrainerOptions& options,
                   const Companions<T>& companions = {});

}  // namespace infomax::train
