// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "importers/csv_survey.hpp"
#include "importers/csv_table.hpp"
#include "importers/csv_view.hpp"

namespace infomax::importers {

/// The largest number of categories of a column, as each becomes a column of numbers.
inline constexpr std::size_t most_categories = 4096;

/// Returns a view of columns of a table whose columns of text are columns of categories. `known`
/// are the names of the columns that the view must get, such as "colour=red"; where it has
/// categories of a column, these are the only ones. It may be empty.
[[nodiscard]] CsvView view_of(const CsvFormat& format, const CsvSurvey& survey,
                              const std::vector<std::size_t>& columns,
                              const std::vector<std::string>& known);

/// Throws DataError, which names them and says what to do, if views have columns of categories.
void refuse_categories(const CsvFormat& format, const CsvSurvey& survey,
                       const std::vector<CsvView>& views);

/// Removes the columns of categories from a view and logs which. Throws DataError if none is left.
void drop_categories(const CsvFormat& format, const CsvSurvey& survey, CsvView& view);

/// Counts the category that the table's current row has in a column. Throws DataError if it is not
/// allowed, or there are too many.
void count_category(const CsvTable& table, CsvColumn& column);

/// Gives the columns of numbers their places and, if the table has names or categories, their
/// names.
void lay_out(const CsvFormat& format, CsvView& view);

/// Logs which columns became several columns, and which of these are dates.
void report_categories(const CsvFormat& format, const CsvSurvey& survey, const CsvView& view);

}  // namespace infomax::importers
