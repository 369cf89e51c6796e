// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "importers/file_format.hpp"
#include "infomax/hdf5/file.hpp"

// Data frames and series that pandas stored in HDF5 by to_hdf(), in the formats "fixed" and
// "table".
namespace infomax::importers {

/// Whether a group is such a store.
[[nodiscard]] bool is_pandas_store(const hdf5::File& file, const std::string& object);

/// The path of the only store in a file; empty if there is none or there are several.
[[nodiscard]] std::string only_pandas_store(const hdf5::File& file);

/// Opens a store as a table: `label` and `drop` name its columns, of which the others become rows.
/// The index is left out. Throws DataError, UsageError.
[[nodiscard]] OpenedFile open_pandas(const hdf5::File& file, const OpenRequest& request,
                                     const std::string& object);

}  // namespace infomax::importers
