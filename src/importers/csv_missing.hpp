// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "importers/csv_contents.hpp"

namespace infomax::importers {

/// Does with the missing cells of a table what the options say: throws DataError, which counts them
/// and says what could be done; or leaves the rows that have them marked in `contents`, which is
/// logged; or gives the first view its fills, which is logged, and marks no row.
///
/// The mean and the median of a column are those of its known cells in the whole file; of a
/// category, those of its column of 0 and 1. They are taken from `known_fills` instead, where these
/// have the width of the view. Throws DataError if no row or no known cell of a column is left, or
/// labels (one column, or the second view) or ids would have to be filled. A median keeps the
/// column in memory, and as many columns at a time as 256 MiB hold.
void treat_missing_cells(const CsvFormat& format, const CsvSurvey& survey, const CsvRoles& roles,
                         MissingCells missing, const std::vector<double>& known_fills,
                         CsvContents& contents);

}  // namespace infomax::importers
