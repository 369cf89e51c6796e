// SPDX-License-Identifier: BSD-3-Clause
#include "report/command.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "infomax/train/config.hpp"

namespace infomax::report {
namespace {

/// An option with its value in a shell's words; empty where it has its default.
std::string option_of(const std::string& name, const std::string& value) {
  const auto& fields = train::config_fields().fields();
  const auto field = std::ranges::find(fields, name, &FieldFacts::name);
  if (field != fields.end() && field->text(train::Config()) == value) {
    return "";
  }
  if (field != fields.end() && field->is_flag) {
    return fmt::format("--{}", name);
  }
  // A value that begins with a dash would be read as an option.
  const char* between = value.starts_with('-') || value.empty() ? "=" : " ";
  return fmt::format("--{}{}{}", name, between, shell_quoted(value));
}

}  // namespace

std::string shell_quoted(const std::string& word) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) {
    return word;
  }
  std::string quoted = "'";
  for (const char letter : word) {
    quoted += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  }
  return quoted + "'";
}

std::string command_of(const FieldTexts& config, const std::string& ranks) {
  std::string command = ranks.empty() || ranks == "1"
                            ? "infomax train"
                            : fmt::format("mpirun -n {} infomax train", shell_quoted(ranks));
  for (const auto& [name, value] : config) {
    const std::string option = option_of(name, value);
    command += option.empty() ? "" : " \\\n  " + option;
  }
  return command;
}

}  // namespace infomax::report
