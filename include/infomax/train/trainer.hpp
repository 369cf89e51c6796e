#pragma once

#include <cstdint>
#include <string>

#include "infomax/data/sampler.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/model/model.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/optim/optimizer.hpp"
#include "infomax/optim/schedule.hpp"
#include "infomax/train/progress.hpp"
#include "infomax/train/run_directory.hpp"
#include "infomax/train/step.hpp"

namespace infomax::train {

struct TrainerOptions {
  std::uint64_t total_steps = 0;
  optim::Schedule schedule;
  ProgressMode progress = ProgressMode::automatic;
  double save_every_s = 60.0;  ///< model.h5 is brought up to date after an epoch that ends so long
                               ///< after the last time, and at the end
};

struct TrainSummary {
  std::uint64_t steps = 0;
  double seconds = 0.0;
  double samples = 0.0;  ///< global rows seen, all steps together
  StepReport last;       ///< of the last epoch, complete or not: means over its steps
  std::string ending;    ///< why the run ended, where that is not the number of steps alone
};

/// Collective. Runs the steps, writes metrics and the model into the run directory. What fails in a
/// step leaves with the step named; model.h5 then holds the last state that was saved.
template <math::Real T>
TrainSummary train(const mpi::Communicator& communicator, model::Model<T>& model,
                   data::Sampler& sampler, Step<T>& step, optim::Optimizer<T>& optimizer,
                   const RunDirectory& directory, const TrainerOptions& options);

}  // namespace infomax::train
