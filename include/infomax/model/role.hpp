// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>

namespace infomax::model {

/// What a trainable member of a model is for. Its number is also that of its random numbers at the
/// start, so numbers stay as they are. Code asks for members by their role; "a" and "b" are
/// names in files, options and messages alone.
enum class Role : std::uint8_t {
  encoder_a,  ///< encodes side a, where that side has an encoder of its own
  encoder_b,  ///< encodes side b, and side a too where both sides share it
  critic,     ///< compares the sides with parameters of its own
};

/// The name of a member in files and messages: "a", "b", "critic".
[[nodiscard]] const char* name_of(Role role);

/// Throws DataError where no role has this name: the file is then not a model of ours.
[[nodiscard]] Role parse_role(const std::string& name);

}  // namespace infomax::model
