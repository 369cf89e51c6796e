// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/even_rows.hpp"
#include "analysis/logistic_newton.hpp"
#include "infomax/analysis/logistic.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moments.hpp"

namespace infomax::analysis {
namespace {

std::vector<std::uint32_t> classes_with_rows(const mpi::Communicator& communicator,
                                             std::span<const std::uint32_t> labels,
                                             std::size_t classes) {
  std::vector<std::uint64_t> counts(classes, 0);
  for (const std::uint32_t label : labels) {
    ++counts[label];
  }
  communicator.sum(std::span<std::uint64_t>(counts));
  std::vector<std::uint32_t> present;
  for (std::uint32_t c = 0; c < classes; ++c) {
    if (counts[c] > 0) {
      present.push_back(c);
    }
  }
  return present;
}

}  // namespace

LogisticRegression::LogisticRegression(const mpi::Communicator& communicator,
                                       const ClassifiedRows& rows, std::size_t classes)
    : communicator_(communicator),
      rows_(rows),
      classes_(classes),
      present_(classes_with_rows(communicator, rows.labels, classes)) {
  labels_.reserve(rows.labels.size());
  for (const std::uint32_t label : rows.labels) {
    const auto place = std::ranges::lower_bound(present_, label);
    labels_.push_back(static_cast<std::uint32_t>(place - present_.begin()));
  }
  rows_.labels = labels_;
  measure(communicator);
  loss_.emplace(communicator, rows_, present_.size(), scale_);
}

void LogisticRegression::measure(const mpi::Communicator& communicator) {
  using stats::Extent;
  const std::size_t columns = rows_.x->columns();
  const bool with_covariances = columns <= most_covariances;
  const EvenRows even(communicator, *rows_.x);
  // The second side is asked for what the first one gives anyway.
  stats::MeanPass<double> mean_pass;
  stats::MomentPass<double> moment_pass(
      {with_covariances ? Extent::full : Extent::diagonal, Extent::none, Extent::diagonal});
  const stats::RowPairs<double> pairs{even, even, rows_.parts};
  const auto& means = mean_pass.measure(communicator, pairs);
  const auto& moments = moment_pass.measure(communicator, pairs, means);
  scale_.shift.resize(columns);
  scale_.scale.resize(columns);
  Buffer<double> inverse(columns);  // of the deviations of even columns
  for (std::size_t j = 0; j < columns; ++j) {
    const double deviation = std::sqrt(moments.variance_a[j]);
    scale_.shift[j] = even.shift()[j] + means.a[j] / even.scale()[j];
    const bool varies = deviation / even.scale()[j] > 1e-13 * std::abs(scale_.shift[j]);
    inverse[j] = varies ? 1.0 / deviation : 0.0;
    scale_.scale[j] = inverse[j] * even.scale()[j];
  }
  correlations_ = moments.aa;
  for (std::size_t i = 0; i < correlations_.rows(); ++i) {
    for (std::size_t j = 0; j < correlations_.columns(); ++j) {
      correlations_(i, j) *= inverse[i] * inverse[j];
    }
  }
}

/// The parameters of a fit as those of standardised features and of the classes with rows.
Buffer<double> LogisticRegression::inside(const LogisticFit& fit) const {
  const std::size_t columns = scale_.scale.size();
  const std::size_t count = present_.size();
  Buffer<double> parameters((columns + 1) * count);
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t c = present_[k];
    double bias = fit.parameters[columns * classes_ + c];
    for (std::size_t j = 0; j < columns; ++j) {
      const double weight = fit.parameters[j * classes_ + c];
      parameters[j * count + k] = scale_.scale[j] > 0.0 ? weight / scale_.scale[j] : 0.0;
      bias += weight * scale_.shift[j];
    }
    parameters[columns * count + k] = bias;
  }
  return parameters;
}

/// The fit that has these parameters of standardised features.
LogisticFit LogisticRegression::outside(std::span<const double> parameters) const {
  const std::size_t columns = scale_.scale.size();
  const std::size_t count = present_.size();
  LogisticFit fit{classes_, Buffer<double>((columns + 1) * classes_, 0.0), {}};
  const auto biases = std::span(fit.parameters).last(classes_);
  std::ranges::fill(biases, -std::numeric_limits<double>::infinity());
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t c = present_[k];
    double bias = parameters[columns * count + k];
    for (std::size_t j = 0; j < columns; ++j) {
      const double weight = parameters[j * count + k] * scale_.scale[j];
      fit.parameters[j * classes_ + c] = weight;
      bias -= weight * scale_.shift[j];
    }
    biases[c] = bias;
  }
  return fit;
}

LogisticFit LogisticRegression::fit(double l2, const LogisticOptions& options,
                                    const LogisticFit* start, const LogisticWatcher& watcher) {
  Buffer<double> w =
      start != nullptr ? inside(*start) : Buffer<double>(loss_->parameter_count(), 0.0);
  LogisticOutcome outcome;
  if (present_.size() > 1) {
    Buffer<double> penalty(scale_.scale.size());
    std::ranges::transform(scale_.scale, penalty.begin(), [&](double s) { return l2 * s * s; });
    loss_->set_penalty(penalty);
    CommonHessian hessian(correlations_, scale_, l2);
    outcome = minimise_by_newton(*loss_, hessian, w, l2 > 0.0, options, watcher);
  } else {
    // One class is certain without any weights.
    std::ranges::fill(w, 0.0);
    outcome.ending = LogisticEnding::converged;
  }
  LogisticFit fit = outside(w);
  fit.outcome = outcome;
  return fit;
}

}  // namespace infomax::analysis
