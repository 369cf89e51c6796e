// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <memory>

#include "importers/csv_format.hpp"
#include "importers/csv_labels.hpp"
#include "importers/csv_view.hpp"
#include "importers/row_file.hpp"

namespace infomax::importers {

/// Opens a view of a table as numbers of type `element`, f32 or f64: [rows, D]. In a row that lacks
/// a cell, the view's fill stands for it, or 0 where the view has none.
[[nodiscard]] std::unique_ptr<RowFile> csv_view_rows(const CsvFormat& format, CsvView view,
                                                     hdf5::ElementType element, std::size_t rows);

/// Opens the labels of a table, [rows], of i64 for integers and classes, else of `element`. A
/// missing label is 0.
[[nodiscard]] std::unique_ptr<RowFile> csv_label_rows(const CsvFormat& format,
                                                      const CsvLabels& labels,
                                                      hdf5::ElementType element, std::size_t rows);

}  // namespace infomax::importers
