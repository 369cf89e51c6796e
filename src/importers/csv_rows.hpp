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

/// The labels of a table, and its number of rows.
struct CsvTargets {
  enum class Kind { none, integers, reals, classes };

  std::vector<std::size_t> columns;
  Kind kind = Kind::none;
  std::vector<std::string> classes;  ///< in ascending order of their bytes, or as given
  std::size_t rows = 0;
};

/// Reads a whole table once. `columns` are the labels. Several columns are numbers. A single column
/// holds integers or reals if all its fields do, else names of classes; if `known` is not empty, it
/// lists the allowed classes. Throws DataError if a label is empty, not finite, text among numbers
/// or an unknown class, and what CsvTable throws.
[[nodiscard]] CsvTargets scan_csv(const CsvFormat& format, std::vector<std::size_t> columns,
                                  const std::vector<std::string>& known);

/// Opens columns of a table as numbers of type `element`, f32 or f64: [rows, columns].
[[nodiscard]] std::unique_ptr<RowFile> csv_features(const CsvFormat& format,
                                                    const std::vector<std::size_t>& columns,
                                                    hdf5::ElementType element, std::size_t rows);

/// Opens the labels of a table. One column is [rows], of i64 for integers and classes, else of
/// `element`. Several columns are [rows, columns] of `element`.
[[nodiscard]] std::unique_ptr<RowFile> csv_targets(const CsvFormat& format,
                                                   const CsvTargets& targets,
                                                   hdf5::ElementType element);

}  // namespace infomax::importers
