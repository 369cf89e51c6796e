// SPDX-License-Identifier: BSD-3-Clause
#include "train/between_steps.hpp"

#include <fmt/format.h>

#include "core/json.hpp"
#include "infomax/core/error.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/train/any_model.hpp"
#include "train/replicas.hpp"

namespace infomax::train {

template <math::Real T>
std::uint64_t BetweenSteps<T>::restore(const std::function<void(const Json& record)>& optimizer) {
  if (services_.durability == nullptr || !services_.durability->start()) {
    return 0;
  }
  const auto& start = *services_.durability->start();
  const auto record = parse_json(start.text("record"));
  receive("parameters", model_->parameters());
  const auto& best = record.at("best");
  if (bool{best.at("known")}) {
    Buffer<T> parameters(model_->parameters().size());
    receive("best", std::span<T>(parameters));
    best_->restore(best.at("step"), best.at("objective"), best.at("since"), parameters);
  }
  validated_step_ = record.at("validated_step");
  recorder_->restore(record);
  optimizer(record);
  const std::uint64_t step = start.step;
  services_.durability->forget_start();
  return step;
}

template <math::Real T>
void BetweenSteps<T>::begin(std::uint64_t done) const {
  if (services_.durability == nullptr) {
    return;
  }
  const std::string signal = services_.durability->signal_before_start();
  if (!signal.empty()) {
    recorder_->interrupt();
    throw Error(ExitCode::stopped,
                fmt::format("stopped by {} before step {} of {}; {}", signal, done + 1,
                            options_->total_steps,
                            done > 0 ? services_.durability->advice(done)
                                     : "nothing was trained; begin with `resume`"));
  }
}

template <math::Real T>
bool BetweenSteps<T>::validate(std::uint64_t step) {
  const auto report = services_.validation->measure();
  const bool improved =
      best_->offer(step, report.value.objective, std::as_const(*model_).parameters());
  recorder_->validated(step, report, improved);
  validated_step_ = step;
  return out_of_patience();
}

template <math::Real T>
bool BetweenSteps<T>::out_of_patience() {
  const std::uint64_t patience = options_->patience;
  if (patience == 0 || best_->validations_since() < patience) {
    return false;
  }
  ending_ = fmt::format("stopped after step {}: {} validations without improvement",
                        validated_step_, best_->validations_since());
  return true;
}

template <math::Real T>
void BetweenSteps<T>::end(std::uint64_t step) {
  recorder_->end_incomplete_epoch();
  ending_ = fmt::format("ended by the caller after step {} of {}", step, options_->total_steps);
}

template <math::Real T>
bool BetweenSteps<T>::keep(std::uint64_t step, bool ended, bool last) {
  if (final_step_ == step) {
    return ended;
  }
  Durability& durability = *services_.durability;
  durability.at_step(step + 1);
  const std::uint64_t check_every = durability.options().check_replicas_every_steps;
  if (optimizer_state_.checksum && check_every > 0 && step % check_every == 0) {
    require_equal_replicas(*communicator_, optimizer_state_.checksum(), step);
  }
  const StepDecision decision =
      durability.agree(step, recorder_->failed(), recorder_->asked_to_end());
  if (decision.failed) {
    recorder_->agree();
  }
  if (decision.end && !ended && !last) {
    end(step);
    ended = true;
  }
  last = last || ended;
  if (decision.stop && !last) {
    stop(step, decision.reason);
  }
  if (durability.options().checkpoints && (decision.checkpoint || last)) {
    mpi::together(*communicator_, [&] {
      if (!communicator_->is_root()) {
        return;
      }
      durability.write(checkpoint(step, last ? ArrayOwnership::borrowed : ArrayOwnership::copied));
      if (last) {  // the borrowed arrays may change from here on
        durability.wait();
      }
    });
  }
  final_step_ = last ? step : 0;
  return ended;
}

template <math::Real T>
void BetweenSteps<T>::stop(std::uint64_t step, const std::string& reason) {
  mpi::together(*communicator_, [&] {
    if (communicator_->is_root()) {
      recorder_->interrupt();
      if (services_.durability->writes()) {
        services_.durability->write_now(checkpoint(step, ArrayOwnership::borrowed));
      }
    }
  });
  throw Error(ExitCode::stopped,
              fmt::format("stopped by {} after step {} of {}; {}", reason, step,
                          options_->total_steps, services_.durability->advice(step)));
}

template <math::Real T>
Checkpoint BetweenSteps<T>::checkpoint(std::uint64_t step, ArrayOwnership ownership) const {
  Checkpoint result(ownership);
  result.step = step;
  result.put("parameters", std::as_const(*model_).parameters());
  Json record = recorder_->record();
  record["validated_step"] = validated_step_;
  record["best"] = {{"known", best_->known()},
                    {"step", best_->step()},
                    {"objective", best_->objective()},
                    {"since", best_->validations_since()}};
  result.put("best", std::as_const(*best_).parameters());
  optimizer_state_.save(result, record);
  result.texts["record"] = json_text(record);
  put_model(*model_, result);
  return result;
}

template class BetweenSteps<float>;
template class BetweenSteps<double>;

}  // namespace infomax::train
