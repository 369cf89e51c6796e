// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/cli.hpp"
#include "cli/commands.hpp"
#include "infomax/core/field.hpp"

namespace infomax {
namespace {

enum class Shell : std::uint8_t { bash, zsh, fish };

constexpr std::array shell_names{std::pair{"bash", Shell::bash}, std::pair{"zsh", Shell::zsh},
                                 std::pair{"fish", Shell::fish}};

}  // namespace

template <>
struct FieldText<Shell> : ChoiceText<Shell, shell_names> {};

namespace cli {
namespace {

struct CompletionConfig {
  std::optional<Shell> shell;
};

const FieldTable<CompletionConfig>& completion_fields() {
  static const FieldTable<CompletionConfig> fields = [] {
    FieldTable<CompletionConfig> table;
    table.group("Completion")
        .add("shell", &CompletionConfig::shell, "SHELL",
             "bash, zsh or fish; the option's name may be omitted");
    return table;
  }();
  return fields;
}

/// Whether a value is the name of a file or directory. A PATH lies within a file.
bool names_file(const Option& option) {
  for (const char* name : {"FILE", "RUN", "DIR"}) {
    if (option.value_name.starts_with(name)) {
      return true;
    }
  }
  return false;
}

/// The words that a value may be: choices, and of `manual` and `help` the commands.
std::vector<std::string> words_of(const Option& option) {
  if (option.value_name == "COMMAND") {
    std::vector<std::string> names;
    for (const Command& command : commands()) {
      names.emplace_back(command.name);
    }
    return names;
  }
  return choices_of(option);
}

/// The first clause of an option's help, in one short line.
std::string short_help(const Option& option) {
  constexpr std::size_t most = 70;
  std::string text = option.help.substr(0, option.help.find_first_of(";:\n"));
  text = text.substr(0, text.find(". "));
  if (text.size() > most) {
    text = text.substr(0, text.rfind(' ', most)) + " ...";
  }
  return text;
}

std::string replaced(std::string text, std::string_view old, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(old, at)) != std::string::npos; at += by.size()) {
    text.replace(at, old.size(), by);
  }
  return text;
}

/// Between single quotes, as bash and zsh read them.
std::string quoted(const std::string& text) { return "'" + replaced(text, "'", "'\\''") + "'"; }

std::string joined_commands() {
  std::string names;
  for (const Command& command : commands()) {
    names += fmt::format("{} ", command.name);
  }
  return names + "help";
}

std::string bash_words(const std::vector<std::string>& words) {
  return fmt::format("words={}", quoted(fmt::format("{}", fmt::join(words, " "))));
}

std::string bash_script() {
  std::string values;   // after an option: what its value may be
  std::string options;  // of each command, and what a word alone may be
  for (const Command& command : commands()) {
    const OptionTable table = command.options();
    std::vector<std::string> files;
    std::vector<std::string> others;
    std::string names;
    for (const Option& option : table.options()) {
      const std::string name = "--" + option.name;
      names += name + " ";
      const auto words = words_of(option);
      const std::string pattern = fmt::format("'{} {}'", command.name, name);
      if (option.value_name.empty()) {
        continue;
      }
      if (!words.empty()) {
        values += fmt::format("    {}) {} ;;\n", pattern, bash_words(words));
      } else {
        (names_file(option) ? files : others).push_back(pattern);
      }
    }
    values += fmt::format("    {}) files=1 ;;\n", fmt::join(files, "|"));
    if (!others.empty()) {
      values += fmt::format("    {}) ;;\n", fmt::join(others, "|"));
    }
    const Option* const alone = table.positional();
    const auto words = alone == nullptr ? std::vector<std::string>{} : words_of(*alone);
    options +=
        fmt::format("        {}) {}{} ;;\n", command.name, fmt::format("options='{}'", names),
                    !words.empty()                           ? "; " + bash_words(words)
                    : alone != nullptr && names_file(*alone) ? "; files=1"
                                                             : "");
  }
  return fmt::format(
      R"(# Completion of infomax for bash, made by `infomax completion bash`.
_infomax() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}}
  local words='' files='' options=''
  COMPREPLY=()
  if [[ $word == '=' ]]; then
    word=''
  elif [[ $before == '=' ]]; then
    before=${{COMP_WORDS[COMP_CWORD - 2]}}
  fi
  if ((COMP_CWORD == 1)); then
    words='{0} --help --version'
  elif [[ ${{COMP_WORDS[1]}} == help ]]; then
    words='{0}'
  else
    case "${{COMP_WORDS[1]}} $before" in
{1}    *)
      case ${{COMP_WORDS[1]}} in
{2}      esac
      if [[ $word == -* ]]; then
        words=$options files=''
      fi
      ;;
    esac
  fi
  if [[ $files ]]; then
    compopt -o filenames 2> /dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  else
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
  fi
}}
complete -F _infomax infomax
)",
      joined_commands(), values, options);
}

