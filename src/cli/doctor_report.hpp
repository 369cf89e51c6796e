// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "core/json.hpp"
#include "measure/examination.hpp"

namespace infomax::cli {

/// The object that `doctor --json` prints.
[[nodiscard]] Json to_json(const measure::Examination& found);

/// The lines that `doctor` prints, the traps last.
[[nodiscard]] std::string to_text(const measure::Examination& found);

}  // namespace infomax::cli
