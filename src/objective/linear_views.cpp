// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/linear_views.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/math/lapack.hpp"
#include "infomax/objective/batch_size.hpp"
#include "infomax/stats/compact_sides.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moments.hpp"
#include "objective/linear_scale.hpp"
#include "objective/view_functions.hpp"
#include "objective/view_rows.hpp"
#include "objective/whitened_views.hpp"
#include "objective/whitening.hpp"

// R: whitened coordinates of all views, r_m of view m. Q: outputs of all views.

namespace infomax::objective {
namespace {

using math::Transpose;

/// Components this close to the largest count as equally large, so that rounding decides no sign.
constexpr double about_largest = 0.999;

/// An output of less variance in whitened coordinates is rounding.
constexpr double least_variance = 1e-16;

Matrix<double> copied(MatrixView<const double> block) {
  Matrix<double> copy(block.rows(), block.columns());
  for (std::size_t i = 0; i < block.rows(); ++i) {
    std::ranges::copy(block.row(i), copy.view().row(i).begin());
  }
  return copy;
}

std::vector<Whitening> whiten_views(const stats::SecondMoments& moments,
                                    const LinearViewsProblem& problem) {
  const auto first = first_columns(problem.inputs);
  std::vector<Whitening> maps;
  maps.reserve(problem.inputs.size());
  for (std::size_t m = 0; m < problem.inputs.size(); ++m) {
    const std::size_t n = problem.inputs[m];
    const auto variance = std::span(moments.variance_b).subspan(first[m], n);
    require_variance(variance);
    const auto covariance = copied(block_of(moments.bb.view(), first[m], n, first[m], n));
    const bool regularised = problem.ridge.value_or(0.0) > 0.0;
    maps.push_back(regularised ? whitening(covariance, *problem.ridge)
                               : whitening(covariance, variance));
    const std::size_t rank = maps.back().rank();
    if (!regularised && static_cast<double>(rank) >= moments.samples - 1.0) {
      log::warning_once(
          fmt::format("directions of view {}", m),
          fmt::format(
              "the {} columns of view {} reach every direction that {} rows can vary in, so "
              "that it agrees with any other view; give `linear_ridge`, fewer columns, or "
              "more rows",
              n, m + 1, moments.samples));
    } else if (rank < n) {
      log::warning_once(
          fmt::format("dependent inputs of view {}", m),
          fmt::format("the {} columns of view {} vary in {} directions only: some are constant or "
                      "depend on others; the linear solution keeps to these directions",
                      n, m + 1, rank));
    }
    if (problem.outputs[m] > rank) {
      throw UsageError(fmt::format(
          "`encoder` has {} outputs for view {}, whose columns vary in {} directions only; give no "
          "more",
          problem.outputs[m], m + 1, rank));
    }
  }
  return maps;
}

/// K [R, R], whose blocks are E_m^T C_mn E_n.
Matrix<double> whitened(const Matrix<double>& covariance, std::span<const std::size_t> inputs,
                        const std::vector<Whitening>& maps, std::span<const std::size_t> ranks) {
  const auto first = first_columns(inputs);
  const auto first_of_rank = first_columns(ranks);
  const std::size_t all = first_of_rank.back();
  Matrix<double> half(covariance.rows(), all);
  Matrix<double> k(all, all);
  for (std::size_t n = 0; n < maps.size(); ++n) {
    math::gemm<double>(Transpose::no, Transpose::no, 1.0,
                       block_of(covariance.view(), 0, covariance.rows(), first[n], inputs[n]),
                       maps[n].map.view(), 0.0,
                       block_of(half.view(), 0, half.rows(), first_of_rank[n], ranks[n]));
  }
  for (std::size_t m = 0; m < maps.size(); ++m) {
    math::gemm<double>(Transpose::yes, Transpose::no, 1.0, maps[m].map.view(),
                       std::as_const(half).view().row_range(first[m], inputs[m]), 0.0,
                       k.view().row_range(first_of_rank[m], ranks[m]));
  }
  return k;
}

/// Scales each output to variance 1; one that does not vary becomes 0.
void scale_to_one(MatrixView<double> x, MatrixView<const double> own_moments) {
  Matrix<double> product(x.rows(), x.columns());
  math::gemm<double>(Transpose::no, Transpose::no, 1.0, own_moments, MatrixView<const double>(x),
                     0.0, product.view());
  for (std::size_t j = 0; j < x.columns(); ++j) {
    double variance = 0.0;
    for (std::size_t i = 0; i < x.rows(); ++i) {
      variance += x(i, j) * product(i, j);
    }
    const double scale = variance > least_variance ? 1.0 / std::sqrt(variance) : 0.0;
    for (std::size_t i = 0; i < x.rows(); ++i) {
      x(i, j) *= scale;
    }
  }
}

/// Chooses the sign of each component, the same for all views: of the first view that has it, the
/// first weight that is about as large as any is positive.
void orient_views(std::vector<Matrix<double>>& weights) {
  std::size_t most = 0;
  for (const auto& weight : weights) {
    most = std::max(most, weight.columns());
  }
  for (std::size_t j = 0; j < most; ++j) {
    const auto leads = std::ranges::find_if(
        weights, [&](const Matrix<double>& weight) { return j < weight.columns(); });
    double largest = 0.0;
    for (std::size_t i = 0; i < leads->rows(); ++i) {
      largest = std::max(largest, std::abs((*leads)(i, j)));
    }
    std::size_t at = 0;
    while (std::abs((*leads)(at, j)) < about_largest * largest) {
      ++at;
    }
    if ((*leads)(at, j) >= 0.0) {
      continue;
    }
    for (auto& weight : weights) {
      for (std::size_t i = 0; j < weight.columns() && i < weight.rows(); ++i) {
        weight(i, j) = -weight(i, j);
      }
    }
  }
}

/// Collective. Makes a solution the same on every rank.
void finish_views(const mpi::Communicator& communicator, LinearViews& solution) {
  orient_views(solution.weights);
  // Ranks on unlike processors may round their decompositions apart.
  for (auto& weight : solution.weights) {
    communicator.broadcast(weight.span(), 0);
  }
  communicator.broadcast(std::span<double>(solution.eigenvalues), 0);
}

/// The objective's options with a ridge of the outputs that leaves their scale open.
ObjectiveOptions without_absolute_ridge(const ObjectiveOptions& options) {
  ObjectiveOptions changed = options;
  auto& ridge = changed.of<CanonicalOptions>().ridge;
  if (ridge.absolute) {
    ridge.absolute.reset();
    ridge.relative = 0.0;
  }
  return changed;
}

/// The layers of views of which some are wide: coordinates take the place of their columns, and the
/// layers come back from there.
template <math::Real T>
LinearViews solve_by_coordinates(const mpi::Communicator& communicator,
                                 const LinearViewsProblem& problem, const ObjectiveOptions& options,
                                 const stats::RowPairs<T>& rows, const stats::Means& means) {
  struct View {
    ColumnsOf<T> columns;
    stats::WideningRows<T> widened;
    std::unique_ptr<stats::CompactSides<T>> compact;  // of a wide view

    View(const stats::RowSource<T>& all, std::size_t begin, std::size_t count)
        : columns(all, begin, count), widened(columns) {}
  };
  const auto first = first_columns(problem.inputs);
  std::vector<std::unique_ptr<View>> views;
  std::vector<const stats::RowSource<double>*> sources;
  views.reserve(problem.inputs.size());
  sources.reserve(problem.inputs.size());
  LinearViewsProblem smaller = problem;
  for (std::size_t m = 0; m < problem.inputs.size(); ++m) {
    const auto own = std::span(means.b).subspan(first[m], problem.inputs[m]);
    stats::Means own_means;
    own_means.samples = means.samples;
    own_means.a = means.a;
    own_means.b.assign(own.begin(), own.end());
    views.push_back(std::make_unique<View>(rows.b, first[m], problem.inputs[m]));
    View& view = *views.back();
    typename stats::CompactRows<T>::Plan plan;
    plan.compact_b = stats::is_wide(means.samples, problem.inputs[m]);
    plan.keep_b = true;
    view.compact = stats::CompactSides<T>::of(communicator, plan,
                                              {rows.a, view.columns, rows.parts}, own_means);
    sources.push_back(view.compact ? &view.compact->rows().b : &view.widened);
    smaller.inputs[m] = sources.back()->columns();
  }
  const SideBySide joined(sources);
  auto solution = solve_linear_views<double>(communicator, smaller, options, joined, rows.parts);
  solution.mean = means.b;
  for (std::size_t m = 0; m < views.size(); ++m) {
    if (views[m]->compact) {
      views[m]->compact->restore_b(communicator, solution.weights[m]);
    }
  }
  finish_views(communicator, solution);
  return solution;
}

}  // namespace

template <math::Real T>
LinearViews solve_linear_views(const mpi::Communicator& communicator,
                               const LinearViewsProblem& problem, const ObjectiveOptions& options,
                               const stats::RowSource<T>& rows, const stats::RowParts* parts) {
  const NothingBeside<T> nothing(rows.rows());
  const stats::RowPairs<T> pairs{nothing, rows, parts};
  stats::MeanPass<T> mean_pass;
  stats::MomentPass<T> moment_pass(view_needs());
  const auto& means = mean_pass.measure(communicator, pairs, false);
  if (std::ranges::any_of(problem.inputs, [&](std::size_t columns) {
        return stats::is_wide(means.samples, columns);
      })) {
    return solve_by_coordinates<T>(communicator, problem, options, pairs, means);
  }
  const auto& moments = moment_pass.measure(communicator, pairs, means);
  const auto maps = whiten_views(moments, problem);
  if (problem.ridge.value_or(0.0) == 0.0) {
    BatchSizeWarning().require_views(moments.samples, std::ranges::max(problem.inputs));
  }
  std::vector<std::size_t> ranks(maps.size());
  std::ranges::transform(maps, ranks.begin(), &Whitening::rank);
  const Matrix<double> k = whitened(moments.bb, problem.inputs, maps, ranks);
  const auto eigen = math::symmetric_eigen(k.view());

  LinearViews solution;
  solution.mean = means.b;
  const std::size_t counted = std::min(std::ranges::max(problem.outputs), eigen.values.size());
  solution.eigenvalues.reserve(counted);
  for (std::size_t j = 0; j < counted; ++j) {
    solution.eigenvalues.push_back(eigen.values[j] / static_cast<double>(maps.size()));
  }

  const ObjectiveOptions open = without_absolute_ridge(options);
  const auto function = make_view_function(open);
  WhitenedViews views(k, ranks, problem.outputs, moments.samples, *function);
  std::vector<double> x(views.size());
  const auto first = first_columns(ranks);
  for (std::size_t m = 0; m < maps.size(); ++m) {
    const auto part = views.part(std::span(x), m);
    for (std::size_t i = 0; i < part.rows(); ++i) {
      std::ranges::copy(eigen.vectors.view().row(first[m] + i).first(part.columns()),
                        part.row(i).begin());
    }
    scale_to_one(part, block_of(k.view(), first[m], ranks[m], first[m], ranks[m]));
  }
  const auto& ridge = open.of<CanonicalOptions>().ridge;
  const bool closed = options.objective == "maxvar" && ridge.relative == 0.0;
  if (!problem.ridge && !closed) {
    (void)problem.maximise(x, [&](std::span<const double> at, std::span<double> gradient) {
      return views.evaluate(at, gradient);
    });
  }
  const double scale = deviation_above(options.of<CanonicalOptions>().ridge);
  solution.weights.reserve(maps.size());
  for (std::size_t m = 0; m < maps.size(); ++m) {
    Matrix<double> weight(problem.inputs[m], problem.outputs[m]);
    math::gemm<double>(Transpose::no, Transpose::no, scale, maps[m].map.view(),
                       views.part(std::span<const double>(x), m), 0.0, weight.view());
    solution.weights.push_back(std::move(weight));
  }
  finish_views(communicator, solution);
  return solution;
}

template LinearViews solve_linear_views<float>(const mpi::Communicator&, const LinearViewsProblem&,
                                               const ObjectiveOptions&,
                                               const stats::RowSource<float>&,
                                               const stats::RowParts*);
template LinearViews solve_linear_views<double>(const mpi::Communicator&, const LinearViewsProblem&,
                                                const ObjectiveOptions&,
                                                const stats::RowSource<double>&,
                                                const stats::RowParts*);

}  // namespace infomax::objective
