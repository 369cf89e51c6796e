// SPDX-License-Identifier: BSD-3-Clause
#include "analysis/markov_estimate.hpp"

#include <cmath>
#include <limits>
#include <utility>

#include "infomax/analysis/held_out_correlations.hpp"
#include "infomax/core/error.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/objective/canonical.hpp"

namespace infomax::analysis {
namespace {

Matrix<double> product(MatrixView<const double> a, MatrixView<const double> b,
                       math::Transpose transpose_a = math::Transpose::no) {
  const bool turned = transpose_a == math::Transpose::yes;
  Matrix<double> c(turned ? a.columns() : a.rows(), b.columns());
  math::gemm<double>(transpose_a, math::Transpose::no, 1.0, a, b, 0.0, c.view());
  return c;
}

/// basis^T c basis.
Matrix<double> in_basis(const Matrix<double>& basis, const Matrix<double>& c) {
  return product(product(basis.view(), c.view(), math::Transpose::yes).view(), basis.view());
}

/// Gives every direction [n] the sign by which its largest element is positive, so that it does not
/// hang on rounding.
void fix_signs(Matrix<double>& directions) {
  for (std::size_t j = 0; j < directions.columns(); ++j) {
    double largest = 0.0;
    for (std::size_t i = 0; i < directions.rows(); ++i) {
      largest = std::abs(directions(i, j)) > std::abs(largest) ? directions(i, j) : largest;
    }
    for (std::size_t i = 0; largest < 0.0 && i < directions.rows(); ++i) {
      directions(i, j) = -directions(i, j);
    }
  }
}

/// The second moments of which these are the centred ones.
Matrix<double> about_zero(const Matrix<double>& covariance, std::span<const double> mean_a,
                          std::span<const double> mean_b) {
  Matrix<double> moments = covariance;
  for (std::size_t i = 0; i < moments.rows(); ++i) {
    for (std::size_t j = 0; j < moments.columns(); ++j) {
      moments(i, j) += mean_a[i] * mean_b[j];
    }
  }
  return moments;
}

}  // namespace

MarkovEstimator::MarkovEstimator(MarkovRequest request,
                                 const std::map<std::size_t, PieceSums>& sums, std::size_t pieces)
    : request_(std::move(request)), sums_(sums) {
  if (request_.of_memberships) {
    return;
  }
  const auto moments =
      sums_.at(request_.lag).moments(std::vector<double>(pieces, 1.0), request_.reversible);
  if (moments) {
    const objective::CanonicalSpectrum spectrum(moments->about_means, objective::Ridge{});
    basis_ = spectrum.directions_a();
    fix_signs(basis_);
  }
  if (basis_.empty()) {
    throw NumericError(
        "the outputs of the network do not vary over the trajectories; train longer, or with "
        "another seed");
  }
}

std::optional<KoopmanMatrix> MarkovEstimator::koopman(std::size_t lag,
                                                      std::span<const double> weights) const {
  const auto found = sums_.at(lag).moments(weights, request_.reversible);
  if (!found) {
    return std::nullopt;
  }
  const auto& moments = found->about_means;
  if (request_.of_memberships) {
    return koopman_matrix(about_zero(moments.aa, found->mean_a, found->mean_a).view(),
                          about_zero(moments.ab, found->mean_a, found->mean_b).view());
  }
  return koopman_matrix(in_basis(basis_, moments.aa).view(), in_basis(basis_, moments.ab).view());
}

MarkovEstimate MarkovEstimator::operator()(std::span<const double> weights) const {
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  MarkovEstimate found;
  for (std::size_t k = 1; k <= request_.steps; ++k) {
    auto own = koopman(k * request_.lag, weights)
                   .value_or(KoopmanMatrix{
                       Matrix<double>(request_.outputs, request_.outputs, unknown), 0});
    found.predicted.push_back(
        k == 1 ? own.matrix
               : product(found.predicted.back().view(), found.estimated.front().view()));
    found.rank = k == 1 ? own.rank : found.rank;
    found.estimated.push_back(std::move(own.matrix));
  }
  for (const std::size_t lag : request_.lags) {
    const auto own = koopman(lag, weights);
    found.timescales.push_back(
        own ? implied_timescales(
                  eigenvalue_magnitudes(*own, request_.of_memberships, request_.timescales), lag)
            : std::vector<double>(request_.timescales, unknown));
  }
  if (request_.of_memberships && std::isfinite(found.estimated.front()(0, 0))) {
    found.stationary =
        stationary_distribution(found.estimated.front().view()).value_or(std::vector<double>{});
  }
  return found;
}

std::vector<std::size_t> MarkovEstimator::pieces_of_numbers(const MarkovEstimate& estimate) const {
  std::vector<std::size_t> pieces;
  const auto add = [&](std::size_t lag, std::size_t numbers) {
    pieces.insert(pieces.end(), numbers, sums_.at(lag).pieces_with_pairs());
  };
  for (std::size_t k = 0; k < request_.lags.size(); ++k) {
    add(request_.lags[k], estimate.timescales[k].size());
  }
  for (std::size_t k = 0; k < estimate.estimated.size(); ++k) {
    add(request_.lag, estimate.predicted[k].size());
    add((k + 1) * request_.lag, estimate.estimated[k].size());
  }
  add(request_.lag, estimate.stationary.size());
  return pieces;
}

std::vector<double> flat_numbers(const MarkovEstimate& estimate) {
  std::vector<double> numbers;
  for (const auto& timescales : estimate.timescales) {
    numbers.insert(numbers.end(), timescales.begin(), timescales.end());
  }
  for (std::size_t k = 0; k < estimate.estimated.size(); ++k) {
    for (const auto* matrix : {&estimate.predicted[k], &estimate.estimated[k]}) {
      numbers.insert(numbers.end(), matrix->span().begin(), matrix->span().end());
    }
  }
  numbers.insert(numbers.end(), estimate.stationary.begin(), estimate.stationary.end());
  return numbers;
}

}  // namespace infomax::analysis
