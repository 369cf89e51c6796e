// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>

#include "core/json.hpp"
#include "infomax/core/stopwatch.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/train/metrics.hpp"
#include "infomax/train/trainer.hpp"

namespace infomax::train {

/// Records a run step by step: its summary on every rank that adds steps, its files and its
/// progress on the root alone. What fails there while the other ranks go on is kept until all ranks
/// agree(); meanwhile nothing more is recorded.
template <math::Real T>
class Recorder {
 public:
  /// Collective. What is passed by reference must outlive this. Throws SystemError where the
  /// metrics cannot be written.
  Recorder(const mpi::Communicator& communicator, model::Model<T>& model, BestModel<T>& best,
           const RunDirectory& directory, const TrainerOptions& options,
           std::uint64_t steps_per_epoch, Durability* durability);

  /// Adds a step; the first one settles the run directory.
  void step(const StepReport& report);

  /// Returns whether an epoch ends with a step; steps are counted from 1.
  [[nodiscard]] bool ends_epoch(std::uint64_t step) const { return step % steps_per_epoch_ == 0; }

  /// Ends the epoch that the run ends within; does nothing where it has ended.
  void end_incomplete_epoch();

  /// Adds the validation after `step`.
  void validated(std::uint64_t step, const ValidationReport& report, bool improved);

  /// Returns whether something has failed here: a file that cannot be written, or the caller's
  /// on_step.
  [[nodiscard]] bool failed() const { return failure_ != nullptr; }

  /// Returns whether the caller wants the run to end after the last step.
  [[nodiscard]] bool asked_to_end() const { return asked_to_end_; }

  /// Collective. Returns where nothing has failed. Otherwise throws: on the rank where it failed
  /// what was thrown there, on all others an Error with its exit code and text.
  void agree();

  /// Returns what a checkpoint keeps of this; restore() takes it back.
  [[nodiscard]] Json record() const;
  void restore(const Json& record);

  /// Collective. Ends the record of a run and saves the model. Throws NumericError where the
  /// parameters are not finite, and what agree() throws.
  [[nodiscard]] TrainSummary finish();

  /// Ends a live progress line, so that a message starts on a line of its own.
  void interrupt();

 private:
  void require_finite_parameters() const;
  void end_epoch(std::uint64_t epoch);
  void save_model();

  /// Does what only the root does and what may fail there.
  template <class Work>
  void attempt(const Work& work);

  mpi::Communicator communicator_;
  std::exception_ptr failure_;
  bool asked_to_end_ = false;
  model::Model<T>* model_;
  BestModel<T>* best_;
  const RunDirectory* directory_;
  const TrainerOptions* options_;
  std::uint64_t steps_per_epoch_;
  Durability* durability_;
  double before_s_ = 0.0;  // that the run took before it was resumed
  TrainSummary summary_;
  EpochSummary epoch_;
  bool epoch_ended_ = true;        // no step has been added since the last epoch ended
  bool has_epoch_before_ = false;  // summary_.last is of one that this process has ended
  Stopwatch since_start_;
  Stopwatch since_saved_;
  std::optional<MetricsFile> metrics_;
  std::optional<Progress> progress_;
};

}  // namespace infomax::train
