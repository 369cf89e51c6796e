// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "infomax/analysis/class_scores.hpp"
#include "infomax/analysis/logistic.hpp"
#include "infomax/analysis/neighbours.hpp"
#include "infomax/analysis/ridge.hpp"
#include "infomax/core/field.hpp"
#include "infomax/data/blocks.hpp"
#include "infomax/data/normalization.hpp"
#include "infomax/data/rows.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::analysis {

/// This rank's shard of the rows of a probe: features, and the labels or targets to predict from
/// them.
struct ProbeRows {
  data::Blocks blocks;                 ///< of the rows of all ranks
  data::Rows x;                        ///< [local rows, features]
  data::Rows y;                        ///< [local rows, 1] labels or [local rows, targets]
  std::vector<std::string> classes{};  ///< what labels are called, where the file says it
};

/// How a probe is fitted.
struct ProbeOptions {
  data::NormalizeMode normalize = data::NormalizeMode::standardize;  ///< by the training rows
  double l2 = 1e-3;  ///< weight of the penalty of LogisticLoss or fit_ridge(), 0 or more
  /// Of the logistic regression. It multiplies in float, so that smaller gains of the loss are
  /// rounding errors.
  optim::SearchOptions search{.tolerance = 3e-4, .iterations = 1000, .rounding = 1e-5};
  std::size_t neighbours = 0;         ///< K; 0: none are looked for
  Metric metric = Metric::euclidean;  ///< by which neighbours are near
};

/// The table of ProbeOptions.
[[nodiscard]] inline FieldTable<ProbeOptions> probe_fields() {
  using Options = ProbeOptions;
  FieldTable<optim::SearchOptions> search;
  search
      .add("iterations", &optim::SearchOptions::iterations, "N",
           "maximum number of iterations of L-BFGS", one_or_more())
      .add("tolerance", &optim::SearchOptions::tolerance, "T",
           "logistic regression has converged where |gradient| <= T max(1, |weights|)",
           at_least(0.0));
  FieldTable<Options> table;
  table.group("Regression")
      .add("normalize", &Options::normalize, "MODE",
           "normalisation of the features by statistics of the training rows: standardize (mean 0 "
           "and "
           "deviation 1 a column), center, scale or none")
      .add("l2", &Options::l2, "L",
           "penalty: L/2 times the sum of squared weights beside the mean loss a row; "
           "scikit-learn's C is 1 / (L N), its alpha L N",
           at_least(0.0))
      .include(&Options::search, search);
  table.group("Nearest neighbours")
      .add("neighbours", &Options::neighbours, "K",
           "also predict the class of most of the K nearest training rows, exactly; 0 = do not",
           zero_or_more("none"))
      .add("metric", &Options::metric, "METRIC",
           "distance of normalised features: euclidean or cosine");
  return table;
}

/// The functions that a probe calls while it works.
struct ProbeWatchers {
  optim::SearchWatcher search;   ///< by the root
  NeighbourProgress neighbours;  ///< by every rank
};

/// The scores of predicted classes.
struct ClassProbe {
  ClassScores train;                      ///< on the training rows
  ClassScores test;                       ///< on the test rows
  optim::SearchOutcome outcome;           ///< of the logistic regression
  std::optional<ClassScores> neighbours;  ///< of the test rows
};

/// Collective. Multinomial logistic regression, and neighbours where asked for. `classes` are those
/// of the training rows. Throws DataError where test rows have other features or classes.
[[nodiscard]] ClassProbe probe_classes(const mpi::Communicator& communicator,
                                       const ProbeRows& train, const ProbeRows& test,
                                       std::size_t classes, const ProbeOptions& options,
                                       const ProbeWatchers& watchers = {});

/// The scores of predicted numbers.
struct ValueProbe {
  RegressionScores train;  ///< on the training rows
  RegressionScores test;   ///< on the test rows
};

/// Collective. Ridge regression. Throws DataError where test rows have other features or targets.
[[nodiscard]] ValueProbe probe_values(const mpi::Communicator& communicator, const ProbeRows& train,
                                      const ProbeRows& test, const ProbeOptions& options);

}  // namespace infomax::analysis
