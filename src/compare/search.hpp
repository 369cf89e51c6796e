// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "compare/folds.hpp"
#include "compare/options.hpp"
#include "compare/outcome.hpp"
#include "compare/space.hpp"
#include "compare/store.hpp"
#include "infomax/core/stopwatch.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/train/config.hpp"

namespace infomax::compare {

/// All trials of a search, each checked.
struct Plan {
  train::Config base;                 ///< what all trials have in common
  Options options;                    ///< what is compared, and by what
  std::vector<Settings> points;       ///< what each trial varies
  std::vector<train::Config> trials;  ///< of each point

  /// The rungs of successive halving; 1 without it.
  [[nodiscard]] std::size_t rungs() const;
  /// The epochs or steps of a trial's trainings in a rung; nothing without halving.
  [[nodiscard]] std::optional<std::size_t> length(std::size_t trial, std::size_t rung) const;
  /// The configuration of a trial's trainings in a rung.
  [[nodiscard]] train::Config config(std::size_t trial, std::size_t rung) const;
  /// The number of trials of a rung.
  [[nodiscard]] std::size_t trials_of(std::size_t rung) const;
  /// The jobs of all rungs.
  [[nodiscard]] std::size_t jobs() const;
};

/// Makes the trials. Throws UsageError for the first option, value or combination that is wrong.
[[nodiscard]] Plan make_plan(const train::Config& base, const Options& options);

/// The data set of what `score` probe predicts, and of the classes of stratified folds.
[[nodiscard]] const std::string& label_path(const Plan& plan);

/// What a search's data are.
struct DataFacts {
  std::vector<std::string> contents;  ///< a line for each data set, and one for the folds
};

/// Collective. Reads the data once, and checks that each trial's networks take its rows, and that
/// each fold leaves rows to train on. Throws UsageError and DataError.
[[nodiscard]] DataFacts check_data(const mpi::Communicator& communicator, const Plan& plan);

/// All that the results of a plan depend on, as to_ini() writes it.
[[nodiscard]] std::string settings_of(const Plan& plan, const DataFacts& data);

/// The state of a search when a job is done.
struct Progress {
  const JobResult& last;  ///< of this rank's group
  std::size_t done = 0;   ///< jobs of all ranks
  std::size_t all = 0;    ///< jobs
  double left_s = 0.0;    ///< seconds that the others will take, as it seems
};

/// How a search is run.
struct SearchRun {
  Stopwatch started;                              ///< the time limit counts from it
  std::function<void(const Progress&)> on_job{};  ///< called on rank 0; may be empty
  bool overwrites = false;  ///< the same command would begin anew, for what messages say
};

/// What a search found, and how the rows were dealt.
struct Found {
  Outcome outcome;
  FoldKind kind{};       ///< of the folds
  std::size_t rows = 0;  ///< N
  std::size_t made = 0;  ///< jobs that were done now, and not before
};

/// Collective. Does the jobs that `store` does not have, in groups of ranks, and ranks the trials.
/// Throws an Error with ExitCode::stopped where the time is over or a signal asks for it, and what
/// trainings throw beside failures of their trial.
[[nodiscard]] Found search(const mpi::Communicator& communicator, const Plan& plan,
                           const Store& store, const SearchRun& run);

}  // namespace infomax::compare
