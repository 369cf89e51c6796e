// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/variational_score.hpp"

#include <cmath>
#include <cstddef>
#include <utility>

#include "infomax/analysis/variate_rows.hpp"
#include "infomax/core/matrix.hpp"
#include "infomax/math/lapack.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moments.hpp"

namespace infomax::analysis {
namespace {

using math::Transpose;

constexpr double least_variance = 1e-10;  // of the largest

/// x^T y.
Matrix<double> product(const Matrix<double>& x, const Matrix<double>& y) {
  Matrix<double> result(x.columns(), y.columns());
  math::gemm<double>(Transpose::yes, Transpose::no, 1.0, x.view(), y.view(), 0.0, result.view());
  return result;
}

/// x^T moment y.
Matrix<double> between(const Matrix<double>& x, const Matrix<double>& moment,
                       const Matrix<double>& y) {
  Matrix<double> mapped(moment.rows(), y.columns());
  math::gemm<double>(Transpose::no, Transpose::no, 1.0, moment.view(), y.view(), 0.0,
                     mapped.view());
  return product(x, mapped);
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
  // The variates are about the fit's means, and so are their moments.
  const VariateRows<T, double> u(a, fit.mean_a, fit.directions_a);
  const VariateRows<T, double> v(b, fit.mean_b, fit.directions_b);
  const stats::Means means{communicator.sum(static_cast<double>(a.rows())),
                           Buffer<double>(u.columns(), 0.0), Buffer<double>(v.columns(), 0.0), 0.0};
  stats::MomentPass<double> moment_pass({Extent::full, Extent::full, Extent::full});
  const auto& moments = moment_pass.measure(communicator, {u, v}, means);

  VariationalScores scores;
  scores.singular_values =
      math::singular_values(
          between(inverse_root(moments.aa), moments.ab, inverse_root(moments.bb)).view())
          .values;
  scores.singular_values.resize(s.size(), 0.0);
  for (std::size_t i = 0; i < u.columns(); ++i) {
    scores.vamp_e += 2.0 * s[i] * moments.ab(i, i);
    for (std::size_t j = 0; j < u.columns(); ++j) {
      scores.vamp_e -= s[i] * moments.aa(i, j) * s[j] * moments.bb(j, i);
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
