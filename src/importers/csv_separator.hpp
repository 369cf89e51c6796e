// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>

#include "infomax/importers/importer.hpp"

namespace infomax::importers {

/// The sign that comments of a table begin with; '\0' if it has none.
[[nodiscard]] char comment_sign(const TableOptions& table);

/// Returns the separator of a table, which the options give or the first hundred lines show: the
/// first of tab, semicolon, comma and bar that occurs equally often in all of them; or else in all
/// but the first, which has one less, as R writes the names above numbered rows; or else in the
/// first two; or else the one that occurs most in the first line; a comma if none does. The decimal
/// sign is none of these. Throws DataError if the file cannot be read or is empty.
[[nodiscard]] char find_separator(const std::filesystem::path& path, const TableOptions& table);

}  // namespace infomax::importers
