// SPDX-License-Identifier: BSD-3-Clause
#include "train/recorder.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/json.hpp"
#include "infomax/core/error.hpp"
#include "infomax/model/model_file.hpp"
#include "infomax/mpi/failure.hpp"
#include "train/record_json.hpp"

namespace infomax::train {

template <math::Real T>
Recorder<T>::Recorder(const mpi::Communicator& communicator, model::Model<T>& model,
                      BestModel<T>& best, const RunDirectory& directory,
                      const TrainerOptions& options, std::uint64_t steps_per_epoch,
                      Durability* durability)
    : communicator_(communicator),
      model_(&model),
      best_(&best),
      directory_(&directory),
      options_(&options),
      steps_per_epoch_(steps_per_epoch),
      durability_(durability) {
  mpi::together(communicator, [&] {
    if (!communicator.is_root()) {
      return;
    }
    std::uint64_t done = 0;
    bool validated = false;  // after the last step, and so that it counts
    if (durability != nullptr && durability->start()) {
      const Checkpoint& start = *durability->start();
      done = start.step;
      validated = parse_json(start.text("record")).at("validated_step") == done;
    }
    if (!directory.is_none()) {
      metrics_.emplace(directory.metrics(), done,
                       done % steps_per_epoch != 0 && done < options.total_steps, validated);
    }
    progress_.emplace(options.progress,
                      (options.total_steps + steps_per_epoch - 1) / steps_per_epoch,
                      options.total_steps, done);
  });
}

template <math::Real T>
template <class Work>
void Recorder<T>::attempt(const Work& work) {
  if (failed()) {
    return;
  }
  try {
    work();
  } catch (...) {
    failure_ = std::current_exception();
  }
}

template <math::Real T>
void Recorder<T>::agree() {
  try {
    mpi::agree(communicator_, failure_);
  } catch (const Error&) {
    if (failed()) {
      interrupt();
      std::rethrow_exception(failure_);
    }
    throw;
  }
}

template <math::Real T>
void Recorder<T>::step(const StepReport& report) {
  const std::uint64_t epoch = summary_.steps / steps_per_epoch_ + 1;
  const std::uint64_t step = ++summary_.steps;
  epoch_.add(report);
  epoch_ended_ = false;
  summary_.samples += static_cast<double>(report.value.samples);
  attempt([&] {
    if (metrics_) {
      metrics_->write("step", step, epoch, report);
      directory_->settle();
    }
    if (progress_) {  // on the root
      progress_->step(step, epoch, report);
      if (options_->on_step) {
        options_->on_step(step, epoch, report);
      }
      asked_to_end_ = asked_to_end_ || (options_->ends && options_->ends());
    }
  });
  if (ends_epoch(step) || step == options_->total_steps) {
    end_epoch(epoch);
  }
}

template <math::Real T>
void Recorder<T>::end_incomplete_epoch() {
  if (!epoch_ended_) {
    end_epoch((summary_.steps - 1) / steps_per_epoch_ + 1);
  }
}

template <math::Real T>
void Recorder<T>::validated(std::uint64_t step, const ValidationReport& report, bool improved) {
  attempt([&] {
    if (metrics_) {
      metrics_->write_validation(step, (step - 1) / steps_per_epoch_ + 1, report, improved);
    }
    if (progress_) {
      progress_->validated(report.value.objective);
    }
  });
}

template <math::Real T>
Json Recorder<T>::record() const {
  return {{"seconds", before_s_ + since_start_.elapsed_s()},
          {"samples", summary_.samples},
          {"steps", summary_.steps},
          {"last", to_json(summary_.last)},
          {"epoch_sum", to_json(epoch_.sum())},
          {"epoch_steps", epoch_.steps()}};
}

template <math::Real T>
void Recorder<T>::restore(const Json& record) {
  before_s_ = record.at("seconds");
  summary_.samples = record.at("samples");
  summary_.steps = record.at("steps");
  summary_.last = report_from(record.at("last"));
  epoch_.restore(report_from(record.at("epoch_sum")), record.at("epoch_steps"));
  // The constructor has cut off the line of an epoch that may go on.
  epoch_ended_ = ends_epoch(summary_.steps) || summary_.steps >= options_->total_steps;
}

template <math::Real T>
TrainSummary Recorder<T>::finish() {
  end_incomplete_epoch();  // of a run that had ended before it was resumed
  summary_.seconds = before_s_ + since_start_.elapsed_s();
  interrupt();
  require_finite_parameters();
  if (best_->known()) {
    summary_.best = BestSummary{best_->step(), best_->objective()};
  }
  model_->settings[model::finished_setting] = "yes";
  attempt([this] {
    if (metrics_) {
      save_model();
      directory_->settle();  // of a run without steps
    }
  });
  agree();
  return summary_;
}

template <math::Real T>
void Recorder<T>::interrupt() {
  if (progress_) {
    progress_->finish();
  }
}

/// No objective has been computed with the last step's parameters.
template <math::Real T>
void Recorder<T>::require_finite_parameters() const {
  const auto parameters = std::as_const(*model_).parameters();
  if (!std::ranges::all_of(parameters, [](T value) { return std::isfinite(value); })) {
    throw NumericError(
        "the parameters at the end are not finite; try `normalize` standardize, a smaller "
        "`learning_rate`, or `precision` double");
  }
}

template <math::Real T>
void Recorder<T>::end_epoch(std::uint64_t epoch) {
  epoch_ended_ = true;
  const double before = summary_.last.value.objective;
  summary_.last = epoch_.report();
  if (has_epoch_before_) {
    summary_.rise = summary_.last.value.objective - before;
  }
  has_epoch_before_ = true;
  if (summary_.steps % steps_per_epoch_ == 0) {  // else a longer run continues this epoch
    epoch_ = EpochSummary{};
  }
  attempt([&] {
    if (!metrics_) {
      return;
    }
    metrics_->write("epoch", summary_.steps, epoch, summary_.last);
    if (since_saved_.elapsed_s() > options_->save_every_s) {
      save_model();
      since_saved_.lap_s();
    }
  });
}

/// Saves the best state so far where a validation knows one, else the present one.
template <math::Real T>
void Recorder<T>::save_model() {
  if (durability_ != nullptr) {
    durability_->wait();
  }
  const auto exchange = [this] {
    if (best_->known()) {
      std::ranges::swap_ranges(model_->parameters(), best_->parameters());
    }
  };
  exchange();
  try {
    model::write_model(directory_->model(), *model_);
  } catch (...) {
    exchange();
    throw;
  }
  exchange();
}

template class Recorder<float>;
template class Recorder<double>;

}  // namespace infomax::train
