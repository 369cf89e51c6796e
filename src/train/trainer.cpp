#include "infomax/train/trainer.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "train/milestones.hpp"
#include "train/recorder.hpp"

namespace infomax::train {

template <math::Real T>
TrainSummary train(const mpi::Communicator& communicator, model::Model<T>& model,
                   data::Sampler& sampler, Step<T>& step, optim::Optimizer<T>& optimizer,
                   const RunDirectory& directory, const TrainerOptions& options,
                   const Companions<T>& companions) {
  const std::uint64_t steps_per_epoch = sampler.steps_per_epoch();
  BestModel<T> best;
  Recorder<T> recorder(communicator, model, best, directory, options, steps_per_epoch);
  Milestones<T> milestones(communicator, model, recorder, best, options, companions);
  for (std::uint64_t done = 0; done < options.total_steps;) {
    const std::uint64_t epoch = done / steps_per_epoch;
    try {
      recorder.step(
          step.run(epoch, done % steps_per_epoch, optimizer, options.schedule.rate(done)));
      ++done;
      if (milestones.reached({done, done == options.total_steps})) {
        break;
      }
    } catch (const NumericError& error) {
      recorder.interrupt();
      throw NumericError(
          fmt::format("at step {} (epoch {}) {}", done + 1, epoch + 1, error.what()));
    }
  }
  if (best.known()) {
    std::ranges::copy(best.parameters(), model.parameters().begin());
  }
  TrainSummary summary = recorder.finish();
  summary.ending = milestones.ending();
  return summary;
}

template TrainSummary train<float>(const mpi::Communicator&, model::Model<float>&, data::Sampler&,
                                   Step<float>&, optim::Optimizer<float>&, const RunDirectory&,
                                   const TrainerOptions&, const Companions<float>&);
template TrainSummary train<double>(const mpi::Communicator&, model::Model<double>&, data::Sampler&,
                                    Step<double>&, optim::Optimizer<double>&, const RunDirectory&,
                                    const TrainerOptions&, const Companions<double>&);

}  // namespace infomax::train
