// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "importers/row_file.hpp"
#include "infomax/hdf5/file.hpp"

namespace infomax::importers {

/// Opens a field of the records of a data set: numbers as they are, texts as classes. Throws
/// DataError if there is no such field, or it holds neither.
[[nodiscard]] std::unique_ptr<RowFile> open_record_column(const std::filesystem::path& path,
                                                          const std::string& object,
                                                          const std::string& field,
                                                          const std::vector<std::string>& known);

}  // namespace infomax::importers
