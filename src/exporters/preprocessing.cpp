// SPDX-License-Identifier: BSD-3-Clause
#include "exporters/preprocessing.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "exporters/sequence_values.hpp"
#include "infomax/core/logging.hpp"

namespace infomax::exporters {
namespace {

/// Numbers that multiply or shift the columns of rows.
struct Columns {
  OnnxGraph& graph;
  std::vector<std::int64_t> extents;

  /// As a constant; one number where they are all equal, as for the pixels of images.
  [[nodiscard]] std::string constant(const std::string& name, std::vector<float> values) const {
    const bool equal = std::ranges::all_of(values, [&](float v) { return v == values.front(); });
    if (equal) {
      return graph.number(values.front());
    }
    return graph.constant(name, extents, std::move(values));
  }
};

bool any_is_not(const std::vector<float>& values, float neutral) {
  return std::ranges::any_of(values, [&](float v) { return v != neutral; });
}

}  // namespace

void warn_of_large_shifts(const data::Normalization& normalization) {
  constexpr double most = 1 << 20;
  for (std::size_t j = 0; j < normalization.columns(); ++j) {
    if (std::abs(normalization.shift[j] * normalization.scale[j]) > most) {
      return log::warning(fmt::format(
          "column {} varies by {:.3g} about {:.9g}, which the float inputs of the exported encoder "
          "cannot resolve: subtract about as much from the data before training",
          j, 1.0 / normalization.scale[j], normalization.shift[j]));
    }
  }
}

Value preprocess(OnnxGraph& graph, const Value& rows, const data::Normalization& normalization,
                 const nn::Shape& shape, bool by_step) {
  Columns columns{graph, extents_of(shape)};
  if (by_step) {
    columns.extents.erase(columns.extents.begin());
  }
  // The program subtracts in double. A shift as the sum of two floats is as good: where x is near
  // it, the first difference is exact.
  const std::size_t count = normalization.columns();
  std::vector<float> shift(count);
  std::vector<float> rest(count);
  std::vector<float> scale(count);
  for (std::size_t j = 0; j < count; ++j) {
    shift[j] = static_cast<float>(normalization.shift[j]);
    rest[j] = static_cast<float>(normalization.shift[j] - static_cast<double>(shift[j]));
    scale[j] = static_cast<float>(normalization.scale[j]);
  }
  warn_of_large_shifts(normalization);
  std::string z = rows.name;
  const auto apply = [&](const char* op, const std::string& name, std::vector<float> values,
                         float neutral) {
    if (any_is_not(values, neutral)) {
      z = graph.add(op, {z, columns.constant(name, std::move(values))});
    }
  };
  apply("Sub", "preprocess/shift", std::move(shift), 0.0F);
  apply("Sub", "preprocess/shift_rest", std::move(rest), 0.0F);
  apply("Mul", "preprocess/scale", std::move(scale), 1.0F);
  return masked_rows(graph, {z, rows.lengths}, shape.axes());
}

}  // namespace infomax::exporters
