// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "infomax/core/error.hpp"
#include "infomax/core/stopwatch.hpp"
#include "infomax/model/model_file.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/train/metrics.hpp"
#include "infomax/train/trainer.hpp"
#include "train/record_json.hpp"

namespace infomax::train {

/// Keeps the record of a run, step by step: its summary on every rank that has steps to add, its
/// files and progress on the root alone.
template <math::Real T>
class Recorder {
 public:
  /// What is passed by reference must outlive this.
  Recorder(const mpi::Communicator& communicator, model::Model<T>& model, BestModel<T>& best,
           const RunDirectory& directory, const TrainerOptions& options,
           std::uint64_t steps_per_epoch, Durability* durability)
      : model_(&model),
        best_(&best),
        path_(directory.model()),
        options_(&options),
        steps_per_epoch_(steps_per_epoch),
        durability_(durability) {
    if (communicator.is_root()) {
      const auto done =
          durability != nullptr && durability->start() ? durability->start()->step : 0;
      if (!directory.is_none()) {
        metrics_.emplace(directory.metrics(), done,
                         done % steps_per_epoch != 0 && done < options.total_steps);
      }
      progress_.emplace(options.progress,
                        (options.total_steps + steps_per_epoch - 1) / steps_per_epoch,
                        options.total_steps, done);
    }
  }

  /// After each step. Throws SystemError where a file cannot be written.
  void step(const StepReport& report) {
    const std::uint64_t epoch = summary_.steps / steps_per_epoch_ + 1;
    const std::uint64_t step = ++summary_.steps;
    epoch_.add(report);
    summary_.samples += static_cast<double>(report.value.samples);
    if (metrics_) {
      metrics_->write("step", step, epoch, report);
    }
    if (progress_) {  // on the root
      progress_->step(step, epoch, report);
      if (options_->on_step) {
        options_->on_step(step, epoch, report);
      }
    }
    if (step % steps_per_epoch_ == 0 || step == options_->total_steps) {
      end_epoch(epoch);
    }
  }

  /// After each validation.
  void validated(std::uint64_t step, const ValidationReport& report, bool improved) {
    if (metrics_) {
      metrics_->write_validation(step, (step - 1) / steps_per_epoch_ + 1, report, improved);
    }
    if (progress_) {
      progress_->validated(report.value.objective);
    }
  }

  /// What a checkpoint must keep of this.
  [[nodiscard]] nlohmann::json record() const {
    return {{"seconds", before_s_ + since_start_.elapsed_s()},
            {"samples", summary_.samples},
            {"steps", summary_.steps},
            {"last", to_json(summary_.last)},
            {"epoch_sum", to_json(epoch_.sum())},
            {"epoch_steps", epoch_.steps()}};
  }
  void restore(const nlohmann::json& record) {
    before_s_ = record.at("seconds");
    summary_.samples = record.at("samples");
    summary_.steps = record.at("steps");
    summary_.last = report_from(record.at("last"));
    epoch_.restore(report_from(record.at("epoch_sum")), record.at("epoch_steps"));
  }

  /// At the end of the run: saves the model. Throws NumericError where it is none, the same on
  /// every rank.
  [[nodiscard]] TrainSummary finish() {
    summary_.seconds = before_s_ + since_start_.elapsed_s();
    interrupt();
    require_finite_parameters();
    if (best_->known()) {
      summary_.best = BestSummary{best_->step(), best_->objective()};
    }
    if (metrics_) {
      save_model();
    }
    return summary_;
  }

  /// Before a run ends in an error.
  void interrupt() {
    if (progress_) {
      progress_->finish();
    }
  }

 private:
  /// The last step's are what no objective has seen.
  void require_finite_parameters() const {
    const auto parameters = std::as_const(*model_).parameters();
    if (!std::ranges::all_of(parameters, [](T value) { return std::isfinite(value); })) {
      throw NumericError(
          "the parameters at the end are not finite; try `normalize` standardize, a smaller "
          "`learning_rate`, or `precision` double");
    }
  }

  void end_epoch(std::uint64_t epoch) {
    summary_.last = epoch_.report();
    if (summary_.steps % steps_per_epoch_ == 0) {  // else a run of more steps goes on with it
      epoch_ = EpochSummary{};
    }
    if (!metrics_) {
      return;
    }
    metrics_->write("epoch", summary_.steps, epoch, summary_.last);
    if (since_saved_.elapsed_s() > options_->save_every_s) {
      save_model();
      since_saved_.lap_s();
    }
  }

  /// The best state so far where there is one, else the present.
  void save_model() {
    if (durability_ != nullptr) {
      durability_->wait();
    }
    const auto exchange = [this] {
      if (best_->known()) {
        std::ranges::swap_ranges(model_->parameters(), best_->parameters());
      }
    };
    exchange();
    model::write_model(path_, *model_);
    exchange();
  }

  model::Model<T>* model_;
  BestModel<T>* best_;
  std::string path_;
  const TrainerOptions* options_;
  std::uint64_t steps_per_epoch_;
  Durability* durability_;
  double before_s_ = 0.0;  ///< that the run took before it was resumed
  TrainSummary summary_;
  EpochSummary epoch_;
  Stopwatch since_start_;
  Stopwatch since_saved_;
  std::optional<MetricsFile> metrics_;
  std::optional<Progress> progress_;
};

}  // namespace infomax::train
