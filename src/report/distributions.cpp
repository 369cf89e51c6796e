// SPDX-License-Identifier: BSD-3-Clause
#include "report/distributions.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>

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

/// The rows and the columns of a matrix: the side that they belong to, and their names if they have
/// any.
struct Axis {
  const char* side;
  std::span<const std::string> names;
  std::span<const double> variance;
};

Json matrix_json(const Axis& rows, const Axis& columns, const Matrix<double>& matrix) {
  Json lines = Json::array();
  for (std::size_t i = 0; i < matrix.rows(); ++i) {
    lines.push_back(rounded_list(matrix.view().row(i), 5));
  }
  const auto first_names = [](const Axis& axis, std::size_t count) {
    Json names = Json::array();
    for (const auto& name : axis.names.first(std::min(count, axis.names.size()))) {
      names.push_back(name);
    }
    return names;
  };
  return {{"rows", rows.side},
          {"columns", columns.side},
          {"all_rows", rows.variance.size()},
          {"all_columns", columns.variance.size()},
          {"row_names", first_names(rows, matrix.rows())},
          {"column_names", first_names(columns, matrix.columns())},
          {"matrix", lines}};
}

template <math::Real T>
Json histogram(const Outputs<T>& outputs, const objective::ObjectiveOptions& objective,
               const ShownSide<T>& side) {
  const auto& [bins, range] = objective.of<objective::HistogramOptions>();
  const auto probabilities = analysis::column_histograms<T>(outputs.communicator, side.rows,
                                                            outputs.statistics().means.samples,
                                                            side.mean, side.variance, bins, range);
  const std::size_t shown = std::min(outputs.options.most_histograms, probabilities.rows());
  Json columns = Json::array();
  for (std::size_t j = 0; j < shown; ++j) {
    const auto p = probabilities.view().row(j);
    columns.push_back({{"mean", rounded(side.mean[j], 6)},
                       {"deviation", rounded(std::sqrt(side.variance[j]), 6)},
                       {"entropy", rounded(entropy_of(p), 6)},
                       {"p", rounded_list(p, 6)}});
  }
  return {{"side", side.name},
          {"all_columns", probabilities.rows()},
          {"standardised", range.standardised},
          {"centres", rounded_list(analysis::bin_centres(bins, range), 6)},
          {"columns", columns}};
}

}  // namespace

template <math::Real T>
Json histograms(const Outputs<T>& outputs, const objective::ObjectiveOptions& objective) {
  Json all = Json::array();
  for (const auto& side : outputs.shown()) {
    all.push_back(histogram<T>(outputs, objective, side));
  }
  return all;
}

template <math::Real T>
Json correlations(const Outputs<T>& outputs, const InputNames& names) {
  Json all = Json::array();
  if (outputs.variates != nullptr) {
    return all;
  }
  const auto& moments = outputs.statistics().moments;
  const bool a_is_data = !outputs.pair.meaning().a.encoded;
  const Axis a{"a", a_is_data ? std::span(names.a) : std::span<const std::string>(),
               moments.variance_a};
  const Axis b{"b", {}, moments.variance_b};
  const auto add = [&](const Axis& rows, const Axis& columns, const Matrix<double>& covariance) {
    if (!covariance.empty()) {
      all.push_back(matrix_json(
          rows, columns,
          analysis::correlation_matrix(covariance.view(), rows.variance, columns.variance,
                                       outputs.options.most_columns)));
    }
  };
  add(b, b, moments.bb);
  const std::size_t most = outputs.options.most_columns;
  if (outputs.a().columns() <= most && outputs.b().columns() <= most) {
    add(a, b, moments.ab);
  }
  return all;
}

template Json histograms<float>(const Outputs<float>&, const objective::ObjectiveOptions&);
template Json histograms<double>(const Outputs<double>&, const objective::ObjectiveOptions&);
template Json correlations<float>(const Outputs<float>&, const InputNames&);
template Json correlations<double>(const Outputs<double>&, const InputNames&);

}  // namespace infomax::report
