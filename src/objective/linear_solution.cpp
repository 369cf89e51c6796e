// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/linear_solution.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>

#include "infomax/core/error.hpp"
#include "infomax/math/lapack.hpp"
#include "infomax/objective/canonical.hpp"
#include "infomax/objective/canonical_fit.hpp"
#include "infomax/stats/compact_sides.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moments.hpp"
#include "objective/description.hpp"
#include "objective/leading_columns.hpp"

namespace infomax::objective {
namespace {

using math::Transpose;
using stats::Extent;

/// Components this close to the largest count as equally large, so that rounding decides no sign.
constexpr double about_as_large = 0.999;

[[noreturn]] void refuse_no_variance() {
  throw NumericError(
      "there is no linear solution: the inputs of the last layer, or the targets, do not vary, or "
      "their squares leave the range of numbers; look at the data, or try `normalize` standardize");
}

void require_variance(std::span<const double> variance) {
  const double sum = std::accumulate(variance.begin(), variance.end(), 0.0);
  if (!(sum > 0.0) || !std::isfinite(sum)) {
    refuse_no_variance();
  }
}

void flip(Matrix<double>& columns, std::size_t j) {
  for (std::size_t i = 0; i < columns.rows(); ++i) {
    columns(i, j) = -columns(i, j);
  }
}

/// Chooses the signs, which decompositions leave open. `partner` may have other columns, or none.
void orient(Matrix<double>& columns, Matrix<double>& partner) {
  for (std::size_t j = 0; j < columns.columns(); ++j) {
    double largest = 0.0;
    for (std::size_t i = 0; i < columns.rows(); ++i) {
      largest = std::max(largest, std::abs(columns(i, j)));
    }
    std::size_t first = 0;
    while (std::abs(columns(first, j)) < about_as_large * largest) {
      ++first;
    }
    if (columns(first, j) < 0.0) {
      flip(columns, j);
      if (j < partner.columns()) {
        flip(partner, j);
      }
    }
  }
}

/// E diag(l)^-1/2 [n, rank] of a covariance E diag(l) E^T, which makes its variables uncorrelated
/// with variance 1. Directions whose variance is a rounding error are left out.
Matrix<double> whitening(const Matrix<double>& covariance) {
  const auto eigen = math::symmetric_eigen(covariance.view());
  const double rounding = 8.0 * static_cast<double>(covariance.rows()) *
                          std::numeric_limits<double>::epsilon() * eigen.values.front();
  const auto smallest =
      std::ranges::find_if(eigen.values, [&](double value) { return value <= rounding; });
  Matrix<double> result =
      leading_columns(eigen.vectors, static_cast<std::size_t>(smallest - eigen.values.begin()));
  for (std::size_t i = 0; i < result.rows(); ++i) {
    for (std::size_t j = 0; j < result.columns(); ++j) {
      result(i, j) /= std::sqrt(eigen.values[j]);
    }
  }
  return result;
}

/// C_bb^-1/2 E diag(s). Columns beyond the rank of C_ab stay 0.
Matrix<double> rv_weight(const stats::SecondMoments& moments, std::size_t outputs) {
  const Matrix<double> root = whitening(moments.bb);
  Matrix<double> whitened(moments.ab.rows(), root.columns());
  math::gemm<double>(Transpose::no, Transpose::no, 1.0, moments.ab.view(), root.view(), 0.0,
                     whitened.view());
  const auto decomposed = math::singular_values(whitened.view());
  const std::size_t found = std::min(outputs, decomposed.values.size());
  Matrix<double> scaled(outputs, root.columns(), 0.0);  // diag(s) E^T
  for (std::size_t i = 0; i < found; ++i) {
    for (std::size_t j = 0; j < root.columns(); ++j) {
      scaled(i, j) = decomposed.values[i] * decomposed.vt(i, j);
    }
  }
  Matrix<double> weight(root.rows(), outputs);
  math::gemm<double>(Transpose::no, Transpose::yes, 1.0, root.view(), scaled.view(), 0.0,
                     weight.view());
  return weight;
}

Matrix<double> principal_weight(const stats::SecondMoments& moments, std::size_t outputs) {
  return leading_columns(math::symmetric_eigen(moments.bb.view()).vectors, outputs);
}

/// Collective. Makes a solution the same on every rank.
void finish(const mpi::Communicator& communicator, LinearSolution& solution) {
  orient(solution.b.weight, solution.a.weight);
  // Ranks on unlike processors may round their decompositions apart.
  communicator.broadcast(solution.a.weight.span(), 0);
  communicator.broadcast(solution.b.weight.span(), 0);
}

stats::MomentNeeds needs_of(LinearForm form) {
  if (form == LinearForm::principal) {
    return {Extent::diagonal, Extent::none, Extent::full, true, true};
  }
  const Extent aa = form == LinearForm::rv ? Extent::diagonal : Extent::full;
  return {aa, Extent::full, Extent::full, true, true};
}

Buffer<double> middle(const Buffer<double>& x, const Buffer<double>& y) {
  Buffer<double> result(x.size());
  std::ranges::transform(x, y, result.begin(), [](double u, double v) { return 0.5 * (u + v); });
  return result;
}

}  // namespace

std::optional<LinearForm> linear_form(const ObjectiveOptions& options, LinearSides sides) {
  const Description& description = description_of(options);
  return description.linear ? description.linear(options, sides) : std::nullopt;
}

std::string linear_objectives() {
  std::string names;
  for (const Description& description : descriptions()) {
    if (description.linear) {
      names += (names.empty() ? "" : "; ") + description.linear_help;
    }
  }
  return names;
}

std::size_t largest_outputs(LinearForm form, std::size_t m, std::size_t n) {
  const bool of_both = form == LinearForm::canonical || form == LinearForm::rv;
  return of_both ? std::min(m, n) : n;
}

template <math::Real T>
LinearSolution solve_linear(const mpi::Communicator& communicator, LinearForm form,
                            const ObjectiveOptions& options, const stats::RowPairs<T>& rows,
                            std::size_t outputs_a, std::size_t outputs_b) {
  assert(std::max(outputs_a, outputs_b) <=
         largest_outputs(form, rows.a.original_columns(), rows.b.original_columns()));
  const Ridge& ridge = options.of<CanonicalOptions>().ridge;
  LinearSolution solution;
  if (form == LinearForm::canonical) {
    const auto fit = fit_canonical<T>(communicator, rows, {std::max(outputs_a, outputs_b), ridge});
    if (fit.directions_b.empty()) {
      refuse_no_variance();
    }
    solution.a = {fit.mean_a, leading_columns(fit.directions_a, outputs_a)};
    solution.b = {fit.mean_b, leading_columns(fit.directions_b, outputs_b)};
  } else {
    stats::MeanPass<T> mean_pass;
    stats::MomentPass<T> moment_pass(needs_of(form));
    const auto& means = mean_pass.measure(communicator, rows);
    const bool alike = form == LinearForm::canonical_alike;
    auto plan = alike ? stats::CompactRows<T>::joint_plan(rows, means.samples)
                      : stats::CompactRows<T>::plan(moment_pass.needs(), rows, means.samples);
    plan.keep_b = true;
    if (auto compact = stats::CompactSides<T>::of(communicator, plan, rows, means)) {
      solution =
          solve_linear<double>(communicator, form, options, compact->rows(), outputs_a, outputs_b);
      compact->restore_b(communicator, solution.b.weight);
      solution.b.mean = alike ? middle(means.a, means.b) : means.b;
      finish(communicator, solution);
      return solution;
    }
    const auto& moments = moment_pass.measure(communicator, rows, means);
    require_variance(moments.variance_b);
    if (alike) {
      solution.b = {middle(means.a, means.b), alike_directions(moments, ridge, outputs_b)};
    } else {
      solution.b = {means.b, form == LinearForm::rv ? rv_weight(moments, outputs_b)
                                                    : principal_weight(moments, outputs_b)};
    }
  }
  finish(communicator, solution);
  return solution;
}

#define INFOMAX_INSTANTIATE(T)                                                                \
  template LinearSolution solve_linear<T>(const mpi::Communicator&, LinearForm,               \
                                          const ObjectiveOptions&, const stats::RowPairs<T>&, \
                                          std::size_t, std::size_t);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::objective
