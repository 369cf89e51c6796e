// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>

#include "infomax/objective/difference.hpp"
#include "infomax/objective/entropy.hpp"
#include "infomax/objective/moment_function.hpp"
#include "infomax/objective/objective.hpp"
#include "infomax/objective/options.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moment_gradient.hpp"
#include "infomax/stats/moments.hpp"

namespace infomax::objective {

/// J = f(moments) - w_s mean((a - b)^2) - lambda_a H(a) - lambda_b H(b), f any function of the
/// second moments. With f = rho and w_s = 0 it is `infomax`; with lambda = 0 it is every objective
/// of moments alone, all of which is then reported as the dependence. Three passes over the rows,
/// each ending in one sum over ranks: means, second moments, histograms; a fourth, local one for
/// the gradient. Entropies are measured also where lambda is 0.
template <math::Real T>
class MomentObjective final : public Objective<T> {
 public:
  /// `similarity_weight` w_s other than 0 needs p = q and adds the mean, `similarity`, to the
  /// report.
  MomentObjective(std::unique_ptr<MomentFunction> function, const ObjectiveOptions& options,
                  double similarity_weight = 0.0);

  /// Collective. Throws NumericError where the function does, on every rank.
  [[nodiscard]] Value evaluate(const mpi::Communicator& communicator, const stats::RowSource<T>& a,
                               const stats::RowSource<T>& b, MatrixView<T> da,
                               MatrixView<T> db) override;

 private:
  ObjectiveOptions options_;
  double similarity_weight_;
  std::unique_ptr<MomentFunction> function_;
  stats::MeanPass<T> mean_pass_;
  stats::MomentPass<T> moment_pass_;
  stats::MomentGradient moment_gradient_;
  stats::MomentPullBack<T> moment_pull_back_;
  DifferencePart<T> difference_;
  EntropyPart<T> entropy_;
};

}  // namespace infomax::objective
