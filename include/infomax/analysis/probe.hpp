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
#include "infomax/data/blocks.hpp"
#include "infomax/data/normalization.hpp"
#include "infomax/data/rows.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::analysis {

/// This rank's shard of what is probed: features, and what is to be predicted from them.
struct ProbeRows {
  data::Blocks blocks;
  data::Rows x;
  data::Rows y;
  std::vector<std::string> classes{};  ///< what labels are called, where the file says it
};

struct ProbeOptions {
  data::NormalizeMode normalize = data::NormalizeMode::standardize;  ///< by the training rows
  double l2 = 1e-3;
  optim::SearchOptions search;
  std::size_t neighbours = 0;  ///< K; 0: none are looked for
  Metric metric = Metric::euclidean;
};

/// What the probe says while it works.
struct ProbeWatchers {
  optim::SearchWatcher search;   ///< by the root
  NeighbourProgress neighbours;  ///< by every rank
};

/// How well classes are predicted.
struct ClassProbe {
  ClassScores train;
  ClassScores test;
  optim::SearchOutcome outcome;
  std::optional<ClassScores> neighbours;  ///< of the test rows
};

/// Collective. Multinomial logistic regression, and neighbours where asked for. `classes` are those
/// of the training rows. Throws DataError where test rows have other features or classes.
[[nodiscard]] ClassProbe probe_classes(const mpi::Communicator& communicator,
                                       const ProbeRows& train, const ProbeRows& test,
                                       std::size_t classes, const ProbeOptions& options,
                                       const ProbeWatchers& watchers = {});

/// How well numbers are predicted.
struct ValueProbe {
  RegressionScores train;
  RegressionScores test;
};

/// Collective. Ridge regression. Throws DataError where test rows have other features or targets.
[[nodiscard]] ValueProbe probe_values(const mpi::Communicator& communicator, const ProbeRows& train,
                                      const ProbeRows& test, const ProbeOptions& options);

}  // namespace infomax::analysis
