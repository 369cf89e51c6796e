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

/// How long a run is and what happens between its steps.
struct TrainerOptions {
  std::uint64_t total_steps = 0;                    ///< those before a resumption included
  optim::Schedule schedule;                         ///< of the learning rate
  ProgressMode progress = ProgressMode::automatic;  ///< of the root's progress line
  double save_every_s = 60.0;  ///< model.h5 is written at the end, and after an epoch that ends at
                               ///< least so long after the last time
  std::uint64_t validate_every_steps = 1;  ///< 1 or more; the last step is always validated
  std::uint64_t patience = 0;  ///< validations without improvement that end the run; 0 = no end
  /// The root calls it after every step; step and epoch count from 1. May be empty. What it throws
  /// ends the run.
  std::function<void(std::uint64_t step, std::uint64_t epoch, const StepReport& report)> on_step;
  /// The root asks it after on_step; where it says yes, the run ends in order. May be empty.
  std::function<bool()> ends;
};

/// What a run uses besides its optimiser; a null pointer leaves the service out. The services must
/// outlive the run.
template <math::Real T>
struct RunServices {
  Validation<T>* validation = nullptr;  ///< measures the objective on data that is held out
  Durability* durability = nullptr;     ///< writes checkpoints and stops the run on request
};

/// The model's best state on validation.
struct BestSummary {
  std::uint64_t step = 0;  ///< counted from 1
  double objective = 0.0;  ///< J on the held-out data
};

/// What a run did, resumed parts included.
struct TrainSummary {
  std::uint64_t steps = 0;          ///< done
  double seconds = 0.0;             ///< wall-clock time of the training
  double samples = 0.0;             ///< global rows, summed over all steps
  StepReport last;                  ///< means over the steps of the last epoch, complete or not
  std::optional<double> rise;       ///< by which J is greater in it than in the epoch before
  std::string ending;               ///< why the run ended; empty where all steps were done
  std::optional<BestSummary> best;  ///< set where there was a validation
};

/// Collective. Runs the steps, from the checkpoint that the durability starts from if it has one,
/// and writes metrics and the model into the run directory, unless it is RunDirectory::none(). With
/// a validation, model.h5 is always the best state so far, and the model ends in the best state.
/// Throws what a step throws, with the step's number in the text of a NumericError; model.h5 then
/// holds the last state that was saved. Throws an Error with ExitCode::stopped where the durability
/// stops the run on request.
template <math::Real T>
TrainSummary train(const mpi::Communicator& communicator, model::Model<T>& model,
                   data::Sampler& sampler, Step<T>& step, optim::Optimizer<T>& optimizer,
                   const RunDirectory& directory, const TrainerOptions& options,
                   const RunServices<T>& services = {});

}  // namespace infomax::train
