// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "infomax/core/error.hpp"
#include "infomax/core/field.hpp"

namespace infomax::cli {

/// An option, as help, completion and manual pages show it.
struct Option {
  std::string name;
  std::string group;
  std::string value_name;  ///< empty for a flag
  std::string help;
  std::string standard;        ///< the default; empty if there is none
  std::string expected = {};   ///< what its value must be, in words; empty for a flag
  bool is_repeatable = false;  ///< given several times, its text is a line each
};

/// The names that an option takes; empty where it takes other texts too.
[[nodiscard]] std::vector<std::string> choices_of(const Option& option);

/// The options of one subcommand: their help, and their parsing from the command line and an INI
/// file into a configuration. Every field of a table becomes an option of the same name.
class OptionTable {
 public:
  /// `synopsis` is what --help says first: what the command does, with an example.
  OptionTable(std::string command, std::string synopsis);
  OptionTable(OptionTable&& other) noexcept;
  ~OptionTable();

  /// Adds an option for every field, in the groups of the table; help shows the defaults.
  template <class Config>
  void add(const FieldTable<Config>& table, const Config& defaults = {}) {
    for (const Field<Config>& field : table.fields()) {
      add(field, field.text(defaults));
    }
  }

  /// `defaults` with the values that the user gave. Throws UsageError, which names the option,
  /// where a value is not what its field takes.
  template <class Config>
  [[nodiscard]] Config read(const FieldTable<Config>& table, Config defaults = {}) const {
    for (const Field<Config>& field : table.fields()) {
      if (given(field.name)) {
        field.set(defaults, text_of(field.name));
      }
    }
    return defaults;
  }

  /// The words that are not options go to the option `name`, at most `count` of them.
  void take_positional(const std::string& name, int count);

  /// The option may be given several times; its text then is a line each.
  void allow_repeats(const std::string& name);

  /// The first word that is not an option goes to the option `name`, as if it were given by it; all
  /// words are words().
  void take_words(const std::string& name);

  /// The words that are not options, in their order, where take_words() was called.
  [[nodiscard]] const std::vector<std::string>& words() const { return words_; }

  /// False where --help was asked for; help() then is what to print. Throws UsageError.
  [[nodiscard]] bool parse(const std::vector<std::string>& arguments);

  [[nodiscard]] std::string help() const;

  [[nodiscard]] const std::string& synopsis() const { return synopsis_; }

  /// All options; --help and --config are the first.
  [[nodiscard]] const std::vector<Option>& options() const { return options_; }

  /// The option that takes a word which is not an option; null if there is none.
  [[nodiscard]] const Option* positional() const;

  /// Whether the user gave it, on the command line or in the INI file.
  [[nodiscard]] bool given(const std::string& name) const;

  /// Whether the user gave it on the command line itself.
  [[nodiscard]] bool typed(const std::string& name) const { return typed_.contains(name); }

  /// Whether its value is other than the default.
  [[nodiscard]] bool changed(const std::string& name) const;

  /// Throws UsageError, which quotes `example`, unless given.
  void require(const std::string& name, const std::string& example) const;

  /// The INI file that the user named; empty if there is none.
  [[nodiscard]] std::string config_file() const;

  /// Takes the settings of `ini`, which to_ini() made, that the user did not give, but for the
  /// option `except`. Throws UsageError.
  void adopt(const std::string& ini, const std::string& except);

 private:
  [[noreturn]] void refuse(const std::string& problem) const;
  [[noreturn]] void refuse_unknown(const std::string& where, const std::string& name) const;
  void add(const FieldFacts& field, const std::optional<std::string>& standard);
  [[nodiscard]] std::string text_of(const std::string& name) const;

  std::string command_;
  std::string synopsis_;
  std::vector<Option> options_;
  std::set<std::string> typed_;
  bool takes_words_ = false;
  std::vector<std::string> words_;
  // Only one file need read the headers of Boost.Program_options.
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

/// A configuration in one line, "name=value name=value ".
[[nodiscard]] std::string one_line(const FieldTexts& texts);

}  // namespace infomax::cli
