// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <memory>

#include "infomax/data/sampler.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/sides.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/objective/make.hpp"
#include "infomax/optim/optimizer.hpp"
#include "infomax/optim/optimizer_options.hpp"
#include "infomax/train/step.hpp"

namespace infomax::test {

/// What a training job is made from.
template <class T>
struct JobParts {
  model::Examples examples;
  model::Model<T> model;
  model::PairSettings pair;
  objective::ObjectiveOptions objective;
  optim::OptimizerOptions optimizer;
  std::size_t batch = 0;
  std::size_t micro_batch = 0;
  bool reproducible = false;
  train::StepOptions step;
};

/// All that takes steps on one rank of a communicator.
template <class T>
struct TrainingJob {
  model::Examples examples;
  model::Model<T> model;
  data::Sampler sampler;
  model::Sides<T> sides;
  std::unique_ptr<objective::Objective<T>> objective;
  std::unique_ptr<optim::Optimizer<T>> optimizer;
  train::Step<T> step;

  TrainingJob(const mpi::Communicator& communicator, JobParts<T> parts)
      : examples(std::move(parts.examples)),
        model(std::move(parts.model)),
        sampler(examples.blocks, examples.shard, parts.batch, 9),
        sides(communicator, model, examples, parts.pair, sampler.largest_local_rows(),
              parts.micro_batch, true, parts.reproducible),
        objective(objective::make_objective<T>(parts.objective)),
        optimizer(optim::make_optimizer<T>(parts.optimizer, model.parameters().size(),
                                           train::weight_ranges(model))),
        step(communicator, model, sampler, sides, *objective, parts.step) {}
  TrainingJob(const TrainingJob&) = delete;
  TrainingJob& operator=(const TrainingJob&) = delete;
};

}  // namespace infomax::test
