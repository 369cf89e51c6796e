// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/moment_objective.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "infomax/stats/both_directions.hpp"

namespace infomax::objective {

template <math::Real T>
MomentObjective<T>::MomentObjective(std::string name, Needs needs, MomentTerms terms,
                                    const HistogramOptions& histogram)
    : name_(std::move(name)),
      needs_(std::move(needs)),
      terms_(std::move(terms)),
      moment_pass_(terms_.function->needs()),
      variance_pass_(stats::MomentNeeds{}),
      compact_(terms_.function->needs()),
      moment_pull_back_(terms_.function->needs()),
      entropy_(histogram, terms_.lambda_a, terms_.lambda_b) {}

template <math::Real T>
Value MomentObjective<T>::evaluate(const mpi::Communicator& communicator, const Batch<T>& batch,
                                   const Gradients<T>& gradients) {
  const stats::RowPairs<T>& rows = batch.rows;
  if (!terms_.reversible) {
    return evaluate_rows(communicator, rows, gradients);
  }
  require(needs_, name_, {.p = rows.a.columns(), .q = rows.b.columns()});
  const bool wanted = gradients.a.columns() != 0 || gradients.b.columns() != 0;
  const std::size_t count = rows.count();
  if (wanted && (both_a_.rows() != 2 * count || both_a_.columns() != rows.a.columns())) {
    both_a_ = Matrix<T>(2 * count, rows.a.columns());
    both_b_ = Matrix<T>(2 * count, rows.a.columns());
  }
  const stats::BothDirections<T> both(rows);
  Value value =
      evaluate_rows(communicator, both.rows(),
                    wanted ? Gradients<T>{both_a_.view(), both_b_.view()} : Gradients<T>{});
  value.samples /= 2;
  const auto add = [&](const Matrix<T>& ahead, const Matrix<T>& behind, MatrixView<T> gradient) {
    for (std::size_t i = 0; i < (gradient.columns() != 0 ? count : 0); ++i) {
      std::ranges::transform(ahead.view().row(i), behind.view().row(count + i),
                             gradient.row(i).begin(), std::plus<T>{});
    }
  };
  add(both_a_, both_b_, gradients.a);
  add(both_b_, both_a_, gradients.b);
  return value;
}

template <math::Real T>
Value MomentObjective<T>::evaluate_rows(const mpi::Communicator& communicator,
                                        const stats::RowPairs<T>& rows,
                                        const Gradients<T>& gradients) {
  require(needs_, name_, {.p = rows.a.columns(), .q = rows.b.columns()});
  const bool wanted_a = gradients.a.columns() != 0;
  const bool wanted_b = gradients.b.columns() != 0;

  const bool compared = terms_.similarity_weight != 0.0;
  const stats::Means& means = mean_pass_.measure(communicator, rows, compared);
  const bool compact = compact_.suit(rows, means.samples);
  const stats::SecondMoments& by_columns =
      (compact ? variance_pass_ : moment_pass_).measure(communicator, rows, means);
  const auto entropy = entropy_.measure(communicator, rows, means, by_columns, wanted_a, wanted_b);
  const stats::SecondMoments& moments =
      compact ? compact_.measure(communicator, rows, means, by_columns, wanted_a, wanted_b)
              : by_columns;

  stats::MomentGradient* gradient = nullptr;
  if (wanted_a || wanted_b) {
    gradient = &moment_gradient_;
    gradient->wanted_a = wanted_a;
    gradient->wanted_b = wanted_b;
    gradient->reset(terms_.function->needs(), moments.variance_a.size(), moments.variance_b.size());
  }
  const double function = terms_.function->evaluate(moments, gradient);
  const double entries = std::max(1.0, means.samples) * static_cast<double>(rows.a.columns());

  if (gradient != nullptr) {
    if (compact) {
      compact_.pull_back(communicator, *gradient, gradients.a, gradients.b);
    } else {
      moment_pull_back_.apply(rows, means, *gradient, gradients.a, gradients.b);
    }
    if (compared) {
      difference_.write(2.0 * terms_.similarity_weight / entries, false, rows, gradients);
    }
    entropy_.add_gradient(rows, gradients);
  }

  Value value;
  const double similarity = means.squared_difference / entries;
  value.dependence = function - terms_.similarity_weight * similarity;
  value.entropy_a = entropy.a;
  value.entropy_b = entropy.b;
  value.objective = value.dependence - terms_.lambda_a * entropy.a - terms_.lambda_b * entropy.b;
  value.samples = static_cast<std::uint64_t>(means.samples);
  if (compared) {
    value.figures.emplace_back("similarity", similarity);
  }
  terms_.function->append_figures(value.figures);
  return value;
}

template class MomentObjective<float>;
template class MomentObjective<double>;

}  // namespace infomax::objective
