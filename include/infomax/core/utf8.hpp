// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>

namespace infomax {

/// Whether a text is valid UTF-8 (RFC 3629: no overlong forms, no surrogates).
[[nodiscard]] bool is_utf8(std::string_view text);

/// The text in UTF-8, if its bytes are characters of ISO 8859-1 (Latin-1).
[[nodiscard]] std::string latin1_to_utf8(std::string_view text);

/// The characters of a text in UTF-8; those of ISO 8859-1, a byte each, where it is none.
[[nodiscard]] std::u32string code_points(std::string_view text);

}  // namespace infomax
