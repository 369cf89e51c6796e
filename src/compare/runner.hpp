// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "compare/folds.hpp"
#include "compare/job.hpp"
#include "compare/options.hpp"
#include "infomax/data/labels.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/train/config.hpp"

namespace infomax::compare {

/// Trains and scores, one job after another, on the ranks of a communicator.
class JobRunner {
 public:
  /// Collective. `config` says which rows there are, `seed` keys the folds. Throws DataError
  /// and UsageError.
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
  std::string labels_;                                  // of `score` probe
  std::optional<data::NumberedClasses> label_classes_;  // none: values
};

/// Collective. The classes of the labels of all rows, those of texts by their number among all, or
/// nothing where they are values: `automatic` as data::find_classes() has it. Throws DataError.
[[nodiscard]] std::optional<data::NumberedClasses> find_label_classes(
    const mpi::Communicator& communicator, data::Datasets& all, const std::string& labels,
    model::TargetKind kind);

/// Collective. The accuracy, or R^2 where there are no classes, of a linear model that is fitted to
/// the representations of the training rows and predicts `labels` of the held-out rows, as `infomax
/// probe` does. `classes` are those of all rows, so that each fold is scored by the same measure.
template <math::Real T>
[[nodiscard]] double probe_score(const mpi::Communicator& communicator,
                                 const model::Model<T>& model, data::Datasets& training,
                                 data::Datasets& held_out, const std::string& labels,
                                 const std::optional<data::NumberedClasses>& classes);

}  // namespace infomax::compare
