// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/json.hpp"
#include "infomax/core/stopwatch.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/train/metrics.hpp"
#include "infomax/train/trainer.hpp"

namespace infomax::train {

/// Records a run step by step: its summary on every rank that adds steps, its files and its
/// progress on the root alone.
template <math::Real T>
class Recorder {
 public:
  /// What is passed by reference must outlive this.
  Recorder(const mpi::Communicator& communicator, model::Model<T>& model, BestModel<T>& best,
           const RunDirectory& directory, const TrainerOptions& options,
           std::uint64_t steps_per_epoch, Durability* durability);

  /// Adds a step. Throws SystemError where a file cannot be written.
  void step(const StepReport& report);

  /// Adds the validation after `step`. Throws SystemError where a file cannot be written.
  void validated(std::uint64_t step, const ValidationReport& report, bool improved);

  /// Returns what a checkpoint keeps of this; restore() takes it back.
  [[nodiscard]] Json record() const;
  void restore(const Json& record);

  /// Ends the record of a run and saves the model. Throws NumericError, on every rank, where the
  /// parameters are not finite.
  [[nodiscard]] TrainSummary finish();

  /// Ends a live progress line, so that a message starts on a line of its own.
  void interrupt();

 private:
  void require_finite_parameters() const;
  void end_epoch(std::uint64_t epoch);
  void save_model();

  model::Model<T>* model_;
  BestModel<T>* best_;
  std::string path_;
  const TrainerOptions* options_;
  std::uint64_t steps_per_epoch_;
  Durability* durability_;
  double before_s_ = 0.0;  // that the run took before it was resumed
  TrainSummary summary_;
  EpochSummary epoch_;
  Stopwatch since_start_;
  Stopwatch since_saved_;
  std::optional<MetricsFile> metrics_;
  std::optional<Progress> progress_;
};

}  // namespace infomax::train
