// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "infomax/core/field.hpp"

namespace infomax::report {

/// A word as a POSIX shell reads it back, in single quotes unless it needs none.
[[nodiscard]] std::string shell_quoted(const std::string& word);

/// The command that trains as a run did, from its configuration, for a POSIX shell: an option a
/// line, without fields that have their default. `ranks` is the number of ranks as text, empty
/// where it is unknown.
[[nodiscard]] std::string command_of(const FieldTexts& config, const std::string& ranks);

}  // namespace infomax::report
