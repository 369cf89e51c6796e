// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/lbfgs.hpp"

#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "infomax/core/error.hpp"
#include "infomax/mpi/failure.hpp"
#include "train/joint_evaluation.hpp"
#include "train/lbfgs_search.hpp"
#include "train/milestones.hpp"
#include "train/recorder.hpp"

namespace infomax::train {
void LbfgsOptions::check() const {
  if (history == 0 || history > 1000) {
    throw UsageError(fmt::format("`lbfgs_history` is {}; it must be 1 to 1000", history));
  }
  if (!(tolerance >= 0.0) || !std::isfinite(tolerance)) {
    throw UsageError(fmt::format("`tolerance` is {}; it must be at least 0", tolerance));
  }
}

std::size_t lbfgs_bytes(const LbfgsOptions& options, std::size_t parameter_count) {
  // liblbfgs keeps 2 m + 6 vectors, Search three, and for checkpoints 2 m + 2.
  return (4 * options.history + 11) * parameter_count * sizeof(double);
}

template <math::Real T>
TrainSummary train_lbfgs(const mpi::Communicator& communicator, model::Model<T>& model,
                         Step<T>& step, const RunDirectory& directory,
                         const TrainerOptions& options, const LbfgsOptions& lbfgs,
                         const Companions<T>& companions) {
  lbfgs.check();
  BestModel<T> best;
  Recorder<T> recorder(communicator, model, best, directory, options, 1, companions.durability);
  std::optional<Search<T>> search;
  Keeper keeper;
  keeper.save = [&](Checkpoint& checkpoint, nlohmann::json& record) {
    search->save(checkpoint, record);
  };
  Milestones<T> milestones(communicator, model, recorder, best, options, companions, keeper);
  JointEvaluation<T> evaluation(communicator, model, step, milestones);
  const auto begin = [&] {
    if (communicator.is_root()) {
      search.emplace(evaluation, recorder, best, options, lbfgs, model.parameters());
      if (companions.durability != nullptr) {
        search->remember();
      }
    }
  };
  const bool resumed = milestones.restore([&](const nlohmann::json& record) {
    mpi::together(communicator, [&] {
      begin();
      if (search) {
        const auto& start = *companions.durability->start();
        search->restore(start, record, start.step);
      }
    });
  }) > 0;
  if (resumed && milestones.ended_before() && search) {
    search->end_here();
  }
  if (!resumed) {
    mpi::together(communicator, begin);
  }
  if (search) {
    search->run();
  } else {
    evaluation.serve();
  }
  std::string ending;
  std::string failure;  // of the search, which is nobody's own
  mpi::together(communicator, [&] {
    if (search) {
      recorder.interrupt();
      try {
        ending = milestones.ending().empty() ? search->ending() : milestones.ending();
      } catch (const NumericError& error) {
        failure = error.what();
      }
    }
  });
  failure = communicator.broadcast(failure, 0);
  if (!failure.empty()) {
    throw NumericError(failure);
  }
  TrainSummary summary = recorder.finish();
  summary.ending = ending;
  return summary;
}

template TrainSummary train_lbfgs<float>(const mpi::Communicator&, model::Model<float>&,
                                         Step<float>&, const RunDirectory&, const TrainerOptions&,
                                         const LbfgsOptions&, const Companions<float>&);
template TrainSummary train_lbfgs<double>(const mpi::Communicator&, model::Model<double>&,
                                          Step<double>&, const RunDirectory&, const TrainerOptions&,
                                          const LbfgsOptions&, const Companions<double>&);

}  // namespace infomax::train
