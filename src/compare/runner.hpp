// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>

#include "compare/folds.hpp"
#include "compare/job.hpp"
#include "compare/options.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/train/config.hpp"

namespace infomax::compare {

/// Trains and scores, one job after another, on the ranks of a communicator.
class JobRunner {
 public:
  /// Collective. `config` says which rows there are, `seed` keys the folds.
  JobRunner(const mpi::Communicator& communicator, const train::Config& config,
            const Options& options);

  /// Collective. Trains `config` without the rows of the job's fold and scores these. A failure of
  /// the numbers, or of settings that do not fit the fold's rows, is the result; others are thrown.
  /// Ends early, with a result of no use, where `stop` says so on rank 0.
  [[nodiscard]] JobResult run(const Job& job, train::Config config,
                              const std::function<bool()>& stop);

  [[nodiscard]] Folds& folds() { return folds_; }

 private:
  [[nodiscard]] double train_and_score(const train::Config& config, data::Datasets& training,
                                       data::Datasets& held_out, const std::function<bool()>& stop);

  mpi::Communicator communicator_;
  Options options_;
  Folds folds_;
};

/// Collective. The accuracy, or R^2 of values, of a linear model that is fitted to the
/// representations of the training rows and predicts `labels` of the held-out rows, as `infomax
/// probe` does.
template <math::Real T>
[[nodiscard]] double probe_score(const mpi::Communicator& communicator,
                                 const model::Model<T>& model, data::Datasets& training,
                                 data::Datasets& held_out, const std::string& labels);

}  // namespace infomax::compare
