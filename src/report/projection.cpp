// SPDX-License-Identifier: BSD-3-Clause
#include "report/projection.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "infomax/analysis/principal_plane.hpp"
#include "infomax/analysis/sample_rows.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/data/loader.hpp"
#include "report/numbers.hpp"

namespace infomax::report {
namespace {

/// More classes than this are coloured by their number, because no palette tells them apart.
constexpr double most_coloured_classes = 30.0;

template <math::Real T>
Json labels(const Outputs<T>& outputs, const std::vector<std::uint64_t>& rows,
            const analysis::SampleChoice& chosen) {
  std::optional<analysis::RowLabels> found;
  std::vector<std::string> names;
  try {
    data::DatasetFile file(outputs.communicator, outputs.options.data);
    found = analysis::labels_of_rows(outputs.communicator, file, outputs.examples, outputs.pair,
                                     rows, chosen);
    if (found) {
      names = file.names(outputs.pair.y_path, data::classes_attribute);
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

}  // namespace

template <math::Real T>
Json projection(const Outputs<T>& outputs) {
  const auto& [means, moments] = outputs.statistics;
  const analysis::SampleChoice chosen(outputs.examples.blocks.rows(), outputs.options.projected,
                                      outputs.options.seed);
  const auto rows =
      analysis::rows_of_samples(outputs.communicator, outputs.examples, outputs.pair, chosen);
  Json sides = Json::array();
  const auto add = [&](const char* name, const stats::RowSource<T>& side,
                       const Matrix<double>& covariance, std::span<const double> mean) {
    if (covariance.empty()) {
      return;
    }
    const auto plane = analysis::principal_plane(covariance.view());
    const auto points = analysis::project<T>(outputs.communicator, side, outputs.examples.shard,
                                             mean, plane, chosen);
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
  if (outputs.shows_a()) {
    add("a", outputs.sides.a(), moments.aa, means.a);
  }
  add("b", outputs.sides.b(), moments.bb, means.b);
  return {{"rows", rows}, {"labels", labels(outputs, rows, chosen)}, {"sides", sides}};
}

template Json projection<float>(const Outputs<float>&);
template Json projection<double>(const Outputs<double>&);

}  // namespace infomax::report
