// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "infomax/analysis/class_scores.hpp"
#include "infomax/analysis/logistic.hpp"
#include "infomax/analysis/neighbours.hpp"
#include "infomax/analysis/probe_intervals.hpp"
#include "infomax/analysis/ridge.hpp"
#include "infomax/core/field.hpp"
#include "infomax/data/blocks.hpp"
#include "infomax/data/labels.hpp"
#include "infomax/data/normalization.hpp"
#include "infomax/data/rows.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::analysis {

/// The weight of the penalty of a regression.
struct Penalty {
  std::optional<double> l2;  ///< 0 or more; unset: the one that predicts held-out rows best
};

}  // namespace infomax::analysis

/// "auto" or a number.
template <>
struct infomax::FieldText<infomax::analysis::Penalty> {
  /// @{ As FieldText describes it.
  static std::optional<analysis::Penalty> parse(std::string_view text) {
    if (same_name(text, "auto")) {
      return analysis::Penalty{};
    }
    const auto l2 = FieldText<double>::parse(text);
    return l2 ? std::optional(analysis::Penalty{l2}) : std::nullopt;
  }
  static std::string format(const analysis::Penalty& penalty) {
    return penalty.l2 ? FieldText<double>::format(*penalty.l2) : "auto";
  }
  static std::string expected() { return "auto or a number, 0 or more"; }
  /// @}
};

