#include "infomax/train/trainer.hpp"

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "train/recorder.hpp"

namespace infomax::train {

template <math::Real T>
TrainSummary train(const mpi::Communicator& communicator, model::Model<T>& model,
                   data::Sampler& sampler, Step<T>& step, optim::Optimizer<T>& optimizer,
                   const RunDirectory& directory, const TrainerOptions& options) {
  const std::uint64_t steps_per_epoch = sampler.steps_per_epoch();
  Recorder<T> recorder(communicator, model, directory, options, steps_per_epoch);
  for (std::uint64_t done = 0; done < options.total_steps; ++done) {
    const std::uint64_t epoch = done / steps_per_epoch;
    try {
      recorder.step(
          step.run(epoch, done % steps_per_epoch, optimizer, options.schedule.rate(done)));
    } catch (const NumericError& error) {
      recorder.interrupt();
      throw NumericError(
          fmt::format("at step {} (epoch {}) {}", done + 1, epoch + 1, error.what()));
    }
  }
  return recorder.finish();
}

template TrainSummary train<float>(const mpi::Communicator&, model::Model<float>&, data::Sampler&,
                                   Step<float>&, optim::Optimizer<float>&, const RunDirectory&,
                                   const TrainerOptions&);
template TrainSummary train<double>(const mpi::Communicator&, model::Model<double>&, data::Sampler&,
                                    Step<double>&, optim::Optimizer<double>&, const RunDirectory&,
                                    const TrainerOptions&);

}  // namespace infomax::train
