// SPDX-License-Identifier: BSD-3-Clause
#include "importers/csv_missing.hpp"

#include <string>

#include <fmt/format.h>

#include "importers/csv_fills.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"

namespace infomax::importers {
namespace {

/// The missing cells of the columns that are used.
struct MissingReport {
  std::size_t cells = 0;
  std::size_t columns = 0;
  std::string text = {};  ///< "column 2 (\"b\") has 3, the first empty at line 7; ..."

  void add(const CsvFormat& format, const CsvSurvey& survey, std::size_t column) {
    constexpr std::size_t most = 5;
    const CellCount& missing = survey.columns[column].missing;
    if (missing.count == 0) {
      return;
    }
    cells += missing.count;
    ++columns;
    if (columns <= most) {
      text += fmt::format("{}{} has {}, the first {}", columns == 1 ? "" : ", ",
                          format.column(column), missing.count, missing.first());
    }
  }

  [[nodiscard]] std::string columns_text() const {
    return text + (columns > 5 ? fmt::format(" and {} columns more", columns - 5) : "");
  }
};

MissingReport report_of(const CsvFormat& format, const CsvSurvey& survey, const CsvRoles& roles,
                        const CsvContents& contents) {
  MissingReport report;
  for (const CsvView& view : contents.views) {
    for (const CsvColumn& column : view.columns) {
      report.add(format, survey, column.source);
    }
  }
  for (const auto& column : {roles.label, roles.id}) {
    if (column) {
      report.add(format, survey, *column);
    }
  }
  return report;
}

/// "3 missing cells in 2 of 10 rows"
std::string counted(const MissingReport& report, const CsvSurvey& survey,
                    const CsvContents& contents) {
  return fmt::format("{} missing cell{} in {} of {} row{}", report.cells,
                     report.cells == 1 ? "" : "s", contents.incomplete_rows, survey.rows,
                     survey.rows == 1 ? "" : "s");
}

void refuse_gaps(const CsvFormat& format, const CsvSurvey& survey, std::size_t column,
                 const char* role) {
  const CellCount& missing = survey.columns[column].missing;
  if (missing.count > 0) {
    throw DataError(fmt::format(
        "{}: {} is {} and lacks {} cell{}, the first {}, which cannot be filled; give `missing` "
        "drop, or complete it",
        format.path.string(), format.column(column), role, missing.count,
        missing.count == 1 ? "" : "s", missing.first()));
  }
}

/// Labels and ids are what they are, so that nothing can stand for them.
void refuse_unfillable(const CsvFormat& format, const CsvSurvey& survey, const CsvRoles& roles) {
  if (roles.label) {
    refuse_gaps(format, survey, *roles.label, "the `label`");
  }
  for (std::size_t v = 1; v < roles.views.size(); ++v) {  // several labels are a view of their own
    for (const std::size_t column : roles.views[v]) {
      refuse_gaps(format, survey, column, "a `label`");
    }
  }
  if (roles.id) {
    refuse_gaps(format, survey, *roles.id, "the `id`");
  }
}

}  // namespace

void treat_missing_cells(const CsvFormat& format, const CsvSurvey& survey, const CsvRoles& roles,
                         MissingCells missing, const std::vector<double>& known_fills,
                         CsvContents& contents) {
  const bool fills = missing == MissingCells::mean || missing == MissingCells::median;
  if (fills) {
    refuse_unfillable(format, survey, roles);
    fill(format, survey, missing, known_fills, contents);
  }
  const MissingReport report = report_of(format, survey, roles, contents);
  if (report.cells == 0) {
    return;
  }
  const std::string count = counted(report, survey, contents);
  if (missing == MissingCells::refuse) {
    throw DataError(fmt::format(
        "{} has {}: {}; `missing` drop leaves such rows out, mean or median fills the cells by "
        "column, and `drop` leaves columns out",
        format.path.string(), count, report.columns_text()));
  }
  if (fills) {
    contents.incomplete.clear();
    const bool by_like = known_fills.size() == contents.views.front().fills.size();
    log::info(fmt::format(
        "{}: {} filled {}: {}", format.path.string(), count,
        by_like ? "as those of `like`"
                : fmt::format("by the {} of {}", FieldText<MissingCells>::format(missing),
                              report.columns == 1 ? "its column" : "their columns"),
        report.columns_text()));
    return;
  }
  if (contents.incomplete_rows == survey.rows) {
    throw DataError(
        fmt::format("{} has a missing cell in every row: {}; leave columns out by "
                    "`drop`, or fill them by `missing` mean or median",
                    format.path.string(), report.columns_text()));
  }
  log::info(fmt::format("{}: {}, which {} left out: {}", format.path.string(), count,
                        contents.incomplete_rows == 1 ? "is" : "are", report.columns_text()));
}

}  // namespace infomax::importers
