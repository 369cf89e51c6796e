// SPDX-License-Identifier: BSD-3-Clause
#include "cli/report_findings.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "cli/evaluation_json.hpp"
#include "cli/report_numbers.hpp"
#include "infomax/analysis/evaluation.hpp"
#include "infomax/analysis/output_statistics.hpp"
#include "infomax/analysis/principal_plane.hpp"
#include "infomax/analysis/sample_rows.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/data/loader.hpp"
#include "infomax/model/whole_sides.hpp"
#include "infomax/objective/histogram_options.hpp"
#include "infomax/objective/make.hpp"
#include "infomax/objective/options.hpp"

namespace infomax::cli {
namespace {

using Json = nlohmann::ordered_json;

/// More classes than this are coloured by their number, for no palette tells them apart.
constexpr double most_coloured_classes = 30.0;

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

/// What is measured of a model's outputs over one data set, part by part.
template <math::Real T>
class Findings {
 public:
  Findings(const mpi::Communicator& communicator, const model::StoredModel& stored,
           const model::PairSettings& pair, const model::Examples& examples,
           const FindingsOptions& options)
      : communicator_(communicator),
        pair_(pair),
        examples_(examples),
        options_(options),
        objective_(objective::from_settings(stored.settings)),
        model_(model::to_model<T>(stored)),
        sides_(communicator, model_, examples, pair, options.micro_batch) {}

  Json measure() {
    const auto evaluation =
        analysis::evaluate<T>(communicator_, objective_, pair_, sides_, nullptr);
    statistics_ = analysis::measure_outputs<T>(communicator_, sides_.a(), sides_.b());
    return {{"data", options_.data},
            {"x", pair_.x_path},
            {"y", pair_.y_path},
            {"values", to_json(evaluation, communicator_.size())},
            {"columns_a", sides_.a().columns()},
            {"columns_b", sides_.b().columns()},
            {"canonical", canonical(evaluation)},
            {"histograms", histograms()},
            {"correlations", correlations()},
            {"projection", projection()}};
  }

 private:
  /// Only of two views is side a another network's output than side b.
  [[nodiscard]] bool shows_a() const { return pair_.pair == model::Pair::views; }

  Json canonical(const analysis::Evaluation& evaluation) const {
    const auto spectral = objective::make_spectral_function(objective_);
    const auto& ridge = objective_.of<objective::CanonicalOptions>().ridge;
    Json found{{"of_objective", spectral != nullptr},
               {"ridge", ridge.absolute.value_or(ridge.relative)},
               {"ridge_is_absolute", ridge.absolute.has_value()}};
    if (spectral) {
      found["values"] = evaluation.correlations;
    } else if (const auto values = analysis::canonical_correlations(statistics_.moments, ridge)) {
      found["values"] = *values;
    } else {
      found["values"] = nullptr;
      found["why_not"] =
          fmt::format("a side is wider than {} columns, or has no covariance that can be inverted",
                      analysis::most_covariance_columns);
    }
    return found;
  }

