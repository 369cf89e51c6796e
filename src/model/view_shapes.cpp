// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/view_shapes.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "infomax/core/error.hpp"
#include "infomax/data/joined_rows.hpp"
#include "infomax/nn/shape.hpp"
#include "infomax/nn/view_networks.hpp"

namespace infomax::model {
namespace {

std::string shape_text(const std::vector<std::size_t>& extents) {
  return extents.empty() ? "1" : fmt::format("{}", fmt::join(extents, ":"));
}

std::vector<std::string> shapes_of(const std::vector<data::DatasetShape>& parts) {
  std::vector<std::string> shapes;
  shapes.reserve(parts.size());
  for (const data::DatasetShape& part : parts) {
    shapes.push_back(shape_text(part.trailing));
  }
  return shapes;
}

/// Of all views, whose shapes are texts such as 3:8:8.
std::size_t columns_of(const std::vector<std::string>& shapes) {
  std::size_t sum = 0;
  for (std::string shape : shapes) {
    std::ranges::replace(shape, ':', ',');
    sum += nn::parse_shape("[" + shape + "]").size();
  }
  return sum;
}

/// Columns [first, first + count) of a preprocessing.
data::Normalization columns_of_view(const data::Normalization& all, std::size_t first,
                                    std::size_t count) {
  data::Normalization own = all;
  const auto cut = [&](auto& numbers) {
    numbers = {numbers.begin() + static_cast<std::ptrdiff_t>(first),
               numbers.begin() + static_cast<std::ptrdiff_t>(first + count)};
  };
  cut(own.shift);
  cut(own.scale);
  return own;
}

}  // namespace

std::string view_shapes(data::Datasets& source, const std::string& x_path) {
  return fmt::format("{}", fmt::join(shapes_of(source.part_shapes(x_path)), ","));
}

void require_views(data::Datasets& source, const PairSettings& settings) {
  if (settings.view_shapes.empty()) {
    return;
  }
  const auto expected = data::entries_of(settings.view_shapes);
  const auto parts = source.part_shapes(settings.x_path);
  if (parts.size() == 1 && expected.size() > 1 && parts.front().features == columns_of(expected)) {
    return;  // all views side by side, as arrays in memory have them
  }
  if (parts.size() != expected.size()) {
    throw DataError(
        fmt::format("the model was trained on {} views, and `x` {} is {}; name as many data "
                    "sets, in their order, or one that has the columns of all side by side",
                    expected.size(), settings.x_path,
                    parts.size() == 1 ? std::string("one data set of other columns")
                                      : fmt::format("{} data sets", parts.size())));
  }
  const auto shapes = shapes_of(parts);
  const auto [wrong, known] = std::ranges::mismatch(shapes, expected);
  if (wrong != shapes.end()) {
    const auto view = static_cast<std::size_t>(wrong - shapes.begin());
    throw DataError(fmt::format(
        "{} has rows of {} columns, and view {} of the model was trained on {}; give data of the "
        "same kind, or name other data sets",
        parts[view].where, *wrong, view + 1, *known));
  }
}

StoredModel only_view(StoredModel stored, const std::string& view) {
  if (view.empty()) {
    return stored;
  }
  auto settings = PairSettings::from_settings(stored.settings);
  const auto names = data::entries_of(settings.x_path);
  const auto found = std::ranges::find(names, view);
  if (found == names.end()) {
    throw UsageError(
        fmt::format("`network` is \"{}\"; a model of several views has one for each of {}", view,
                    fmt::join(names, ", ")));
  }
  const auto number = static_cast<std::size_t>(found - names.begin());
  StoredNetwork& network = stored.networks.front();
  const nn::Spec spec = nn::parse_spec(network.spec);
  const auto views = nn::views_of(spec);
  if (views.empty()) {
    return stored;  // is of one view alone
  }
  const auto part = nn::parts_of_views(nn::Graph(spec, network.input)).at(number);
  std::size_t first = 0;
  for (std::size_t m = 0; m < number; ++m) {
    first += views[m].input.size();
  }
  settings.x_path = view;
  settings.view_shapes = data::entries_of(settings.view_shapes).at(number);
  settings.to_settings(stored.settings);
  network.spec = views[number].items;
  network.input = views[number].input;
  network.normalization = columns_of_view(network.normalization, first, network.input.size());
  const auto begin = network.parameters.begin() + static_cast<std::ptrdiff_t>(part.first_parameter);
  network.parameters =
      std::vector<double>(begin, begin + static_cast<std::ptrdiff_t>(part.parameter_count));
  stored.objective_parameters.clear();
  return stored;
}

}  // namespace infomax::model
