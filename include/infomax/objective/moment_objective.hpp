// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <string>

#include "infomax/objective/difference.hpp"
#include "infomax/objective/entropy.hpp"
#include "infomax/objective/histogram_options.hpp"
#include "infomax/objective/moment_function.hpp"
#include "infomax/objective/needs.hpp"
#include "infomax/objective/objective.hpp"
#include "infomax/stats/compact_moments.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moment_gradient.hpp"
#include "infomax/stats/moments.hpp"

namespace infomax::objective {

/// What MomentObjective adds up: J = function(moments) - similarity_weight mean((a - b)^2) -
/// lambda_a H(a) - lambda_b H(b).
struct MomentTerms {
  std::unique_ptr<MomentFunction> function;  ///< not null
  double similarity_weight = 0.0;            ///< w_s; 0 = the term is left out
  double lambda_a = 0.0;                     ///< weight of the entropy of side a
  double lambda_b = 0.0;                     ///< weight of the entropy of side b
  bool reversible = false;                   ///< whether rows count as BothDirections; w_s = 0
};

/// J = f(moments) - w_s mean((a - b)^2) - lambda_a H(a) - lambda_b H(b), where f is any function of
/// the second moments. With f = rho and w_s = 0 it is `infomax`; with lambda = 0 it is every
/// objective of moments alone, and all of J is then reported as the dependence. It takes three
/// passes over the rows, each of which ends in one sum over ranks: means, second moments,
/// histograms; and a fourth, local one for the gradient. Entropies are measured also where lambda
/// is 0. Where a side has many more columns than the batch has rows, and f is the same in any basis
/// of the columns, the second moments are those of coordinates (stats::CompactMoments).
template <math::Real T>
class MomentObjective final : public Objective<T> {
 public:
  /// `needs` and `name`, for messages, are those of the objective that this is. A similarity weight
  /// w_s other than 0 needs p = q and adds the mean, `similarity`, to the report.
  MomentObjective(std::string name, Needs needs, MomentTerms terms,
                  const HistogramOptions& histogram);

  /// Collective. Throws NumericError where the function does, on every rank.
  [[nodiscard]] Value evaluate(const mpi::Communicator& communicator, const Batch<T>& batch,
                               const Gradients<T>& gradients) override;

 private:
  Value evaluate_rows(const mpi::Communicator& communicator, const stats::RowPairs<T>& rows,
                      const Gradients<T>& gradients);

  std::string name_;
  Needs needs_;
  MomentTerms terms_;
  stats::MeanPass<T> mean_pass_;
  stats::MomentPass<T> moment_pass_;
  stats::MomentPass<T> variance_pass_;  // where sides are compact
  stats::CompactMoments<T> compact_;
  stats::MomentGradient moment_gradient_;
  stats::MomentPullBack<T> moment_pull_back_;
  DifferenceGradient<T> difference_;
  EntropyTerms<T> entropy_;
  Matrix<T> both_a_;  // the gradients of rows in both directions
  Matrix<T> both_b_;
};

}  // namespace infomax::objective
