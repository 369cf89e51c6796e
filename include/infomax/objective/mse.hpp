// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "infomax/objective/difference.hpp"
#include "infomax/objective/entropy.hpp"
#include "infomax/objective/objective.hpp"
#include "infomax/objective/options.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moments.hpp"

namespace infomax::objective {

/// J = -1/2 (1/N) sum_i |a_i - b_i|^2, p = q. Reported as the dependence as well; the entropies are
/// reported and have no part in J.
template <math::Real T>
class MeanSquaredError final : public Objective<T> {
 public:
  explicit MeanSquaredError(const ObjectiveOptions& options);

  /// Collective.
  [[nodiscard]] Value evaluate(const mpi::Communicator& communicator, const stats::RowSource<T>& a,
                               const stats::RowSource<T>& b, MatrixView<T> da,
                               MatrixView<T> db) override;

 private:
  ObjectiveOptions options_;
  stats::MeanPass<T> mean_pass_;
  stats::MomentPass<T> moment_pass_;
  EntropyPart<T> entropy_;
  DifferencePart<T> difference_;
};

}  // namespace infomax::objective
