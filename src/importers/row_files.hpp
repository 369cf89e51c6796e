// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "importers/row_file.hpp"
#include "infomax/importers/importer.hpp"

namespace infomax::importers {

/// The opened inputs of an import.
struct RowFiles {
  std::unique_ptr<RowFile> x;
  std::unique_ptr<RowFile> y;         ///< null if nothing becomes /y
  std::vector<std::string> ids = {};  ///< the names of the samples, in the order of x; may be empty
};

/// Opens the inputs of a request, each in the format that its content has. Throws what
/// import_dataset() throws.
[[nodiscard]] RowFiles open_row_files(const ImportRequest& request);

}  // namespace infomax::importers
