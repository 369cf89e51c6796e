// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "exporters/c_program.hpp"

namespace infomax::exporters {

/// What a header says of its encoder.
struct CHeader {
  std::string prefix;                           ///< of all names: an identifier of C
  std::map<std::string, std::string> metadata;  ///< for the first comment
  std::string row;                              ///< the shape of a row, such as "[28,28]"
};

/// The floats of scratch memory that a function may put on its stack: 256 KiB.
inline constexpr std::size_t c_stack_floats = 65'536;

/// Writes a header of C99 with the program as a function PREFIX_encode, and PREFIX_encode_in with
/// scratch memory of the caller's. The first is left out where the stack would be too small for it.
/// Throws UsageError where the program's values are larger than an int can count, and SystemError.
void write_c(const std::filesystem::path& path, const CProgram& program, const CHeader& header);

}  // namespace infomax::exporters
