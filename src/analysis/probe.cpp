// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/probe.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "analysis/probe_gather.hpp"
#include "analysis/probe_outcomes.hpp"
#include "analysis/probe_rows.hpp"
#include "infomax/core/error.hpp"

namespace infomax::analysis {
namespace {

/// How near the optimum fits are whose penalties are compared.
constexpr double path_tolerance = 1e-5;

/// Numbers the random choices of a probe: the deal to folds, and what is held out of the training
/// rows and of the rows that a fold is predicted from.
constexpr std::uint64_t deal_to_folds = 0;
constexpr std::uint64_t deal_of_all = 1;
std::uint64_t deal_of_fold(std::uint32_t fold) { return deal_of_all + 1 + fold; }

void require_like(const data::RowStore& train, const data::RowStore& test) {
  if (train.features() != test.features()) {
    throw DataError(fmt::format(
        "{} has {} columns and {} has {}; the training and the test data must have as many",
        train.where(), train.features(), test.where(), test.features()));
  }
}

/// Rows of a probe with their classes; `subset` of them is meant.
struct ClassRows {
  const ProbeRows& all;
  const std::vector<std::uint32_t>& labels;
  const Subset& subset;
};

/// Probes of classes with the same options.
class ClassProber {
 public:
  ClassProber(const mpi::Communicator& communicator, std::size_t classes,
              const ProbeOptions& options, const ProbeWatchers& watchers)
      : communicator_(communicator), classes_(classes), options_(options), watchers_(watchers) {}

  /// Collective. Fits to `train`, whose rows `dealer` deals, and predicts `test`, if there is any.
  /// Its rows go to `outcomes`, if any are wanted, as fold `part`.
  ClassFold probe(const Dealer& dealer, const ClassRows& train, const ClassRows* test,
                  std::uint64_t deal, ProbeOutcomes* outcomes = nullptr,
                  std::uint32_t part = 0) const {
    const auto features =
        measure_features(communicator_, train.all.x, train.subset, options_.normalize);
    const auto& normalization = features.normalization;
    ClassFold found;
    found.penalty =
        choose_penalty(dealer, train.subset, options_.l2, features.variance, deal,
                       [&](const SplitRows& split, std::span<const double> path, bool may_stop) {
                         return losses_along({train.all, train.labels, split.fitted},
                                             {train.all, train.labels, split.held_out},
                                             normalization, path, may_stop);
                       });
    const LabelledRows known = labelled(train, normalization);
    std::vector<std::uint32_t> predicted;
    std::vector<std::uint32_t> by_neighbours;
    {
      LogisticRegression regression(communicator_, known.rows(), classes_);
      const auto fit = regression.fit(found.penalty.l2, options_.search, nullptr, watchers_.search);
      found.outcome = fit.outcome;
      found.train = scores(known, predict(fit, known.rows()));
      if (test != nullptr) {
        const LabelledRows asked = labelled(*test, normalization);
        predicted = predict(fit, asked.rows());
        found.test = scores(asked, predicted);
      }
    }
    if (test != nullptr && options_.neighbours > 0) {
      const LabelledRows asked = labelled(*test, normalization);
      by_neighbours =
          predict_by_neighbours(communicator_, known.rows(), asked.rows(), options_.neighbours,
                                options_.metric, watchers_.neighbours);
      found.neighbours = scores(asked, by_neighbours);
    }
    if (test != nullptr && outcomes != nullptr && outcomes->wanted()) {
      outcomes->add(test->subset, part,
                    hits(labelled(*test, normalization).labels(), predicted,
                         found.neighbours ? &by_neighbours : nullptr));
    }
    return found;
  }

 private:
  static LabelledRows labelled(const ClassRows& rows, const data::Normalization& normalization) {
    return {rows.all.x, rows.subset, rows.labels, normalization};
  }

  [[nodiscard]] ClassScores scores(const LabelledRows& rows,
                                   const std::vector<std::uint32_t>& predicted) const {
    return count_scores(communicator_, rows.labels(), predicted, classes_);
  }

  [[nodiscard]] std::vector<LossSum> losses_along(const ClassRows& fitted,
                                                  const ClassRows& held_out,
                                                  const data::Normalization& normalization,
                                                  std::span<const double> path,
                                                  bool may_stop) const {
    const LabelledRows known = labelled(fitted, normalization);
    const LabelledRows asked = labelled(held_out, normalization);
    LogisticOptions search = options_.search;
    search.tolerance = std::max(search.tolerance, path_tolerance);
    LogisticRegression regression(communicator_, known.rows(), classes_);
    std::optional<LogisticFit> fit;
    std::vector<LossSum> losses;
    for (const double l2 : path) {
      if (may_stop && has_passed_least(losses)) {
        break;
      }
      fit = regression.fit(l2, search, fit ? &*fit : nullptr, watchers_.search);
      losses.push_back(log_loss(communicator_, *fit, asked.rows()));
    }
    return losses;
  }

