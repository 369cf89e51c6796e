// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "infomax/core/error.hpp"
#include "infomax/model/model.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/train/trainer.hpp"
#include "train/recorder.hpp"
#include "train/replicas.hpp"

namespace infomax::train {

/// A point between steps.
struct Milestone {
  std::uint64_t step = 0;  ///< the one just done, counted from 1
  bool last = false;       ///< none follows
};

/// What an optimiser has to keep, apart from the model's parameters.
struct Keeper {
  /// Into a checkpoint and its record; by the root.
  std::function<void(Checkpoint&, nlohmann::json&)> save;
  /// Of what must be the same on every rank; none where that is only the root's.
  std::function<std::uint64_t()> replica;
};

/// What is done between steps, by all ranks alike whatever the optimiser: validation, checks,
/// checkpoints, and the end before the last step.
template <math::Real T>
class Milestones {
 public:
  /// What is passed by reference must outlive this.
  Milestones(const mpi::Communicator& communicator, model::Model<T>& model, Recorder<T>& recorder,
             BestModel<T>& best, const TrainerOptions& options, const Companions<T>& companions,
             Keeper keeper)
      : communicator_(&communicator),
        model_(&model),
        recorder_(&recorder),
        best_(&best),
        options_(&options),
        companions_(companions),
        keeper_(std::move(keeper)) {}

  /// Collective. Where there is a checkpoint to go on from: its parameters into the model and what
  /// else is kept here; `rest` does the optimiser's part by receive(). Returns the steps done.
  /// Throws DataError where the checkpoint is of another model.
  std::uint64_t restore(const std::function<void(const nlohmann::json&)>& rest);

  /// Collective. An array of the checkpoint to go on from.
  template <class U>
  void receive(const std::string& name, std::span<U> values) const {
    const auto& start = *companions_.durability->start();
    mpi::together(*communicator_, [&] {
      if (communicator_->is_root()) {
        start.get(name, values);
      }
    });
    communicator_->broadcast(values, 0);
  }

  /// Whether reached() looks at the model's parameters. By all ranks alike.
  [[nodiscard]] bool looks_at_parameters(const Milestone& milestone) const {
    return companions_.validation != nullptr && milestone.step != validated_step_ &&
           (milestone.last || milestone.step % options_->validate_every_steps == 0);
  }

  /// Whether patience was at its end before the first step to come.
  [[nodiscard]] bool ended_before() { return out_of_patience(); }

  /// Collective. True where the run ends here though steps are left. Throws an Error with
  /// ExitCode::stopped, on every rank, where it is stopped on request.
  [[nodiscard]] bool reached(const Milestone& milestone) {
    const bool ended = looks_at_parameters(milestone) && validate(milestone.step);
    if (companions_.durability != nullptr) {
      keep(milestone.step, ended || milestone.last);
    }
    return ended;
  }

  /// Why the run ended, where reached() ended it.
  [[nodiscard]] const std::string& ending() const { return ending_; }

 private:
  bool validate(std::uint64_t step);
  bool out_of_patience();
  void keep(std::uint64_t step, bool last);
  void stop(std::uint64_t step, const std::string& reason);
  [[nodiscard]] Checkpoint state(std::uint64_t step, Holding holding) const;

  const mpi::Communicator* communicator_;
  model::Model<T>* model_;
  Recorder<T>* recorder_;
  BestModel<T>* best_;
  const TrainerOptions* options_;
  Companions<T> companions_;
  Keeper keeper_;
  std::uint64_t validated_step_ = 0;
  std::uint64_t kept_last_ = 0;  ///< the step after which all is kept, and none follows
  std::string ending_;
};

template <math::Real T>
std::uint64_t Milestones<T>::restore(const std::function<void(const nlohmann::json&)>& rest) {
  if (companions_.durability == nullptr || !companions_.durability->start()) {
    return 0;
  }
  const auto& start = *companions_.durability->start();
  const auto record = nlohmann::json::parse(start.text("record"));
  receive("parameters", model_->parameters());
  const auto& best = record.at("best");
  if (bool{best.at("known")}) {
    Buffer<T> parameters(model_->parameters().size());
    receive("best", std::span<T>(parameters));
    best_->restore(best.at("step"), best.at("objective"), best.at("since"), parameters);
  }
  validated_step_ = record.at("validated_step");
  recorder_->restore(record);
  rest(record);
  const std::uint64_t step = start.step;
  companions_.durability->forget_start();
  return step;
}

template <math::Real T>
bool Milestones<T>::validate(std::uint64_t step) {
  const auto report = companions_.validation->measure();
  const bool improved =
      best_->offer(step, report.value.objective, std::as_const(*model_).parameters());
  recorder_->validated(step, report, improved);
  validated_step_ = step;
  return out_of_patience();
}

template <math::Real T>
bool Milestones<T>::out_of_patience() {
  const std::uint64_t patience = options_->patience;
  if (patience == 0 || best_->validations_since() < patience) {
    return false;
  }
  ending_ = fmt::format("stopped after step {}: {} validations without improvement",
                        validated_step_, best_->validations_since());
  return true;
}

template <math::Real T>
void Milestones<T>::keep(std::uint64_t step, bool last) {
  if (kept_last_ == step) {
    return;
  }
  Durability& durability = *companions_.durability;
  durability.at_step(step + 1);
  const std::uint64_t check_every = durability.options().check_replicas_every_steps;
  if (keeper_.replica && check_every > 0 && step % check_every == 0) {
    require_equal_replicas(*communicator_, keeper_.replica(), step);
  }
  const Orders orders = durability.agree(step);
  if (orders.stop && !last) {
    stop(step, orders.reason);
  }
  if (communicator_->is_root() && durability.options().checkpoints && (orders.checkpoint || last)) {
    durability.write(state(step, last ? Holding::views : Holding::copies));
    if (last) {  // what is shown may change from here on
      durability.wait();
    }
  }
  kept_last_ = last ? step : 0;
}

template <math::Real T>
void Milestones<T>::stop(std::uint64_t step, const std::string& reason) {
  mpi::together(*communicator_, [&] {
    if (communicator_->is_root()) {
      recorder_->interrupt();
      companions_.durability->write_now(state(step, Holding::views));
    }
  });
  throw Error(ExitCode::stopped,
              fmt::format("stopped by {} after step {} of {}; {}", reason, step,
                          options_->total_steps, companions_.durability->advice(step)));
}

template <math::Real T>
Checkpoint Milestones<T>::state(std::uint64_t step, Holding holding) const {
  Checkpoint checkpoint(holding);
  checkpoint.step = step;
  checkpoint.put("parameters", std::as_const(*model_).parameters());
  nlohmann::json record = recorder_->record();
  record["validated_step"] = validated_step_;
  record["best"] = {{"known", best_->known()},
                    {"step", best_->step()},
                    {"objective", best_->objective()},
                    {"since", best_->validations_since()}};
  checkpoint.put("best", std::as_const(*best_).parameters());
  keeper_.save(checkpoint, record);
  checkpoint.texts["record"] = record.dump();
  return checkpoint;
}

}  // namespace infomax::train
