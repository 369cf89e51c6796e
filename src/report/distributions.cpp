// SPDX-License-Identifier: BSD-3-Clause
#include "report/distributions.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "infomax/analysis/output_statistics.hpp"
#include "infomax/objective/histogram_options.hpp"
#include "report/numbers.hpp"

namespace infomax::report {
namespace {

double entropy_of(std::span<const double> probabilities) {
  double sum = 0.0;
  for (const double p : probabilities) {
    sum -= p > 0.0 ? p * std::log(p) : 0.0;
  }
  return sum;
}

Json matrix_json(const char* rows, const char* columns, std::size_t all_rows,
                 std::size_t all_columns, const Matrix<double>& matrix) {
  Json lines = Json::array();
  for (std::size_t i = 0; i < matrix.rows(); ++i) {
    lines.push_back(rounded_list(matrix.view().row(i), 5));
  }
  return {{"rows", rows},
          {"columns", columns},
          {"all_rows", all_rows},
          {"all_columns", all_columns},
          {"matrix", lines}};
}

template <math::Real T>
Json histogram(const Outputs<T>& outputs, const objective::ObjectiveOptions& objective,
               const char* side, const stats::RowSource<T>& rows, std::span<const double> mean,
               std::span<const double> variance) {
  const auto& [bins, range] = objective.of<objective::HistogramOptions>();
  const auto probabilities = analysis::column_histograms<T>(
      outputs.communicator, rows, outputs.statistics.means.samples, mean, variance, bins, range);
  const std::size_t shown = std::min(outputs.options.most_histograms, probabilities.rows());
  Json columns = Json::array();
  for (std::size_t j = 0; j < shown; ++j) {
    const auto p = probabilities.view().row(j);
    columns.push_back({{"mean", rounded(mean[j], 6)},
                       {"deviation", rounded(std::sqrt(variance[j]), 6)},
                       {"entropy", rounded(entropy_of(p), 6)},
                       {"p", rounded_list(p, 6)}});
  }
  return {{"side", side},
          {"all_columns", probabilities.rows()},
          {"standardised", range.standardised},
          {"centres", rounded_list(analysis::bin_centres(bins, range), 6)},
          {"columns", columns}};
}

}  // namespace

template <math::Real T>
Json histograms(const Outputs<T>& outputs, const objective::ObjectiveOptions& objective) {
  const auto& [means, moments] = outputs.statistics;
  Json all = Json::array();
  if (outputs.shows_a()) {
    all.push_back(
        histogram<T>(outputs, objective, "a", outputs.sides.a(), means.a, moments.variance_a));
  }
  all.push_back(
      histogram<T>(outputs, objective, "b", outputs.sides.b(), means.b, moments.variance_b));
  return all;
}

template <math::Real T>
Json correlations(const Outputs<T>& outputs) {
  const auto& moments = outputs.statistics.moments;
  const std::size_t p = outputs.sides.a().columns();
  const std::size_t q = outputs.sides.b().columns();
  Json all = Json::array();
  const auto add = [&](const char* rows, const char* columns, const Matrix<double>& covariance,
                       std::span<const double> variances, std::span<const double> others) {
    if (!covariance.empty()) {
      all.push_back(matrix_json(rows, columns, covariance.rows(), covariance.columns(),
                                analysis::correlation_matrix(covariance.view(), variances, others,
                                                             outputs.options.most_columns)));
    }
  };
  add("b", "b", moments.bb, moments.variance_b, moments.variance_b);
  if (p <= outputs.options.most_columns && q <= outputs.options.most_columns) {
    add("a", "b", moments.ab, moments.variance_a, moments.variance_b);
  }
  return all;
}

template Json histograms<float>(const Outputs<float>&, const objective::ObjectiveOptions&);
template Json histograms<double>(const Outputs<double>&, const objective::ObjectiveOptions&);
template Json correlations<float>(const Outputs<float>&);
template Json correlations<double>(const Outputs<double>&);

}  // namespace infomax::report