  const mpi::Communicator& communicator_;
  std::size_t classes_;
  const ProbeOptions& options_;
  const ProbeWatchers& watchers_;
};

/// Collective. Calls probe_fold(split, fold) for every fold.
template <class ProbeFold>
void for_each_fold(const Dealer& dealer, std::size_t folds, const ProbeFold& probe_fold) {
  if (folds == 0) {
    return;
  }
  const Subset all = whole(dealer.communicator, dealer.rows);
  const auto part_of = dealer.deal(all, folds, deal_to_folds);
  for (std::uint32_t fold = 0; fold < folds; ++fold) {
    probe_fold(dealer.split(all, part_of, fold), fold);
  }
}

void add_fold(ClassProbe& probe, ClassFold fold, bool is_all_there_is) {
  if (is_all_there_is) {
    if (probe.folds.empty()) {
      probe.test = fold.test;
      probe.neighbours = fold.neighbours;
    } else {
      probe.test += fold.test;
      if (fold.neighbours) {
        *probe.neighbours += *fold.neighbours;
      }
    }
  }
  probe.folds.push_back(std::move(fold));
}

/// Collective. Calls probe(communicator, train, test) with the rows as they are dealt to ranks or,
/// where they are few, with all of them on every rank, alone.
template <class Probe>
auto with_ranks_that_serve(const mpi::Communicator& communicator, const ProbeRows& train,
                           const ProbeRows* test, const Probe& probe) {
  if (communicator.size() == 1 || !are_few(train, test)) {
    return probe(communicator, train, test);
  }
  const mpi::Communicator alone = communicator.split(communicator.rank());
  const ProbeRows all_of_train = gather_rows(communicator, train);
  if (test == nullptr) {
    return probe(alone, all_of_train, nullptr);
  }
  const ProbeRows all_of_test = gather_rows(communicator, *test);
  return probe(alone, all_of_train, &all_of_test);
}

/// Targets or features of a subset, as they are or normalised.
data::DatasetRows<double> rows_of(const data::RowStore& store, const Subset& subset,
                                  const data::Normalization& normalization) {
  return {store, subset.rows, normalization};
}

/// The squared errors of held-out rows over the variance of each target in the fitted rows.
LossSum relative_errors(const RegressionScores& scores, std::span<const double> variance,
                        double rows) {
  LossSum loss;
  for (std::size_t j = 0; j < variance.size(); ++j) {
    if (variance[j] > 0.0) {
      loss.sum += rows * scores.mse[j] / variance[j];
      loss.rows += rows;
    }
  }
  return loss;
}

/// Probes of values with the same options.
class ValueProber {
 public:
  ValueProber(const mpi::Communicator& communicator, const ProbeOptions& options,
              std::size_t targets)
      : communicator_(communicator),
        options_(options),
        as_they_are_(data::Normalization::identity(targets)) {}

  /// Collective. Fits to a subset of the rows that `dealer` deals, and predicts a subset of `test`,
  /// if there is any.
  ValueFold probe(const Dealer& dealer, const Subset& train, const ProbeRows* test,
                  const Subset& asked, std::uint64_t deal, ProbeOutcomes* outcomes = nullptr,
                  std::uint32_t part = 0) const {
    const ProbeRows& rows = dealer.rows;
    const auto features = measure_features(communicator_, rows.x, train, options_.normalize);
    const auto& normalization = features.normalization;
    ValueFold found;
    found.penalty = choose_penalty(
        dealer, train, options_.l2, features.variance, deal,
        [&](const SplitRows& split, std::span<const double> path, bool /*may_stop*/) {
          return losses_along(rows, split, normalization, path);
        });
    const auto fit = regression(rows, train, normalization).fit(found.penalty.l2);
    found.train = scores(fit, rows, train, normalization);
    if (test != nullptr) {
      found.test = scores(fit, *test, asked, normalization);
      if (outcomes != nullptr && outcomes->wanted()) {
        outcomes->add(asked, part,
                      errors(fit, rows_of(test->x, asked, normalization),
                             rows_of(test->y, asked, as_they_are_)));
      }
    }
    return found;
  }

 private:
  [[nodiscard]] RidgeRegression regression(const ProbeRows& rows, const Subset& subset,
                                           const data::Normalization& normalization) const {
    return {communicator_, rows_of(rows.x, subset, normalization),
            rows_of(rows.y, subset, as_they_are_), &subset.parts};
  }

  [[nodiscard]] RegressionScores scores(const RidgeFit& fit, const ProbeRows& rows,
                                        const Subset& subset,
                                        const data::Normalization& normalization) const {
    return score(communicator_, fit, rows_of(rows.x, subset, normalization),
                 rows_of(rows.y, subset, as_they_are_), &subset.parts);
  }

  [[nodiscard]] std::vector<LossSum> losses_along(const ProbeRows& rows, const SplitRows& split,
                                                  const data::Normalization& normalization,
                                                  std::span<const double> path) const {
    const auto count =
        static_cast<double>(communicator_.sum(std::uint64_t{split.held_out.rows.size()}));
    const auto fitted = regression(rows, split.fitted, normalization);
    std::vector<LossSum> losses;
    for (const double l2 : path) {
      losses.push_back(relative_errors(scores(fitted.fit(l2), rows, split.held_out, normalization),
                                       fitted.target_variance(), count));
    }
    return losses;
  }

