// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/core/error.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

namespace infomax {
namespace {

bool is_control(unsigned char sign) { return sign < 0x20U || sign == 0x7FU; }

std::string in_one_line(const std::string& message) {
  if (std::ranges::none_of(message, is_control)) {
    return message;
  }
  std::string line;
  for (const char sign : message) {
    const auto code = static_cast<unsigned char>(sign);
    if (!is_control(code)) {
      line += sign;
    } else if (sign == '\n') {
      line += "\\n";
    } else if (sign == '\t') {
      line += "\\t";
    } else {
      line += fmt::format("\\x{:02x}", code);
    }
  }
  return line;
}

}  // namespace

Error::Error(ExitCode exit_code, const std::string& message)
    : std::runtime_error(in_one_line(message)), exit_code_(exit_code) {}

}  // namespace infomax