  Json histogram(const char* side, const stats::RowSource<T>& rows, std::span<const double> mean,
                 std::span<const double> variance) const {
    const auto& [bins, range] = objective_.of<objective::HistogramOptions>();
    const auto probabilities = analysis::column_histograms<T>(
        communicator_, rows, statistics_.means.samples, mean, variance, bins, range);
    const std::size_t shown = std::min(options_.most_histograms, probabilities.rows());
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

  Json histograms() const {
    const auto& [means, moments] = statistics_;
    Json all = Json::array();
    if (shows_a()) {
      all.push_back(histogram("a", sides_.a(), means.a, moments.variance_a));
    }
    all.push_back(histogram("b", sides_.b(), means.b, moments.variance_b));
    return all;
  }

  Json correlations() const {
    const auto& moments = statistics_.moments;
    const std::size_t p = sides_.a().columns();
    const std::size_t q = sides_.b().columns();
    Json all = Json::array();
    const auto add = [&](const char* rows, const char* columns, const Matrix<double>& covariance,
                         std::span<const double> variances, std::span<const double> others) {
      if (!covariance.empty()) {
        all.push_back(matrix_json(rows, columns, covariance.rows(), covariance.columns(),
                                  analysis::correlation_matrix(covariance.view(), variances, others,
                                                               options_.most_columns)));
      }
    };
    add("b", "b", moments.bb, moments.variance_b, moments.variance_b);
    if (p <= options_.most_columns && q <= options_.most_columns) {
      add("a", "b", moments.ab, moments.variance_a, moments.variance_b);
    }
    return all;
  }

  Json labels(const std::vector<std::uint64_t>& rows, const analysis::SampleChoice& chosen) const {
    std::optional<analysis::RowLabels> found;
    std::vector<std::string> names;
    try {
      data::DatasetFile file(communicator_, options_.data);
      found = analysis::labels_of_rows(communicator_, file, examples_, pair_, rows, chosen);
      if (found) {
        names = file.names(pair_.y_path, data::classes_attribute);
      }
      file.close();
    } catch (const Error& error) {  // the same on every rank
      if (error.exit_code() != ExitCode::data) {
        throw;
      }
      log::warning(fmt::format("the projection is not coloured: {}", error.what()));
    }
    if (!found) {
      return {{"kind", "none"}};
    }
    const bool classes = found->integers && std::ranges::all_of(found->values, [](double label) {
                           return label >= 0.0 && label < most_coloured_classes;
                         });
    return {{"kind", classes ? "classes" : "values"},
            {"values", rounded_list(found->values, 6)},
            {"names", names}};
  }

  Json projection() const {
    const auto& [means, moments] = statistics_;
    const analysis::SampleChoice chosen(examples_.blocks.rows(), options_.projected, options_.seed);
    const auto rows = analysis::rows_of_samples(communicator_, examples_, pair_, chosen);
    Json sides = Json::array();
    const auto add = [&](const char* name, const stats::RowSource<T>& side,
                         const Matrix<double>& covariance, std::span<const double> mean) {
      if (covariance.empty()) {
        return;
      }
      const auto plane = analysis::principal_plane(covariance.view());
      const auto points =
          analysis::project<T>(communicator_, side, examples_.shard, mean, plane, chosen);
      Json coordinates = Json::array();
      for (std::size_t k = 0; k < points.columns(); ++k) {
        std::vector<double> column(points.rows());
        for (std::size_t i = 0; i < points.rows(); ++i) {
          column[i] = points(i, k);
        }
        coordinates.push_back(rounded_list(column, 5));
      }
      sides.push_back({{"side", name}, {"shares", plane.shares}, {"points", coordinates}});
    };
    if (shows_a()) {
      add("a", sides_.a(), moments.aa, means.a);
    }
    add("b", sides_.b(), moments.bb, means.b);
    return {{"rows", rows}, {"labels", labels(rows, chosen)}, {"sides", sides}};
  }

  const mpi::Communicator& communicator_;
  const model::PairSettings& pair_;
  const model::Examples& examples_;
  const FindingsOptions& options_;
  objective::ObjectiveOptions objective_;
  model::Model<T> model_;
  model::WholeSides<T> sides_;
  analysis::OutputStatistics statistics_;
};

}  // namespace

template <math::Real T>
nlohmann::ordered_json report_findings(const mpi::Communicator& communicator,
                                       const model::StoredModel& stored,
                                       const model::PairSettings& pair,
                                       const model::Examples& examples,
                                       const FindingsOptions& options) {
  return Findings<T>(communicator, stored, pair, examples, options).measure();
}

#define INFOMAX_INSTANTIATE(T)                                                         \
  template nlohmann::ordered_json report_findings<T>(                                  \
      const mpi::Communicator&, const model::StoredModel&, const model::PairSettings&, \
      const model::Examples&, const FindingsOptions&);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::cli
