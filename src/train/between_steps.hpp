// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "core/json.hpp"
#include "infomax/model/model.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/train/trainer.hpp"
#include "train/recorder.hpp"

namespace infomax::train {

/// The step that was just done.
struct FinishedStep {
  std::uint64_t number = 0;  ///< counted from 1
  bool last = false;         ///< no step follows
};

/// How to keep what an optimiser needs to go on, besides the model's parameters.
struct OptimizerState {
  /// Writes it into a checkpoint and its record. Called on the root.
  std::function<void(Checkpoint&, Json&)> save;
  /// Returns a checksum of everything that must be equal on all ranks. Unset where only the root
  /// has such a state.
  std::function<std::uint64_t()> checksum;
};

/// What all ranks do between two steps, whatever the optimiser: validation, the comparison of
/// replicas, checkpoints, and the decision to end before the last step.
template <math::Real T>
class BetweenSteps {
 public:
  /// What is passed by reference must outlive this.
  BetweenSteps(const mpi::Communicator& communicator, model::Model<T>& model, Recorder<T>& recorder,
               BestModel<T>& best, const TrainerOptions& options, const RunServices<T>& services,
               OptimizerState optimizer_state)
      : communicator_(&communicator),
        model_(&model),
        recorder_(&recorder),
        best_(&best),
        options_(&options),
        services_(services),
        optimizer_state_(std::move(optimizer_state)) {}

  /// Collective. Where the run goes on from a checkpoint, restores the model's parameters and the
  /// state of this class; `optimizer` restores the optimiser's state, by receive(). Returns the
  /// number of steps done. Throws DataError where the checkpoint belongs to another model.
  std::uint64_t restore(const std::function<void(const Json& record)>& optimizer);

  /// Collective. Copies an array of the checkpoint that the run goes on from to every rank.
  template <class U>
  void receive(const std::string& name, std::span<U> values) const {
    const auto& start = *services_.durability->start();
    mpi::together(*communicator_, [&] {
      if (communicator_->is_root()) {
        start.get(name, values);
      }
    });
    communicator_->broadcast(values, 0);
  }

  /// Returns whether the run had ended before the first step of this program: its patience was
  /// exhausted.
  [[nodiscard]] bool ended_before() { return out_of_patience(); }

  /// Collective. Called before the next step after `done`: throws an Error with ExitCode::stopped
  /// where a signal came while the run was being prepared.
  void begin(std::uint64_t done) const;

  /// Collective. Does what is due after `step`. Returns true where the run ends here although steps
  /// are left. Throws an Error with ExitCode::stopped, on every rank, where the run is stopped on
  /// request, and what Recorder::agree() throws. Ranks agree on failures where they communicate
  /// anyway: with a durability, or where there is one rank, after each step, otherwise after epochs
  /// and validations; and so they do where the caller wants the run to end.
  [[nodiscard]] bool after(const FinishedStep& step) {
    const bool validated = validation_due(step.number);
    bool ended = validated && validate(step.number);
    if (ended) {
      recorder_->end_incomplete_epoch();
    }
    if (services_.durability != nullptr) {
      ended = keep(step.number, ended, step.last);
    } else if (validated || step.last || recorder_->ends_epoch(step.number) || is_alone()) {
      recorder_->agree();
      const std::uint64_t asked = recorder_->asked_to_end() ? 1U : 0U;
      if (communicator_->max(asked) > 0 && !ended && !step.last) {
        end(step.number);
        ended = true;
      }
    }
    return ended;
  }

  /// Collective. Called when no step is left to do, also where a resumed run had none: validates
  /// the model after the last step `done`, unless that was due. This is no part of the last
  /// checkpoint: a run of more steps, which does not validate there, goes on from it to the same
  /// bits.
  void conclude(std::uint64_t done) {
    if (services_.validation != nullptr && done > 0 && done != validated_step_) {
      (void)validate(done);
    }
  }

  /// Why the run ended, where patience or the caller ended it.
  [[nodiscard]] const std::string& ending() const { return ending_; }

 private:
  [[nodiscard]] bool validation_due(std::uint64_t step) const {
    return services_.validation != nullptr && step != validated_step_ &&
           step % options_->validate_every_steps == 0;
  }
  bool validate(std::uint64_t step);
  bool out_of_patience();
  [[nodiscard]] bool is_alone() const {
    return communicator_->size() == 1 && (recorder_->failed() || recorder_->asked_to_end());
  }
  /// Returns whether the run ends here although steps are left: it has `ended`, or the caller wants
  /// it to.
  bool keep(std::uint64_t step, bool ended, bool last);
  void end(std::uint64_t step);
  void stop(std::uint64_t step, const std::string& reason);
  [[nodiscard]] Checkpoint checkpoint(std::uint64_t step, ArrayOwnership ownership) const;

  const mpi::Communicator* communicator_;
  model::Model<T>* model_;
  Recorder<T>* recorder_;
  BestModel<T>* best_;
  const TrainerOptions* options_;
  RunServices<T> services_;
  OptimizerState optimizer_state_;
  std::uint64_t validated_step_ = 0;
  std::uint64_t final_step_ = 0;  // whose checkpoint is written, with no step to follow
  std::string ending_;
};

}  // namespace infomax::train
