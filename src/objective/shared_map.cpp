// SPDX-License-Identifier: BSD-3-Clause
#include "objective/shared_map.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "infomax/math/lapack.hpp"
#include "objective/description.hpp"
#include "objective/leading_columns.hpp"
#include "objective/linear_scale.hpp"
#include "objective/variance_shares.hpp"

namespace infomax::objective {
namespace {

using math::Transpose;

Matrix<double> product(Transpose transpose_a, const Matrix<double>& a, Transpose transpose_b,
                       const Matrix<double>& b) {
  const bool first = transpose_a == Transpose::yes;
  const bool second = transpose_b == Transpose::yes;
  Matrix<double> result(first ? a.columns() : a.rows(), second ? b.rows() : b.columns());
  math::gemm<double>(transpose_a, transpose_b, 1.0, a.view(), b.view(), 0.0, result.view());
  return result;
}

Matrix<double> product(const Matrix<double>& a, const Matrix<double>& b) {
  return product(Transpose::no, a, Transpose::no, b);
}

Matrix<double> average(const Matrix<double>& x, const Matrix<double>& y) {
  Matrix<double> result(x.rows(), x.columns());
  std::ranges::transform(x.span(), y.span(), result.data(),
                         [](double u, double v) { return 0.5 * (u + v); });
  return result;
}

Matrix<double> symmetric_part(const Matrix<double>& x) {
  Matrix<double> result(x.rows(), x.rows());
  for (std::size_t i = 0; i < x.rows(); ++i) {
    for (std::size_t j = 0; j < x.rows(); ++j) {
      result(i, j) = 0.5 * (x(i, j) + x(j, i));
    }
  }
  return result;
}

/// Eigenvectors of a symmetric matrix in columns, by the size of their eigenvalues, descending.
math::SymmetricEigen by_size(const Matrix<double>& symmetric) {
  const auto eigen = math::symmetric_eigen(symmetric.view());
  std::vector<std::size_t> order(eigen.values.size());
  std::ranges::generate(order, [k = std::size_t{0}]() mutable { return k++; });
  std::ranges::stable_sort(order, std::ranges::greater{},
                           [&](std::size_t k) { return std::abs(eigen.values[k]); });
  math::SymmetricEigen sorted{std::vector<double>(order.size()),
                              Matrix<double>(order.size(), order.size())};
  for (std::size_t k = 0; k < order.size(); ++k) {
    sorted.values[k] = std::abs(eigen.values[order[k]]);
    for (std::size_t i = 0; i < order.size(); ++i) {
      sorted.vectors(i, k) = eigen.vectors(i, order[k]);
    }
  }
  return sorted;
}

/// The orthonormal columns nearest to those of z, which span the same space.
Matrix<double> orthonormal(const Matrix<double>& z) {
  const auto parts = math::singular_values(z.view());
  return product(parts.u, parts.vt);
}

Buffer<double> diagonal(const Matrix<double>& matrix) {
  Buffer<double> result(matrix.rows());
  for (std::size_t j = 0; j < result.size(); ++j) {
    result[j] = matrix(j, j);
  }
  return result;
}

Matrix<double> in_coordinates(const Whitening& whitening, const Matrix<double>& covariance) {
  return product(Transpose::yes, whitening.map, Transpose::no, product(covariance, whitening.map));
}

}  // namespace

SharedMap::SharedMap(const stats::SecondMoments& moments, const ObjectiveOptions& options,
                     std::size_t outputs)
    : ridge_(options.of<CanonicalOptions>().ridge),
      searched_ridge_{ridge_.absolute ? 0.0 : ridge_.relative, std::nullopt},
      form_(description_of(options).spectral(options).value()) {
  const Matrix<double> pooled = average(moments.aa, moments.bb);
  whitening_ = whitening(pooled, diagonal(pooled));
  q_ = std::min(outputs, rank());
  const std::size_t components = options.of<CanonicalOptions>().components;
  counted_ = components == 0 ? q_ : std::min(components, q_);
  aa_ = in_coordinates(whitening_, moments.aa);
  ab_ = in_coordinates(whitening_, moments.ab);
  bb_ = in_coordinates(whitening_, moments.bb);
  function_ =
      std::make_unique<SpectralFunction>(form_, CanonicalOptions{counted_, searched_ridge_});
  moments_.samples = moments.samples;
  gradient_.wanted_a = true;
  gradient_.wanted_b = true;
}

Matrix<double> SharedMap::scaled_start(const Matrix<double>& vectors,
                                       std::span<const double> correlations) const {
  Matrix<double> z = leading_columns(vectors, q_);
  std::vector<double> mu(correlations.begin(), correlations.begin() + static_cast<long>(q_));
  std::erase_if(mu, [](double value) { return value <= negligible_correlation; });
  if (searches_without_ridge() || counted_ < q_ || mu.size() < q_) {
    return z;
  }
  const auto q = static_cast<double>(q_);
  const auto shares = best_common_shares(form_, mu, searched_ridge_.relative / q);
  // A share of 0 is a stationary point even where more would be better.
  constexpr double least = 1e-6;
  for (std::size_t j = 0; j < q_; ++j) {
    const double deviation = std::sqrt(q * std::max(shares[j], least));
    for (std::size_t i = 0; i < z.rows(); ++i) {
      z(i, j) *= deviation;
    }
  }
  return z;
}

std::vector<Matrix<double>> SharedMap::starts() const {
  const auto squares = by_size(average(product(Transpose::no, ab_, Transpose::yes, ab_),
                                       product(Transpose::yes, ab_, Transpose::no, ab_)));
  std::vector<double> roots(squares.values.size());
  std::ranges::transform(squares.values, roots.begin(), [](double v) { return std::sqrt(v); });
  const auto reversible = by_size(symmetric_part(ab_));
  std::vector<Matrix<double>> starts;
  starts.push_back(scaled_start(squares.vectors, roots));
  starts.push_back(scaled_start(reversible.vectors, reversible.values));
  return starts;
}

double SharedMap::evaluate(std::span<const double> z, std::span<double> gradient) {
  Matrix<double> variables(rank(), q_);
  std::ranges::copy(z, variables.data());
  mapped_aa_ = product(aa_, variables);
  mapped_ab_ = product(ab_, variables);
  mapped_ba_ = product(Transpose::yes, ab_, Transpose::no, variables);
  mapped_bb_ = product(bb_, variables);
  moments_.aa = product(Transpose::yes, variables, Transpose::no, mapped_aa_);
  moments_.ab = product(Transpose::yes, variables, Transpose::no, mapped_ab_);
  moments_.bb = product(Transpose::yes, variables, Transpose::no, mapped_bb_);
  moments_.variance_a = diagonal(moments_.aa);
  moments_.variance_b = diagonal(moments_.bb);
  gradient_.reset(function_->needs(), q_, q_);
  const double value = function_->evaluate(moments_, &gradient_);
  const MatrixView<double> out(gradient.data(), rank(), q_);
  const auto add = [&](double beta, const Matrix<double>& mapped, Transpose transpose,
                       const Matrix<double>& d) {
    math::gemm<double>(Transpose::no, transpose, 1.0, mapped.view(), d.view(), beta, out);
  };
  add(0.0, mapped_aa_, Transpose::no, gradient_.aa);
  add(1.0, mapped_aa_, Transpose::yes, gradient_.aa);
  add(1.0, mapped_ab_, Transpose::yes, gradient_.ab);
  add(1.0, mapped_ba_, Transpose::no, gradient_.ab);
  add(1.0, mapped_bb_, Transpose::no, gradient_.bb);
  add(1.0, mapped_bb_, Transpose::yes, gradient_.bb);
  return value;
}

Matrix<double> SharedMap::map(Matrix<double> z) const {
  if (searches_without_ridge()) {
    z = orthonormal(z);
  } else {
    const auto size = math::norm<double>(z.span());
    math::scale<double>(std::sqrt(static_cast<double>(q_)) / size, z.span());
  }
  const Matrix<double> cross = product(Transpose::yes, z, Transpose::no, product(ab_, z));
  Matrix<double> turned = product(z, by_size(symmetric_part(cross)).vectors);
  math::scale<double>(deviation_above(ridge_), turned.span());
  return product(whitening_.map, turned);
}

}  // namespace infomax::objective
