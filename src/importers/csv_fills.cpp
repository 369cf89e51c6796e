// SPDX-License-Identifier: BSD-3-Clause
#include "importers/csv_fills.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "importers/csv_table.hpp"
#include "infomax/core/error.hpp"

namespace infomax::importers {
namespace {

constexpr std::size_t most_median_bytes = std::size_t{256} << 20U;

void require_values(const CsvFormat& format, const CsvSurvey& survey, const CsvView& view) {
  for (const CsvColumn& column : view.columns) {
    const ColumnSurvey& found = survey.columns[column.source];
    if (found.missing.count == survey.rows) {
      throw DataError(fmt::format(
          "{}: all cells of {} are missing, so that nothing can fill them; leave it out by `drop`",
          format.path.string(), format.column(column.source)));
    }
  }
}

/// The middle of values, or half way between the two that are; reorders them.
double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  if (values.size() % 2 == 1) {
    return *middle;
  }
  return *middle / 2 + *std::max_element(values.begin(), middle) / 2;
}

/// Reads the medians of columns of numbers, as many at a time as memory is granted for.
void fill_by_medians(const CsvFormat& format, const CsvSurvey& survey, CsvView& view) {
  std::vector<const CsvColumn*> columns;
  for (const CsvColumn& column : view.columns) {
    if (!column.has_categories) {
      columns.push_back(&column);
    }
  }
  const std::size_t at_once =
      std::max<std::size_t>(1, most_median_bytes / (survey.rows * sizeof(double)));
  for (std::span<const CsvColumn* const> rest(columns); !rest.empty();) {
    const auto some = rest.first(std::min(at_once, rest.size()));
    std::vector<std::vector<double>> values(some.size());
    for (std::size_t k = 0; k < some.size(); ++k) {
      values[k].reserve(survey.columns[some[k]->source].numbers);
    }
    CsvTable table(format);
    while (table.next()) {
      for (std::size_t k = 0; k < some.size(); ++k) {
        const Cell cell = table.cell(some[k]->source);
        if (cell.kind == Cell::Kind::number) {
          values[k].push_back(cell.number);
        }
      }
    }
    for (std::size_t k = 0; k < some.size(); ++k) {
      if (values[k].empty()) {
        table.refuse_change();
      }
      view.fills[some[k]->first] = median(values[k]);
    }
    rest = rest.subspan(some.size());
  }
}

void fill_by_means(const CsvSurvey& survey, CsvView& view) {
  for (const CsvColumn& column : view.columns) {
    const ColumnSurvey& found = survey.columns[column.source];
    if (!column.has_categories) {
      view.fills[column.first] =
          static_cast<double>(found.sum / static_cast<long double>(found.numbers));
    }
  }
}

/// A column of 0 and 1 has its share of ones as mean, and as median what the majority is.
void fill_categories(const CsvSurvey& survey, MissingCells missing, CsvView& view) {
  for (const CsvColumn& column : view.columns) {
    const std::size_t known = survey.rows - survey.columns[column.source].missing.count;
    for (const auto& [text, category] : column.categories) {
      const double share = static_cast<double>(category.rows) / static_cast<double>(known);
      const double majority = share > 0.5 ? 1.0 : share < 0.5 ? 0.0 : 0.5;
      view.fills[column.first + category.place] = missing == MissingCells::mean ? share : majority;
    }
  }
}

}  // namespace

void fill(const CsvFormat& format, const CsvSurvey& survey, MissingCells missing,
          const std::vector<double>& known_fills, CsvContents& contents) {
  if (contents.views.empty()) {
    return;
  }
  CsvView& view = contents.views.front();
  if (known_fills.size() == view.width) {
    view.fills = known_fills;
    return;
  }
  require_values(format, survey, view);
  view.fills.assign(view.width, 0.0);
  if (missing == MissingCells::mean) {
    fill_by_means(survey, view);
  } else {
    fill_by_medians(format, survey, view);
  }
  fill_categories(survey, missing, view);
}

}  // namespace infomax::importers
