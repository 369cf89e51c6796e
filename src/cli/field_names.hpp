// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>

namespace infomax::cli {

/// The text with every field of the library's configuration, which is a name in backticks
/// (`micro_batch`), as the option that sets it (--micro-batch).
[[nodiscard]] std::string fields_as_options(std::string_view text);

}  // namespace infomax::cli
