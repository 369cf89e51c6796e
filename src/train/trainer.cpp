// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/trainer.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/json.hpp"
#include "infomax/core/checksum.hpp"
#include "infomax/core/error.hpp"
#include "train/between_steps.hpp"
#include "train/recorder.hpp"

namespace infomax::train {

namespace {

template <math::Real T>
OptimizerState state_of(model::Model<T>& model, optim::Optimizer<T>& optimizer) {
  OptimizerState result;
  result.save = [&optimizer](Checkpoint& checkpoint, Json& record) {
    record["updates"] = optimizer.updates();
    const auto state = optimizer.state();
    for (std::size_t k = 0; k < state.size(); ++k) {
      checkpoint.put(fmt::format("optimizer-{}", k), std::span<const T>(state[k]));
    }
  };
  result.checksum = [&model, &optimizer] {
    std::uint32_t sum = checksum(std::as_bytes(model.parameters()));
    for (const auto array : optimizer.state()) {
      sum = checksum(std::as_bytes(array), sum);
    }
    return std::uint64_t{sum};
  };
  return result;
}

}  // namespace

template <math::Real T>
TrainSummary train(const mpi::Communicator& communicator, model::Model<T>& model,
                   data::Sampler& sampler, Step<T>& step, optim::Optimizer<T>& optimizer,
                   const RunDirectory& directory, const TrainerOptions& options,
                   const RunServices<T>& services) {
  const std::uint64_t steps_per_epoch = sampler.steps_per_epoch();
  BestModel<T> best;
  Recorder<T> recorder(communicator, model, best, directory, options, steps_per_epoch,
                       services.durability);
  BetweenSteps<T> between_steps(communicator, model, recorder, best, options, services,
                                state_of(model, optimizer));
  const std::uint64_t done_before = between_steps.restore([&](const Json& record) {
    optimizer.set_updates(record.at("updates"));
    const auto state = optimizer.state();
    for (std::size_t k = 0; k < state.size(); ++k) {
      between_steps.receive(fmt::format("optimizer-{}", k), state[k]);
    }
  });
  const std::uint64_t total = between_steps.ended_before() ? done_before : options.total_steps;
  // Names the step, counted from 1, in the text of a NumericError.
  const auto at_step = [&](std::uint64_t number, const auto& work) {
    try {
      work();
    } catch (const NumericError& error) {
      recorder.interrupt();
      throw NumericError(fmt::format("at step {} (epoch {}) {}", number,
                                     (number - 1) / steps_per_epoch + 1, error.what()));
    }
  };
  std::uint64_t done = done_before;
  if (done < total) {
    between_steps.begin(done);
  }
  for (bool ended = false; !ended && done < total;) {
    at_step(done + 1, [&] {
      recorder.step(step.run(done / steps_per_epoch, done % steps_per_epoch, optimizer,
                             options.schedule.rate(done)));
      ++done;
      ended = between_steps.after({done, done == options.total_steps});
    });
  }
  at_step(done, [&] { between_steps.conclude(done); });
  if (best.known()) {
    std::ranges::copy(best.parameters(), model.parameters().begin());
  }
  TrainSummary summary = recorder.finish();
  summary.ending = between_steps.ending();
  return summary;
}

template TrainSummary train<float>(const mpi::Communicator&, model::Model<float>&, data::Sampler&,
                                   Step<float>&, optim::Optimizer<float>&, const RunDirectory&,
                                   const TrainerOptions&, const RunServices<float>&);
template TrainSummary train<double>(const mpi::Communicator&, model::Model<double>&, data::Sampler&,
                                    Step<double>&, optim::Optimizer<double>&, const RunDirectory&,
                                    const TrainerOptions&, const RunServices<double>&);

}  // namespace infomax::train
