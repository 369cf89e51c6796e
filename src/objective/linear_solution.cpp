// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/linear_solution.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "infomax/core/logging.hpp"
#include "infomax/math/lapack.hpp"
#include "infomax/objective/canonical.hpp"
#include "infomax/objective/make.hpp"
#include "infomax/stats/both_directions.hpp"
#include "infomax/stats/compact_sides.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moments.hpp"
#include "objective/canonical_maps.hpp"
#include "objective/covariance_maps.hpp"
#include "objective/leading_columns.hpp"
#include "objective/linear_needs.hpp"
#include "objective/shared_map.hpp"
#include "objective/transposed.hpp"
#include "objective/whitening.hpp"

namespace infomax::objective {
namespace {

using math::Transpose;

/// Components this close to the largest count as equally large, so that rounding decides no sign.
constexpr double about_as_large = 0.999;

/// A value that exceeds another one by this part of it or less is as good.
constexpr double as_good = 1e-9;

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

/// Columns beyond the rank of C_ab stay 0.
Matrix<double> rv_weight(const stats::SecondMoments& moments, std::size_t outputs) {
  const Whitening inputs = whitening_of_inputs(moments.bb, moments.variance_b, "b");
  Matrix<double> whitened(moments.ab.rows(), inputs.rank());
  math::gemm<double>(Transpose::no, Transpose::no, 1.0, moments.ab.view(), inputs.map.view(), 0.0,
                     whitened.view());
  const auto decomposed = math::singular_values(whitened.view());
  return inputs.back(transposed(decomposed.vt).view(), decomposed.values, outputs);
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
  communicator.broadcast(std::span<double>(solution.correlations), 0);
}

void warn_of_wide_inputs(bool wide, const char* side, std::size_t columns) {
  if (wide) {
    log::warning_once(
        std::string("wide inputs of ") + side,
        fmt::format(
            "the {} columns that the linear layer of side {} reads are more than the rows, so that "
            "they "
            "depend on each other; the linear solution keeps to the directions in which rows vary",
            columns, side));
  }
}

Buffer<double> middle(const Buffer<double>& x, const Buffer<double>& y) {
  Buffer<double> result(x.size());
  std::ranges::transform(x, y, result.begin(), [](double u, double v) { return 0.5 * (u + v); });
  return result;
}

/// The map of both sides by a search from closed forms. The best of several ends, because J may
/// have several maxima.
Matrix<double> shared_weight(const stats::SecondMoments& moments, const LinearProblem& problem,
                             const ObjectiveOptions& options) {
  SharedMap shared(moments, options, problem.outputs_b);
  const auto function = [&](std::span<const double> z, std::span<double> gradient) {
    return shared.evaluate(z, gradient);
  };
  Matrix<double> best;
  double greatest = 0.0;
  for (Matrix<double>& z : shared.starts()) {
    const double value = problem.maximise(z.span(), function);
    // Of ends that are as good but for rounding, the first, so that rounding decides nothing.
    if (best.empty() || value > greatest + as_good * std::abs(greatest)) {
      greatest = value;
      best = std::move(z);
    }
  }
  const Matrix<double> map = shared.map(std::move(best));
  Matrix<double> weight(map.rows(), problem.outputs_b, 0.0);
  for (std::size_t i = 0; i < map.rows(); ++i) {
    std::ranges::copy(map.view().row(i), weight.view().row(i).begin());
  }
  return weight;
}

/// Collective. Of rows as they are.
template <math::Real T>
LinearSolution solve_rows(const mpi::Communicator& communicator, const LinearProblem& problem,
                          const ObjectiveOptions& options, const stats::RowPairs<T>& rows) {
  const LinearForm form = problem.form;
  assert(std::max(problem.outputs_a, problem.outputs_b) <=
         largest_outputs(form, rows.a.original_columns(), rows.b.original_columns(),
                         problem.outputs_a > 0));
  stats::MeanPass<T> mean_pass;
  stats::MomentPass<T> moment_pass(needs_of(form));
  const auto& means = mean_pass.measure(communicator, rows);
  const bool alike = form == LinearForm::canonical_alike;
  LinearSolution solution;
  auto plan = alike ? stats::CompactRows<T>::joint_plan(rows, means.samples)
                    : stats::CompactRows<T>::plan(moment_pass.needs(), rows, means.samples);
  plan.keep_a = problem.outputs_a > 0;
  plan.keep_b = true;
  if (auto compact = stats::CompactSides<T>::of(communicator, plan, rows, means)) {
    solution = solve_rows<double>(communicator, problem, options, compact->rows());
    warn_of_wide_inputs(plan.compact_a && problem.outputs_a > 0, "a", rows.a.columns());
    warn_of_wide_inputs(plan.compact_b, "b", rows.b.columns());
    if (problem.outputs_a > 0) {
      compact->restore_a(communicator, solution.a.weight);
      solution.a.mean = means.a;
    }
    compact->restore_b(communicator, solution.b.weight);
    solution.b.mean = alike ? middle(means.a, means.b) : means.b;
    finish(communicator, solution);
    return solution;
  }
  const auto& moments = moment_pass.measure(communicator, rows, means);
  require_variance(moments.variance_b);
  switch (form) {
    case LinearForm::canonical: {
      auto maps =
          problem.ridges.given()
              ? regularised_maps(moments, problem.ridges, problem.outputs_a, problem.outputs_b)
              : canonical_maps(moments, options, problem.outputs_a, problem.outputs_b);
      solution = {
          {means.a, std::move(maps.a)}, {means.b, std::move(maps.b)}, std::move(maps.correlations)};
      break;
    }
    case LinearForm::canonical_alike:
      solution.b = {middle(means.a, means.b), shared_weight(moments, problem, options)};
      break;
    case LinearForm::rv:
      solution.b = {means.b, rv_weight(moments, problem.outputs_b)};
      break;
    case LinearForm::covariance:
    case LinearForm::deflated_covariance:
    case LinearForm::regressed_covariance:
    case LinearForm::sparse_covariance: {
      auto maps =
          covariance_maps(moments, options.of<PlsOptions>(), problem.outputs_a, problem.outputs_b);
      solution = {
          {means.a, std::move(maps.a)}, {means.b, std::move(maps.b)}, std::move(maps.correlations)};
      break;
    }
    case LinearForm::principal:
      solution.b = {means.b, principal_weight(moments, problem.outputs_b)};
      break;
  }
  finish(communicator, solution);
  return solution;
}

}  // namespace

template <math::Real T>
LinearSolution solve_linear(const mpi::Communicator& communicator, const LinearProblem& problem,
                            const ObjectiveOptions& options, const stats::RowPairs<T>& rows) {
  if (is_reversible(options)) {
    const stats::BothDirections<T> both(rows);
    return solve_rows<T>(communicator, problem, options, both.rows());
  }
  return solve_rows<T>(communicator, problem, options, rows);
}

#define INFOMAX_INSTANTIATE(T)                                                            \
  template LinearSolution solve_linear<T>(const mpi::Communicator&, const LinearProblem&, \
                                          const ObjectiveOptions&, const stats::RowPairs<T>&);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::objective
