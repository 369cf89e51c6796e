// SPDX-License-Identifier: BSD-3-Clause
#include "compare/runner.hpp"

#include <cmath>
#include <utility>

#include "infomax/analysis/evaluation.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/stopwatch.hpp"
#include "infomax/data/chosen_datasets.hpp"
#include "infomax/data/loader.hpp"
#include "infomax/train/training.hpp"

namespace infomax::compare {
namespace {

/// Whether the search goes on with other jobs after this error: it says something of the trial.
bool is_of_the_trial(const Error& error) {
  return error.exit_code() == ExitCode::numeric || error.exit_code() == ExitCode::usage ||
         error.exit_code() == ExitCode::data;
}

}  // namespace

JobRunner::JobRunner(const mpi::Communicator& communicator, const train::Config& config,
                     const Options& options)
    : communicator_(communicator),
      options_(options),
      folds_(communicator, read_fold_rows(communicator, config.data, config, options.folds),
             options.folds, config.seed),
      labels_(options.folds.labels.empty() ? config.y : options.folds.labels) {
  if (options.score == Score::probe) {
    data::DatasetFile file(communicator, config.data);
    label_classes_ =
        find_label_classes(communicator, file, labels_,
                           labels_ == config.y ? config.target : model::TargetKind::automatic);
    file.close();
  }
}

JobResult JobRunner::run(const Job& job, train::Config config, const std::function<bool()>& stop) {
  const Stopwatch stopwatch;
  Fold fold = folds_.fold(job.repeat, job.fold);
  JobResult result{.job = job};
  result.training_rows = fold.training.count();
  result.held_out_rows = fold.held_out.count();
  config.seed += job.repeat;
  const auto trajectories = [&](const data::RowSet& rows) {
    return model::meaning_of(config.pair).is_lagged
               ? data::ChosenTrajectories{config.lengths, folds_.trajectories_of(rows)}
               : data::ChosenTrajectories{};
  };
  data::DatasetFile file(communicator_, config.data);
  auto of_training = trajectories(fold.training);
  auto of_held_out = trajectories(fold.held_out);
  data::ChosenDatasets training(communicator_, file, std::move(fold.training),
                                std::move(of_training));
  data::ChosenDatasets held_out(communicator_, file, std::move(fold.held_out),
                                std::move(of_held_out));
  try {
    result.score = train_and_score(config, training, held_out, stop);
    if (!std::isfinite(result.score)) {
      throw NumericError("the score is not finite");
    }
  } catch (const Error& error) {  // the same on every rank
    if (!is_of_the_trial(error)) {
      throw;
    }
    result.failure = error.what();
    result.exit_code = error.exit_code();
    result.score = 0.0;
  }
  file.close();
  result.seconds = stopwatch.elapsed_s();
  return result;
}

double JobRunner::train_and_score(const train::Config& config, data::Datasets& training,
                                  data::Datasets& held_out, const std::function<bool()>& stop) {
  train::Training run(config, training, communicator_);
  run.end_where(stop);
  (void)run.run();
  return run.with_model([&]<math::Real T>(const model::Model<T>& model) {
    if (options_.score == Score::probe) {
      return probe_score<T>(communicator_, model, training, held_out, labels_, label_classes_);
    }
    constexpr std::size_t enough = 4096;
    return analysis::evaluate_model<T>(communicator_, model, held_out,
                                       config.micro_batch == 0 ? enough : config.micro_batch,
                                       config.reproducible,
                                       options_.score == Score::fit ? &training : nullptr)
        .value.objective;
  });
}

}  // namespace infomax::compare