/// What zsh completes for an option's value.
std::string zsh_action(const Option& option) {
  const auto words = words_of(option);
  if (!words.empty()) {
    return fmt::format("({})", fmt::join(words, " "));
  }
  return names_file(option) ? "_files" : " ";
}

std::string zsh_script() {
  std::string described;
  std::string cases;
  for (const Command& command : commands()) {
    described +=
        fmt::format("    {}\n", quoted(fmt::format("{}:{}", command.name, command.summary)));
    const OptionTable table = command.options();
    cases += fmt::format("    {})\n      _arguments", command.name);
    const auto add = [&](const std::string& specification) {
      cases += fmt::format(" \\\n        {}", quoted(specification));
    };
    for (const Option& option : table.options()) {
      const std::string help =
          replaced(replaced(replaced(short_help(option), "\\", "\\\\"), "[", "\\["), "]", "\\]");
      add(option.value_name.empty()
              ? fmt::format("--{}[{}]", option.name, help)
              : fmt::format("--{}=[{}]:{}:{}", option.name, help,
                            replaced(option.value_name, ":", "\\:"), zsh_action(option)));
    }
    if (const Option* const alone = table.positional(); alone != nullptr) {
      add(fmt::format("1:{}:{}", alone->value_name, zsh_action(*alone)));
    }
    cases += "\n      ;;\n";
  }
  return fmt::format(R"(#compdef infomax
# Completion of infomax for zsh, made by `infomax completion zsh`.
_infomax() {{
  local -a commands
  commands=(
{0}    'help:explain a command'
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  shift words
  ((CURRENT--))
  case $words[1] in
    help)
      _describe command commands
      ;;
{1}  esac
}}
if [[ $funcstack[1] == _infomax ]]; then
  _infomax "$@"
else
  compdef _infomax infomax
fi
)",
                     described, cases);
}

/// Between single quotes, as fish reads them.
std::string fish_quoted(const std::string& text) {
  return "'" + replaced(replaced(text, "\\", "\\\\"), "'", "\\'") + "'";
}

std::string fish_script() {
  std::string script =
      "# Completion of infomax for fish, made by `infomax completion fish`.\n"
      "complete -c infomax -f\n"
      "complete -c infomax -n __fish_use_subcommand -l help -d 'list the commands'\n"
      "complete -c infomax -n __fish_use_subcommand -l version -d 'print the version'\n"
      "complete -c infomax -n __fish_use_subcommand -a help -d 'explain a command'\n";
  for (const Command& command : commands()) {
    script += fmt::format("complete -c infomax -n __fish_use_subcommand -a {} -d {}\n",
                          command.name, fish_quoted(std::string(command.summary)));
    const std::string where =
        fmt::format("complete -c infomax -n '__fish_seen_subcommand_from {}'", command.name);
    const auto values = [](const Option& option) {
      const auto words = words_of(option);
      return !words.empty()
                 ? fmt::format(" -x -a {}", fish_quoted(fmt::format("{}", fmt::join(words, " "))))
             : names_file(option) ? " -r -F"
                                  : " -x";
    };
    const OptionTable table = command.options();
    for (const Option& option : table.options()) {
      script += fmt::format("{} -l {}{} -d {}\n", where, option.name,
                            option.value_name.empty() ? "" : values(option),
                            fish_quoted(short_help(option)));
    }
    if (const Option* const alone = table.positional(); alone != nullptr) {
      const std::string words = values(*alone);
      script += fmt::format("{}{}\n", where,
                            words.starts_with(" -x") ? replaced(words, " -x", "") : " -F");
    }
  }
  return script + fmt::format("complete -c infomax -n '__fish_seen_subcommand_from help' -a '{}'\n",
                              joined_commands());
}

}  // namespace

OptionTable completion_options() {
  OptionTable options(
      "completion",
      "infomax completion SHELL\n\n"
      "Prints commands that teach a shell to complete the commands, options and choices of this\n"
      "program. An installation has them where shells look for them. Elsewhere, for example\n\n"
      "  source <(infomax completion bash)\n"
      "  infomax completion zsh > ~/.zfunc/_infomax\n"
      "  infomax completion fish > ~/.config/fish/completions/infomax.fish");
  options.add(completion_fields());
  options.take_positional("shell", 1);
  return options;
}

std::string completion(const OptionTable& options) {
  options.require("shell", "bash");
  switch (*options.read(completion_fields()).shell) {
    case Shell::bash:
      return bash_script();
    case Shell::zsh:
      return zsh_script();
    case Shell::fish:
      return fish_script();
  }
  return {};
}

}  // namespace cli
}  // namespace infomax