namespace infomax::analysis {

/// This rank's shard of the rows of a probe: features, and the labels or targets to predict from
/// them.
struct ProbeRows {
  data::Blocks blocks;                  ///< of the rows of all ranks
  data::Rows x;                         ///< [local rows, features]
  data::Rows y;                         ///< [local rows, 1] labels or [local rows, targets]
  std::vector<std::string> classes{};   ///< what labels are called, where the file says it
  std::vector<std::uint64_t> groups{};  ///< [local rows], or empty on all ranks: none
};

/// How a probe is fitted.
struct ProbeOptions {
  data::NormalizeMode normalize = data::NormalizeMode::standardize;  ///< by the training rows
  Penalty l2;                         ///< of LogisticRegression or RidgeRegression
  LogisticOptions search;             ///< of the logistic regression
  std::size_t folds = 0;              ///< K; 0: no cross-validation
  std::uint64_t seed = 0;             ///< of the rows of folds, and of those held out for l2
  std::size_t neighbours = 0;         ///< K; 0: none are looked for
  Metric metric = Metric::euclidean;  ///< by which neighbours are near
  std::size_t bootstrap = 0;          ///< K drawings of predicted rows; 0: no intervals
  double confidence = 0.95;           ///< of each interval
};

/// The table of ProbeOptions.
[[nodiscard]] inline FieldTable<ProbeOptions> probe_fields() {
  using Options = ProbeOptions;
  FieldTable<LogisticOptions> search;
  search
      .add("iterations", &LogisticOptions::iterations, "N",
           "maximum number of Newton steps of the logistic regression", one_or_more())
      .add("tolerance", &LogisticOptions::tolerance, "T",
           "logistic regression has converged after a Newton step that was to lower the loss by at "
           "most T times the loss",
           at_least(0.0));
  FieldTable<Options> table;
  table.group("Regression")
      .add("normalize", &Options::normalize, "MODE",
           "normalisation of the features by statistics of the training rows: standardize (mean 0 "
           "and "
           "deviation 1 a column), center, scale or none")
      .add("l2", &Options::l2, "L|auto",
           "penalty: L/2 times the sum of squared weights beside the mean loss a row; "
           "scikit-learn's C is 1 / (L N), its alpha L N; auto = of the eight powers of ten from "
           "10 to 1e-6 times the variance of a feature the one that predicts a held-out fifth of "
           "the training rows best (up to 2000 rows, each fifth in turn), then fitted to all",
           {[](const Penalty& penalty) {
              return !penalty.l2 || (std::isfinite(*penalty.l2) && *penalty.l2 >= 0.0);
            },
            FieldText<Penalty>::expected()})
      .include(&Options::search, search);
  table.group("Cross-validation")
      .add("folds", &Options::folds, "K",
           "also deal the training rows to K folds, with classes in equal parts, and predict each "
           "from the others; the test file then is optional; 0 = do not",
           {[](std::size_t folds) { return folds != 1; }, "0 (none), or 2 folds or more"})
      .add("seed", &Options::seed, "N",
           "of the random choice of folds and of rows held out, the same on any number of ranks");
  table.group("Nearest neighbours")
      .add("neighbours", &Options::neighbours, "K",
           "also predict the class of most of the K nearest training rows, exactly; 0 = do not",
           zero_or_more("none"))
      .add("metric", &Options::metric, "METRIC",
           "distance of normalised features: euclidean or cosine");
  table.group("Intervals by bootstrap")
      .add("bootstrap", &Options::bootstrap, "K",
           "draw the rows that are predicted K times (such as 1000), each as often as Poisson's "
           "distribution of mean 1 has it, and report the interval of the accuracy, or of R^2: the "
           "number, less the bias of the drawings, and their normal deviation to either side; with "
           "`neighbours` also of the difference, in the same drawings. Without test rows, rows of "
           "one of `groups` are drawn together. What is fitted stays as it is. 0 = none",
           {[](std::size_t k) { return k != 1; }, "0 for none, or 2 or more"})
      .add("confidence", &Options::confidence, "C", "of each interval",
           {[](double c) { return c > 0.0 && c < 1.0; }, "a number between 0 and 1"});
  return table;
}

/// The functions that a probe calls while it works.
struct ProbeWatchers {
  LogisticWatcher search;        ///< by every rank
  NeighbourProgress neighbours;  ///< by every rank
};

/// The loss of held-out rows at one penalty.
struct PenaltyTrial {
  double l2 = 0.0;  ///< the penalty
  /// Of classes the mean of -ln p[y], of values the mean squared error of a target over its
  /// variance in the rows fitted to.
  double loss = 0.0;
};

/// The penalty of a fit, and how it was found.
struct PenaltyChoice {
  double l2 = 0.0;                   ///< the penalty
  bool was_chosen = false;           ///< by held-out rows
  std::size_t splits = 0;            ///< how often rows were held out
  std::vector<PenaltyTrial> path{};  ///< from the largest penalty on; empty unless chosen
};

/// Intervals of a probe's scores, by drawings of the rows that were predicted. Unset: there is
/// none, because nothing was drawn, or drawings have no score or all the same.
struct ProbeIntervals {
  std::optional<NumberInterval> score;       ///< of the accuracy, or of the mean R^2
  std::optional<NumberInterval> neighbours;  ///< of the accuracy of neighbours
  std::optional<NumberInterval> difference;  ///< of the accuracy less that of neighbours
};

/// One fold of a cross-validation of classes.
struct ClassFold {
  PenaltyChoice penalty;                  ///< of the fit to the other folds
  LogisticOutcome outcome;                ///< of this fit
  ClassScores train;                      ///< on the other folds
  ClassScores test;                       ///< on the fold
  std::optional<ClassScores> neighbours;  ///< of the fold among the others
};

/// The scores of predicted classes.
struct ClassProbe {
  PenaltyChoice penalty;                  ///< of the fit to all training rows
  LogisticOutcome outcome;                ///< of this fit
  ClassScores train;                      ///< on the training rows
  ClassScores test;                       ///< on the test rows; without these, of all folds
  std::optional<ClassScores> neighbours;  ///< of the same rows
  std::vector<ClassFold> folds;           ///< of the training rows
  ProbeIntervals intervals{};             ///< of the scores `test` and `neighbours`
};

/// Collective. Multinomial logistic regression, and neighbours where asked for. `classes` are those
/// of the training rows; without `test`, there must be folds. Memory beside the rows: a tile, some
/// vectors of (features + 1) classes numbers, and up to LogisticRegression::most_covariances
/// features their covariances; rows of up to 1 MiB are gathered on every rank, which then works
/// alone. Throws DataError where test rows have other features or classes.
[[nodiscard]] ClassProbe probe_classes(const mpi::Communicator& communicator,
                                       const ProbeRows& train, const ProbeRows* test,
                                       const data::NumberedClasses& classes,
                                       const ProbeOptions& options,
                                       const ProbeWatchers& watchers = {});

/// One fold of a cross-validation of values.
struct ValueFold {
  PenaltyChoice penalty;   ///< of the fit to the other folds
  RegressionScores train;  ///< on the other folds
  RegressionScores test;   ///< on the fold
};

/// The scores of predicted numbers.
struct ValueProbe {
  PenaltyChoice penalty;         ///< of the fit to all training rows
  RegressionScores train;        ///< on the training rows
  RegressionScores test;         ///< on the test rows; without these, the mean of all folds
  std::vector<ValueFold> folds;  ///< of the training rows
  ProbeIntervals intervals{};    ///< of the mean R^2 of `test`
};

/// Collective. Ridge regression; without `test`, there must be folds. Throws DataError where test
/// rows have other features or targets.
[[nodiscard]] ValueProbe probe_values(const mpi::Communicator& communicator, const ProbeRows& train,
                                      const ProbeRows* test, const ProbeOptions& options);

/// The mean and the standard deviation (over K - 1) of the scores of K folds.
struct FoldSummary {
  double mean = 0.0;                ///< of the scores
  double standard_deviation = 0.0;  ///< of the scores
};

/// Returns the summary of two scores or more.
[[nodiscard]] FoldSummary summarise(const std::vector<double>& scores);

}  // namespace infomax::analysis
