// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>

#include "importers/row_file.hpp"
#include "infomax/importers/importer.hpp"

namespace infomax::importers {

struct RowFiles {
  std::unique_ptr<RowFile> x;
  std::unique_ptr<RowFile> y;  ///< none where nothing becomes /y
};

/// Opens what a request names, each file by the format that its content shows. Throws as
/// import_dataset().
[[nodiscard]] RowFiles open_row_files(const ImportRequest& request);

}  // namespace infomax::importers
