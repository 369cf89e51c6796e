// SPDX-License-Identifier: BSD-3-Clause
#include "importers/csv_survey.hpp"

#include <fmt/format.h>

#include "importers/csv_number.hpp"
#include "importers/csv_table.hpp"
#include "infomax/core/error.hpp"

namespace infomax::importers {
namespace {

void look_at(const CsvTable& table, std::size_t column, ColumnSurvey& found) {
  const std::size_t line = table.row().line();
  const std::string_view field = table.row().field(column);
  const Cell cell = table.cell(column);
  switch (cell.kind) {
    case Cell::Kind::number:
      ++found.numbers;
      found.sum += cell.number;
      break;
    case Cell::Kind::missing:
      found.missing.add(line, field);
      break;
    case Cell::Kind::infinite:
      found.infinite.add(line, field);
      break;
    case Cell::Kind::text:
      found.texts.add(line, field);
      found.other_decimals += table.format().cells.has_other_decimal(field) ? 1 : 0;
      found.truths += is_truth(field) ? 1 : 0;
      found.dates += is_date(field) ? 1 : 0;
      break;
  }
}

/// Whether a number with a comma or point may be a whole one, written as 1,234.
bool may_have_thousands(std::string_view number) {
  constexpr std::size_t group = 3;
  const std::size_t sign = number.find_first_of(",.");
  return sign != std::string_view::npos && number.size() == sign + 1 + group &&
         number.find_first_not_of("0123456789", sign + 1) == std::string_view::npos;
}

}  // namespace

void CellCount::add(std::size_t at_line, std::string_view field) {
  if (count++ == 0) {
    line = at_line;
    text = field;
  }
}

std::string CellCount::first() const {
  return fmt::format("{} at line {}", text.empty() ? "empty" : in_quotes(text), line);
}

std::string ColumnSurvey::content() const {
  if (texts.count == 0) {
    return numbers > 0 ? "numbers" : "no values";
  }
  if (numbers > 0) {
    return fmt::format("{} and {} number{}",
                       texts.count == 1
                           ? fmt::format("a text, {},", texts.first())
                           : fmt::format("{} texts, the first {},", texts.count, texts.first()),
                       numbers, numbers == 1 ? "" : "s");
  }
  const char* const kind = texts.count == truths  ? "true or false"
                           : texts.count == dates ? "dates"
                                                  : "text";
  return fmt::format("{}, such as {}", kind, texts.first());
}

CsvSurvey survey_csv(const CsvFormat& format, const std::vector<std::size_t>& columns) {
  CsvTable table(format);
  CsvSurvey survey{0, std::vector<ColumnSurvey>(format.columns)};
  while (table.next()) {
    ++survey.rows;
    for (const std::size_t column : columns) {
      look_at(table, column, survey.columns[column]);
    }
  }
  return survey;
}

void require_decimal_sign(const CsvFormat& format, const CsvSurvey& survey,
                          const std::vector<std::size_t>& columns) {
  for (const std::size_t column : columns) {
    const ColumnSurvey& found = survey.columns[column];
    if (found.has_text() && found.other_decimals == found.texts.count) {
      const bool is_comma = found.texts.text.find(',') != std::string::npos;
      const char* const other = is_comma ? "comma" : "point";
      throw DataError(fmt::format(
          "{}, {} holds {}, where the decimal sign is a {}; if it is a {}, give `decimal` {}{}",
          format.path.string(), format.column(column), found.texts.first(),
          is_comma ? "point" : "comma", other, is_comma ? "," : ".",
          may_have_thousands(found.texts.text)
              ? fmt::format("; if the {} separates thousands, write the numbers without it", other)
              : ""));
    }
  }
}

void require_finite(const CsvFormat& format, const CsvSurvey& survey,
                    const std::vector<std::size_t>& columns) {
  for (const std::size_t column : columns) {
    const ColumnSurvey& found = survey.columns[column];
    if (found.infinite.count > 0) {
      throw DataError(fmt::format(
          "{}, {} holds {}, which is not finite, in {} of its cells; correct it, leave the column "
          "out by `drop`, or list it in `missing_words`",
          format.path.string(), format.column(column), found.infinite.first(),
          found.infinite.count));
    }
  }
}

}  // namespace infomax::importers
