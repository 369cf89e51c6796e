// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "importers/csv_cells.hpp"
#include "infomax/importers/importer.hpp"

namespace infomax::importers {

/// The format of a table.
struct CsvFormat {
  std::filesystem::path path;
  CsvCells cells;
  char delimiter = ',';
  char comment = '\0';
  bool has_header = false;
  std::size_t columns = 0;
  std::vector<std::string> names = {};  ///< of the columns; empty without a header

  /// "F.csv line 7"
  [[nodiscard]] std::string line(std::size_t number) const;

  /// "column 3 (\"age\")"
  [[nodiscard]] std::string column(std::size_t index) const;

  /// "age", or "3" without a header.
  [[nodiscard]] std::string name(std::size_t index) const;
};

/// Finds the format by the options and the first lines. The first line is a row if all its fields
/// are numbers and they are not 0, 1, 2, .... It is a header if it has a name above a number, and
/// neither a number nor a gap (an empty field, NA, ?) above a value; the first column may have an
/// empty name. It is also one if it has a field less than the second and no number: R writes such
/// tables, whose first column then has an empty name. Throws DataError if none of this holds, or if
/// the file is empty or has only a header.
[[nodiscard]] CsvFormat find_csv_format(const std::filesystem::path& path,
                                        const TableOptions& table);

/// Returns the columns of a list of names, or numbers from 1, in the order of the list. `option` is
/// for messages. Throws DataError if a column does not exist or is named twice.
[[nodiscard]] std::vector<std::size_t> find_columns(const CsvFormat& format,
                                                    const std::vector<std::string>& wanted,
                                                    const std::string& option);

/// Returns the column that only counts or names the rows, by the option `index`: "none", a column,
/// or "auto", a first column without a name beside others, or with the name that pandas then gives
/// it. Throws DataError if the column does not exist.
[[nodiscard]] std::optional<std::size_t> find_index(const CsvFormat& format,
                                                    const std::string& index);

}  // namespace infomax::importers
