#pragma once

#include <memory>

#include "infomax/objective/entropy.hpp"
#include "infomax/objective/moment_function.hpp"
#include "infomax/objective/objective.hpp"
#include "infomax/objective/options.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moment_gradient.hpp"
#include "infomax/stats/moments.hpp"

namespace infomax::objective {

/// J = f(moments) - lambda_a H(a) - lambda_b H(b), f any function of the second moments. With f =
/// rho it is `infomax`; with lambda = 0 it is every objective of moments alone, and f is its
/// dependence. Three passes over the rows, each ending in one sum over ranks: means, second
/// moments, histograms; a fourth, local one for the gradient. Entropies are measured also where
/// lambda is 0.
template <math::Real T>
class MomentObjective final : public Objective<T> {
 public:
  MomentObjective(std::unique_ptr<MomentFunction> function, const ObjectiveOptions& options);

  /// Collective. Throws NumericError where the function does, on every rank.
  [[nodiscard]] Value evaluate(const mpi::Communicator& communicator, const stats::RowSource<T>& a,
                               const stats::RowSource<T>& b, MatrixView<T> da,
                               MatrixView<T> db) override;

 private:
  ObjectiveOptions options_;
  std::unique_ptr<MomentFunction> function_;
  stats::MeanPass<T> mean_pass_;
  stats::MomentPass<T> moment_pass_;
  stats::MomentGradient moment_gradient_;
  stats::MomentPullBack<T> moment_pull_back_;
  EntropyPart<T> entropy_;
};

}  // namespace infomax::objective
