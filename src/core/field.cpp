// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/core/field.hpp"

#include <fmt/format.h>

namespace infomax {
namespace {

constexpr std::string_view between = " = ";

}  // namespace

std::string FieldText<double>::format(double value) { return fmt::format("{}", value); }

std::string to_ini(const FieldTexts& texts) {
  std::string ini;
  for (const auto& [name, text] : texts) {
    ini += name;
    ini += between;
    ini += text;
    ini += '\n';
  }
  return ini;
}

FieldTexts parse_ini(std::string_view ini) {
  FieldTexts texts;
  while (!ini.empty()) {
    const std::string_view line = ini.substr(0, ini.find('\n'));
    ini.remove_prefix(std::min(line.size() + 1, ini.size()));
    const std::size_t at = line.find(between);
    if (at != std::string_view::npos) {
      texts.emplace_back(line.substr(0, at), line.substr(at + between.size()));
    }
  }
  return texts;
}

}  // namespace infomax
