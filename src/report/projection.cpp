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

/// The plane of the first two columns as they are.
analysis::PrincipalPlane first_columns(std::size_t columns) {
  const std::size_t count = std::min<std::size_t>(2, columns);
  analysis::PrincipalPlane plane{Matrix<double>(columns, count, 0.0), {}};
  for (std::size_t k = 0; k < count; ++k) {
    plane.directions(k, k) = 1.0;
  }
  return plane;
}

}  // namespace

template <math::Real T>
Json projection(const Outputs<T>& outputs) {
  const analysis::SampleChoice chosen(outputs.examples.blocks.rows(), outputs.options.projected,
                                      outputs.options.seed);
  const auto rows = analysis::rows_of_samples(outputs.communicator, outputs.examples, outputs.pair,
                                              chosen, outputs.shows_left_functions());
  Json sides = Json::array();
  for (const auto& side : outputs.shown()) {
    if (side.covariance.empty()) {
      continue;
    }
    const auto plane = outputs.variates != nullptr
                           ? first_columns(side.rows.columns())
                           : analysis::principal_plane(side.covariance.view());
    const auto points = analysis::project<T>(outputs.communicator, side.rows,
                                             outputs.examples.shard, side.mean, plane, chosen);
    Json coordinates = Json::array();
    for (std::size_t k = 0; k < points.columns(); ++k) {
      std::vector<double> column(points.rows());
      for (std::size_t i = 0; i < points.rows(); ++i) {
        column[i] = points(i, k);
      }
      coordinates.push_back(rounded_list(column, 5));
    }
    sides.push_back({{"side", side.name}, {"shares", plane.shares}, {"points", coordinates}});
  }
  return {{"rows", rows}, {"labels", labels(outputs, rows, chosen)}, {"sides", sides}};
}

template Json projection<float>(const Outputs<float>&);
template Json projection<double>(const Outputs<double>&);

}  // namespace infomax::report
