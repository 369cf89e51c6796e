// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/cli.hpp"
#include "cli/commands.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/field.hpp"
#include "infomax/core/version.hpp"

namespace infomax::cli {
namespace {

struct ManualConfig {
  std::string command;    ///< empty: the program as a whole
  std::string directory;  ///< empty: one page is printed
};

const FieldTable<ManualConfig>& manual_fields() {
  static const FieldTable<ManualConfig> fields = [] {
    FieldTable<ManualConfig> table;
    table.group("Manual")
        .add("command", &ManualConfig::command, "COMMAND",
             "the command that the page is about, default the program as a whole; the option's "
             "name may be omitted")
        .add("directory", &ManualConfig::directory, "DIR",
             "write all pages into this directory instead, infomax.1 and infomax-COMMAND.1");
    return table;
  }();
  return fields;
}

using SpecialCharacter = std::pair<char, std::string_view>;

/// Characters that groff prints as others, and what it prints as them.
constexpr std::array<SpecialCharacter, 6> special_characters{
    {{'\\', "\\e"}, {'-', "\\-"}, {'\'', "\\(aq"}, {'`', "\\(ga"}, {'^', "\\(ha"}, {'~', "\\(ti"}}};

/// The text as groff prints it as it is.
std::string escaped(std::string_view text) {
  std::string result;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && c == '.') {
      result += "\\&";
    }
    const auto* const found = std::ranges::find(special_characters, c, &SpecialCharacter::first);
    if (found == special_characters.end()) {
      result += c;
    } else {
      result += found->second;
    }
    line_begins = c == '\n';
  }
  return result;
}

std::string heading(std::string_view page) {
  std::string title(page);
  for (char& c : title) {
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return fmt::format(".TH {} 1 \"\" \"infomax {}\" \"User Commands\"\n", escaped(title), version);
}

/// Paragraphs, which empty lines part. Indented ones keep their lines.
std::string paragraphs(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\n\n"), text.size());
    const std::string_view paragraph = text.substr(0, end);
    text.remove_prefix(std::min(end + 2, text.size()));
    const bool is_indented = paragraph.starts_with(' ');
    result += is_indented ? fmt::format(".PP\n.EX\n{}\n.EE\n", escaped(paragraph))
                          : fmt::format(".PP\n{}\n", escaped(paragraph));
  }
  return result;
}

std::string described(const Option& option) {
  std::string head = fmt::format("\\fB{}\\fR", escaped("--" + option.name));
  if (option.name == "help") {
    head = R"(\fB\-h\fR, )" + head;
  }
  if (!option.value_name.empty()) {
    head += fmt::format(" \\fI{}\\fR", escaped(option.value_name));
  }
  std::string help;
  std::istringstream lines(option.help);
  for (std::string line; std::getline(lines, line);) {
    help += (help.empty() ? "" : ".br\n") + escaped(line) + "\n";
  }
  const std::string standard =
      option.standard.empty() ? "" : fmt::format("Default: {}.\n", escaped(option.standard));
  return fmt::format(".TP\n{}\n{}{}", head, help, standard);
}

std::string command_page(const Command& command) {
  const OptionTable table = command.options();
  const std::string& synopsis = table.synopsis();
  const std::size_t first = std::min(synopsis.find("\n\n"), synopsis.size());
  const std::string name = fmt::format("infomax-{}", command.name);
  std::string page = heading(name);
  page += fmt::format(".SH NAME\n{} \\- {}\n", escaped(name), escaped(command.summary));
  page += fmt::format(".SH SYNOPSIS\n{}\n", escaped(std::string_view(synopsis).substr(0, first)));
  page += ".SH DESCRIPTION\n" +
          paragraphs(std::string_view(synopsis).substr(std::min(first + 2, synopsis.size())));
  page += ".SH OPTIONS\n";
  std::string group;
  for (const Option& option : table.options()) {
    if (option.group != group) {
      group = option.group;
      page += fmt::format(".SS {}\n", escaped(group));
    }
    page += described(option);
  }
  return page + ".SH SEE ALSO\n.BR infomax (1)\n";
}

std::string program_page() {
  std::string page = heading("infomax");
  page +=
      ".SH NAME\ninfomax \\- trains encoders that maximise information, data\\-parallel over MPI\n"
      ".SH SYNOPSIS\n.B infomax\n.I COMMAND\n.RI [ OPTIONS ]\n.br\n"
      ".B mpirun \\-n 4 infomax\n.I COMMAND\n.RI [ OPTIONS ]\n.SH COMMANDS\n";
  for (const Command& command : commands()) {
    page += fmt::format(".TP\n.BR infomax\\-{} (1)\n{}\n", command.name, escaped(command.summary));
  }
  return page +
         ".SH OPTIONS\n.TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nlist the commands\n"
         ".TP\n\\fB\\-v\\fR, \\fB\\-\\-version\\fR\nprint the version\n"
         ".SH EXIT STATUS\n"
         ".TP\n0\ndone\n.TP\n2\nthe command line is wrong\n.TP\n3\nthe data or a file is wrong\n"
         ".TP\n4\nthe numbers are not finite\n.TP\n5\nMPI, I/O or memory failed\n"
         ".TP\n75\nstopped on request, resumable\n";
}

void write_page(const std::filesystem::path& directory, std::string_view name,
                const std::string& page) {
  const auto path = directory / fmt::format("{}.1", name);
  std::ofstream file(path);
  file << page;
  file.close();
  if (!file) {
    throw SystemError(fmt::format("cannot write {}; check its directory", path.string()));
  }
}

}  // namespace

OptionTable manual_options() {
  OptionTable options("manual",
                      "infomax manual [COMMAND | --directory DIR]\n\n"
                      "Prints the manual page of a command, or of the program, as man reads it. An "
                      "installation has\n"
                      "the pages where man looks for them. Elsewhere, for example\n\n"
                      "  infomax manual train | man -l -");
  options.add(manual_fields());
  options.take_positional("command", 1);
  return options;
}

std::string manual(const OptionTable& options) {
  const auto config = options.read(manual_fields());
  if (config.directory.empty()) {
    return config.command.empty() ? program_page() : command_page(command_named(config.command));
  }
  write_page(config.directory, "infomax", program_page());
  for (const Command& command : commands()) {
    write_page(config.directory, fmt::format("infomax-{}", command.name), command_page(command));
  }
  return {};
}

}  // namespace infomax::cli
