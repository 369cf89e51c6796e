// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "importers/csv_categories.hpp"
#include "importers/csv_labels.hpp"
#include "importers/csv_survey.hpp"
#include "importers/csv_view.hpp"

namespace infomax::importers {

/// What becomes of the columns of a table. Each column is in one place at most.
struct CsvRoles {
  std::vector<std::vector<std::size_t>> views;  ///< columns of numbers, [N, D] each
  std::optional<std::size_t> label = {};        ///< a single column of labels, [N]
  std::optional<std::size_t> id = {};           ///< the names of the samples
};

/// What a table holds beside numbers, as its second reading finds it.
struct CsvContents {
  std::vector<CsvView> views = {};
  CsvLabels labels = {};
  std::vector<std::string> ids = {};  ///< [N], empty for missing ones; empty without an id
  std::vector<bool> incomplete = {};  ///< [N], whether a cell is missing; empty if none is
  std::size_t incomplete_rows = 0;
};

/// Reads a table again, unless it holds nothing but numbers: its categories, labels and ids, and
/// which rows lack a cell. `known_classes` are the only labels allowed; it may be empty. Throws
/// what count_category() and CsvLabelColumn throw.
[[nodiscard]] CsvContents read_contents(const CsvFormat& format, const CsvSurvey& survey,
                                        const CsvRoles& roles, std::vector<CsvView> views,
                                        const std::vector<std::string>& known_classes);

}  // namespace infomax::importers
