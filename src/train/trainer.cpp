#include "infomax/train/trainer.hpp"

#include <optional>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/core/stopwatch.hpp"
#include "infomax/model/model_file.hpp"
#include "infomax/train/metrics.hpp"

namespace infomax::train {
namespace {

/// What only the speaking rank does: files and progress. Others hold an empty one.
template <math::Real T>
class Recorder {
 public:
  Recorder(const mpi::Communicator& communicator, const model::Model<T>& model,
           const RunDirectory& directory, const TrainerOptions& options, std::uint64_t total_epochs)
      : model_(&model), path_(directory.model()) {
    if (communicator.is_root()) {
      metrics_.emplace(directory.metrics());
      progress_.emplace(options.progress, total_epochs, options.total_steps);
    }
  }

  void step(std::uint64_t step, std::uint64_t epoch, const StepReport& report) {
    if (metrics_) {
      metrics_->write("step", step, epoch, report);
      progress_->step(step, epoch, report);
    }
  }

  void epoch(std::uint64_t step, std::uint64_t epoch, const StepReport& report, bool save) {
    if (metrics_) {
      metrics_->write("epoch", step, epoch, report);
      if (save) {
        save_model();
      }
    }
  }

  void finish() {
    if (metrics_) {
      progress_->finish();
      save_model();
    }
  }

  void interrupt() {
    if (progress_) {
      progress_->finish();
    }
  }

 private:
  void save_model() const { model::write_model(path_, *model_); }

  const model::Model<T>* model_;
  std::string path_;
  std::optional<MetricsFile> metrics_;
  std::optional<Progress> progress_;
};

}  // namespace

template <math::Real T>
TrainSummary train(const mpi::Communicator& communicator, model::Model<T>& model,
                   data::Sampler& sampler, Step<T>& step, optim::Optimizer<T>& optimizer,
                   const RunDirectory& directory, const TrainerOptions& options) {
  const std::uint64_t steps_per_epoch = sampler.steps_per_epoch();
  const std::uint64_t total_epochs = (options.total_steps + steps_per_epoch - 1) / steps_per_epoch;
  Recorder<T> recorder(communicator, model, directory, options, total_epochs);
  const Stopwatch training;
  Stopwatch since_saved;
  TrainSummary summary;
  EpochSummary epoch_summary;

  for (std::uint64_t done = 0; done < options.total_steps; ++done) {
    const std::uint64_t epoch = done / steps_per_epoch;
    const std::uint64_t step_of_epoch = done % steps_per_epoch;
    StepReport report;
    try {
      report = step.run(epoch, step_of_epoch, optimizer, options.schedule.rate(done));
    } catch (const NumericError& error) {
      recorder.interrupt();
      throw NumericError(
          fmt::format("at step {} (epoch {}) {}", done + 1, epoch + 1, error.what()));
    }
    epoch_summary.add(report);
    summary.samples += static_cast<double>(report.value.samples);
    recorder.step(done + 1, epoch + 1, report);
    if (step_of_epoch + 1 == steps_per_epoch || done + 1 == options.total_steps) {
      summary.last = epoch_summary.report();
      const bool save = since_saved.elapsed_s() > options.save_every_s;
      recorder.epoch(done + 1, epoch + 1, summary.last, save);
      if (save) {
        since_saved.lap_s();
      }
      epoch_summary = EpochSummary{};
    }
  }
  summary.steps = options.total_steps;
  summary.seconds = training.elapsed_s();
  recorder.finish();
  return summary;
}

template TrainSummary train<float>(const mpi::Communicator&, model::Model<float>&, data::Sampler&,
                                   Step<float>&, optim::Optimizer<float>&, const RunDirectory&,
                                   const TrainerOptions&);
template TrainSummary train<double>(const mpi::Communicator&, model::Model<double>&, data::Sampler&,
                                    Step<double>&, optim::Optimizer<double>&, const RunDirectory&,
                                    const TrainerOptions&);

}  // namespace infomax::train
