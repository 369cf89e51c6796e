// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/probe_rows.hpp"
#include "infomax/analysis/probe.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::analysis {

/// Which rows were predicted, as ProbeOutcomes::of_classes takes them; `by_neighbours` may be null.
[[nodiscard]] std::vector<double> hits(const std::vector<std::uint32_t>& labels,
                                       const std::vector<std::uint32_t>& predicted,
                                       const std::vector<std::uint32_t>* by_neighbours);

/// The distances of targets from their mean in the fit, and its errors, as ProbeOutcomes::of_values
/// takes them.
[[nodiscard]] std::vector<double> errors(const RidgeFit& fit, const stats::RowSource<double>& x,
                                         const stats::RowSource<double>& y);

/// The predicted rows of a probe, collected fold by fold, and the intervals of its scores.
class ProbeOutcomes {
 public:
  /// Collective. `predicted` are the rows of which the score is, `folds` 0 where they are test
  /// rows; otherwise rows of one group are drawn together.
  ProbeOutcomes(const mpi::Communicator& communicator, const ProbeRows& predicted, bool by_fold,
                const ProbeOptions& options);

  /// Whether anything is to be collected.
  [[nodiscard]] bool wanted() const { return options_.count > 0; }

  /// Adds the rows of a subset, which is fold `part`, with the same number of numbers each.
  void add(const Subset& subset, std::uint32_t part, const std::vector<double>& numbers);

  /// Collective. Of rows whose numbers are 1, whether they were predicted, and where `neighbours`
  /// whether neighbours did. All folds make one score.
  [[nodiscard]] ProbeIntervals of_classes(bool neighbours) const;

  /// Collective. Of rows whose numbers are 1, and of each of t targets d, d^2 and e^2, of its
  /// distance d from any one value and the error e. `score` is the mean over targets and over
  /// `parts`, the folds or the test rows. In a drawing, a part counts as much as the share of its
  /// rows that was drawn: so folds of one group are drawn as wholes, and one of which nothing was
  /// drawn has no part. No interval where drawings do not differ, as those of single rows.
  [[nodiscard]] ProbeIntervals of_values(double score,
                                         const std::vector<RegressionScores>& parts) const;

 private:
  const mpi::Communicator* communicator_;
  const ProbeRows* predicted_;
  ProbeBootstrap options_;
  bool by_group_;
  std::uint64_t first_row_ = 0;
  PredictedRows rows_;
};

}  // namespace infomax::analysis
