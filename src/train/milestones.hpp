#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include <fmt/format.h>

#include "infomax/model/model.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/train/trainer.hpp"
#include "train/recorder.hpp"

namespace infomax::train {

/// A point between steps.
struct Milestone {
  std::uint64_t step = 0;  ///< the one just done, counted from 1
  bool last = false;       ///< none follows
};

/// What is done between steps, by all ranks alike whatever the optimiser.
template <math::Real T>
class Milestones {
 public:
  /// What is passed by reference must outlive this.
  Milestones(const mpi::Communicator& communicator, model::Model<T>& model, Recorder<T>& recorder,
             BestModel<T>& best, const TrainerOptions& options, const Companions<T>& companions)
      : communicator_(&communicator),
        model_(&model),
        recorder_(&recorder),
        best_(&best),
        options_(&options),
        companions_(companions) {}

  /// Whether reached() looks at the model's parameters. By all ranks alike.
  [[nodiscard]] bool looks_at_parameters(const Milestone& milestone) const {
    return companions_.validation != nullptr && milestone.step != validated_step_ &&
           (milestone.last || milestone.step % options_->validate_every_steps == 0);
  }

  /// Collective. True where the run ends here though steps are left.
  [[nodiscard]] bool reached(const Milestone& milestone) {
    return looks_at_parameters(milestone) && validate(milestone.step);
  }

  /// Why the run ended, where reached() ended it.
  [[nodiscard]] const std::string& ending() const { return ending_; }

 private:
  bool validate(std::uint64_t step) {
    const auto report = companions_.validation->measure();
    const bool improved =
        best_->offer(step, report.value.objective, std::as_const(*model_).parameters());
    recorder_->validated(step, report, improved);
    validated_step_ = step;
    const std::uint64_t patience = options_->patience;
    if (patience == 0 || best_->validations_since() < patience) {
      return false;
    }
    ending_ = fmt::format("stopped after step {}: {} validations without improvement", step,
                          best_->validations_since());
    return true;
  }

  const mpi::Communicator* communicator_;
  model::Model<T>* model_;
  Recorder<T>* recorder_;
  BestModel<T>* best_;
  const TrainerOptions* options_;
  Companions<T> companions_;
  std::uint64_t validated_step_ = 0;
  std::string ending_;
};

}  // namespace infomax::train
