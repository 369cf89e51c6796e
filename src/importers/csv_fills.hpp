// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "importers/csv_contents.hpp"

namespace infomax::importers {

/// Gives the first view what missing cells become, as treat_missing_cells() describes it; labels
/// are never filled. `missing` is mean or median.
void fill(const CsvFormat& format, const CsvSurvey& survey, MissingCells missing,
          const std::vector<double>& known_fills, CsvContents& contents);

}  // namespace infomax::importers
