// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "importers/file_format.hpp"
#include "infomax/hdf5/file.hpp"

// AnnData files (.h5ad): a matrix X of cells and genes, or of any other observations and variables,
// with tables `obs` and `var` that describe its rows and its columns.
namespace infomax::importers {

/// Whether a file is of AnnData.
[[nodiscard]] bool is_anndata(const hdf5::File& file);

/// Opens a matrix of such a file ("/X", "/layers/counts"), dense or sparse, with the names of the
/// variables, and as labels the column of `obs` that `label` names. Throws DataError, UsageError.
[[nodiscard]] OpenedFile open_anndata(const hdf5::File& file, const OpenRequest& request,
                                      const std::string& object);

/// Whether `object` is a column of categories: a group with `codes` and `categories`.
[[nodiscard]] bool is_categories(const hdf5::File& file, const std::string& object);

/// Opens a column of a table as labels: categories, strings, or numbers as they are. Throws
/// DataError.
[[nodiscard]] std::unique_ptr<RowFile> open_label_column(const hdf5::File& file,
                                                         const std::string& object,
                                                         const std::vector<std::string>& known);

}  // namespace infomax::importers
