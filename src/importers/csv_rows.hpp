// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "importers/csv_format.hpp"
#include "importers/row_file.hpp"

namespace infomax::importers {

/// What the labelled columns of a table hold, and how many rows it has.
struct CsvTargets {
  enum class Kind { none, integers, reals, classes };

  std::vector<std::size_t> columns;
  Kind kind = Kind::none;
  std::vector<std::string> classes;  ///< in ascending order of their bytes, unless given
  std::size_t rows = 0;
};

/// Reads a table through once. `columns` are the labels: several are numbers; one alone is integers
/// or reals where all its fields are, else the names of classes. These are `known`, where any are.
/// Throws DataError where a label is empty, not finite, text among numbers or a class that is not
/// known, and as CsvTable.
[[nodiscard]] CsvTargets scan_csv(const CsvFormat& format, std::vector<std::size_t> columns,
                                  const std::vector<std::string>& known);

/// Columns of a table as numbers of `element`, f32 or f64: [rows, columns].
[[nodiscard]] std::unique_ptr<RowFile> csv_features(const CsvFormat& format,
                                                    const std::vector<std::size_t>& columns,
                                                    hdf5::ElementType element, std::size_t rows);

/// The labels of a table: [rows] for one column, i64 of integers and classes, else `element`;
/// [rows, columns] of `element` for several.
[[nodiscard]] std::unique_ptr<RowFile> csv_targets(const CsvFormat& format,
                                                   const CsvTargets& targets,
                                                   hdf5::ElementType element);

}  // namespace infomax::importers
