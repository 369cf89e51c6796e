// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/variational_score.hpp"

#include <cmath>
#include <cstddef>
#include <utility>

#include "infomax/core/matrix.hpp"
#include "infomax/math/lapack.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moments.hpp"

namespace infomax::analysis {
namespace {

using math::Transpose;

constexpr double least_variance = 1e-10;  // of the largest

/// x^T moment y.
Matrix<double> between(const Matrix<double>& x, const Matrix<double>& moment,
                       const Matrix<double>& y) {
  Matrix<double> mapped(moment.rows(), y.columns());
  math::gemm<double>(Transpose::no, Transpose::no, 1.0, moment.view(), y.view(), 0.0,
                     mapped.view());
  Matrix<double> result(x.columns(), y.columns());
  math::gemm<double>(Transpose::yes, Transpose::no, 1.0, x.view(), mapped.view(), 0.0,
                     result.view());
  return result;
}

/// E l^(-1/2) of a symmetric E l E^T: the inverse square root up to a rotation, which changes no
/// singular value. Columns of eigenvalues that are too small are zeros.
Matrix<double> inverse_root(const Matrix<double>& moment) {
  auto [values, vectors] = math::symmetric_eigen(moment.view());
  for (std::size_t j = 0; j < values.size(); ++j) {
    const bool counts = values[j] > least_variance * values.front();
    const double factor = counts ? 1.0 / std::sqrt(values[j]) : 0.0;
    for (std::size_t i = 0; i < vectors.rows(); ++i) {
      vectors(i, j) *= factor;
    }
  }
  return std::move(vectors);
}

}  // namespace

template <math::Real T>
VariationalScores variational_scores(const mpi::Communicator& communicator,
                                     const objective::CanonicalFit& fit,
                                     const stats::RowSource<T>& a, const stats::RowSource<T>& b) {
  using stats::Extent;
  const std::vector<double>& s = fit.correlations;
  if (fit.directions_a.empty()) {
    return {std::vector<double>(s.size(), 0.0), 1.0};
  }
  const stats::Means means{communicator.sum(static_cast<double>(a.rows())), fit.mean_a, fit.mean_b,
                           0.0};
  stats::MomentPass<T> moment_pass({Extent::full, Extent::full, Extent::full, true});
  const auto& moments = moment_pass.measure(communicator, {a, b}, means);
  const Matrix<double> aa = between(fit.directions_a, moments.aa, fit.directions_a);
  const Matrix<double> ab = between(fit.directions_a, moments.ab, fit.directions_b);
  const Matrix<double> bb = between(fit.directions_b, moments.bb, fit.directions_b);

  VariationalScores scores;
  scores.singular_values =
      math::singular_values(between(inverse_root(aa), ab, inverse_root(bb)).view()).values;
  for (std::size_t i = 0; i < s.size(); ++i) {
    scores.vamp_e += 2.0 * s[i] * ab(i, i);
    for (std::size_t j = 0; j < s.size(); ++j) {
      scores.vamp_e -= s[i] * aa(i, j) * s[j] * bb(j, i);
    }
  }
  return scores;
}

template VariationalScores variational_scores<float>(const mpi::Communicator&,
                                                     const objective::CanonicalFit&,
                                                     const stats::RowSource<float>&,
                                                     const stats::RowSource<float>&);
template VariationalScores variational_scores<double>(const mpi::Communicator&,
                                                      const objective::CanonicalFit&,
                                                      const stats::RowSource<double>&,
                                                      const stats::RowSource<double>&);

}  // namespace infomax::analysis