  const mpi::Communicator& communicator_;
  const ProbeOptions& options_;
  data::Normalization as_they_are_;
};

ClassProbe probe_classes_of(const mpi::Communicator& communicator, const ProbeRows& train,
                            const ProbeRows* test, const data::NumberedClasses& classes,
                            const ProbeOptions& options, const ProbeWatchers& watchers) {
  const auto labels = data::class_numbers(communicator, train.y, classes);
  const Dealer dealer{communicator, train, labels, classes.count, options.seed};
  const ClassProber prober(communicator, classes.count, options, watchers);
  const Subset all = whole(communicator, train);
  const ClassRows known{train, labels, all};
  ProbeOutcomes outcomes(communicator, test != nullptr ? *test : train, test == nullptr, options);
  ClassFold found;
  if (test != nullptr) {
    require_like(train.x, test->x);
    const auto test_labels = data::class_numbers(communicator, test->y, classes);
    const Subset all_of_test = whole(communicator, *test);
    const ClassRows asked{*test, test_labels, all_of_test};
    found = prober.probe(dealer, known, &asked, deal_of_all, &outcomes);
  } else {
    found = prober.probe(dealer, known, nullptr, deal_of_all);
  }
  ClassProbe probe{found.penalty, found.outcome, found.train, found.test, found.neighbours, {}};
  for_each_fold(dealer, options.folds, [&](const SplitRows& split, std::uint32_t fold) {
    const ClassRows others{train, labels, split.fitted};
    const ClassRows asked{train, labels, split.held_out};
    add_fold(probe,
             prober.probe(dealer, others, &asked, deal_of_fold(fold),
                          test == nullptr ? &outcomes : nullptr, fold),
             test == nullptr);
  });
  if (outcomes.wanted()) {
    probe.intervals = outcomes.of_classes(probe.neighbours.has_value());
  }
  return probe;
}

ValueProbe probe_values_of(const mpi::Communicator& communicator, const ProbeRows& train,
                           const ProbeRows* test, const ProbeOptions& options) {
  if (test != nullptr) {
    require_like(train.x, test->x);
    require_like(train.y, test->y);
  }
  const std::vector<std::uint32_t> alike(train.x.count(), 0);
  const Dealer dealer{communicator, train, alike, 1, options.seed};
  const ValueProber prober(communicator, options, train.y.features());
  const Subset all_of_test = test != nullptr ? whole(communicator, *test) : Subset{};
  ProbeOutcomes outcomes(communicator, test != nullptr ? *test : train, test == nullptr, options);
  const auto found =
      prober.probe(dealer, whole(communicator, train), test, all_of_test, deal_of_all, &outcomes);
  ValueProbe probe{found.penalty, found.train, found.test, {}};
  std::vector<RegressionScores> of_folds;
  for_each_fold(dealer, options.folds, [&](const SplitRows& split, std::uint32_t fold) {
    probe.folds.push_back(prober.probe(dealer, split.fitted, &train, split.held_out,
                                       deal_of_fold(fold), test == nullptr ? &outcomes : nullptr,
                                       fold));
    of_folds.push_back(probe.folds.back().test);
  });
  if (test == nullptr) {
    probe.test = mean_of(of_folds);
  }
  if (outcomes.wanted()) {
    probe.intervals = outcomes.of_values(probe.test.mean_r2,
                                         test == nullptr ? of_folds : std::vector{probe.test});
  }
  return probe;
}

}  // namespace

ClassProbe probe_classes(const mpi::Communicator& communicator, const ProbeRows& train,
                         const ProbeRows* test, const data::NumberedClasses& classes,
                         const ProbeOptions& options, const ProbeWatchers& watchers) {
  return with_ranks_that_serve(
      communicator, train, test,
      [&](const mpi::Communicator& ranks, const ProbeRows& train_rows, const ProbeRows* test_rows) {
        return probe_classes_of(ranks, train_rows, test_rows, classes, options, watchers);
      });
}

ValueProbe probe_values(const mpi::Communicator& communicator, const ProbeRows& train,
                        const ProbeRows* test, const ProbeOptions& options) {
  return with_ranks_that_serve(
      communicator, train, test,
      [&](const mpi::Communicator& ranks, const ProbeRows& train_rows, const ProbeRows* test_rows) {
        return probe_values_of(ranks, train_rows, test_rows, options);
      });
}

FoldSummary summarise(const std::vector<double>& scores) {
  const auto count = static_cast<double>(scores.size());
  const double mean = std::accumulate(scores.begin(), scores.end(), 0.0) / count;
  double squares = 0.0;
  for (const double score : scores) {
    squares += (score - mean) * (score - mean);
  }
  return {mean, std::sqrt(squares / (count - 1.0))};
}

}  // namespace infomax::analysis
