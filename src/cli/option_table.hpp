// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <boost/any.hpp>
#include <boost/program_options.hpp>

#include "infomax/core/error.hpp"

namespace infomax::cli {

namespace po = boost::program_options;

/// The options of one subcommand: their help, their parsing from the command line and an INI file,
/// and their resolved values as an INI file again.
class OptionTable {
 public:
  /// `synopsis` is what --help says first: what the command does, with an example.
  OptionTable(std::string command, std::string synopsis);

  /// A new group of options; --help shows groups in order.
  [[nodiscard]] po::options_description_easy_init group(const std::string& title);

  /// The words that are not options go to the option `name`, at most `count` of them.
  void take_positional(const std::string& name, int count);

  /// False where --help was asked for; help() then is what to print. Throws UsageError.
  [[nodiscard]] bool parse(const std::vector<std::string>& arguments);

  [[nodiscard]] std::string help() const;

  /// Whether the user gave it, on the command line or in the INI file.
  [[nodiscard]] bool given(const std::string& name) const;

  /// Whether the user gave it on the command line itself.
  [[nodiscard]] bool typed(const std::string& name) const { return typed_.contains(name); }

  /// Whether its value is other than the default.
  [[nodiscard]] bool changed(const std::string& name) const;

  template <class T>
  [[nodiscard]] T value(const std::string& name) const {
    return values_[name].template as<T>();
  }

  /// Throws UsageError, which quotes `example`, unless given.
  [[nodiscard]] std::string required(const std::string& name, const std::string& example) const;

  /// A count: throws UsageError where it is negative; `meaning_of_zero` is for that message.
  [[nodiscard]] std::size_t count(const std::string& name,
                                  const std::string& meaning_of_zero = "") const;

  /// What the option came to where that is known only later ("--batch" once the rows are counted).
  void resolve(const std::string& name, const std::string& value) { resolved_[name] = value; }

  /// The value as text, resolved.
  [[nodiscard]] std::string resolved(const std::string& name) const { return text_of(name); }

  /// Takes what `ini`, made by ini(), has and the user did not give, but for the option `except`.
  /// Throws UsageError.
  void adopt(const std::string& ini, const std::string& except);

  /// Every option with its resolved value, by name.
  [[nodiscard]] std::map<std::string, std::string> settings() const;

  /// Every option with its resolved value, as --config takes it back.
  [[nodiscard]] std::string ini() const;

  /// The same in one line, "name=value name=value".
  [[nodiscard]] std::string summary() const;

 private:
  [[nodiscard]] po::options_description all() const;
  [[noreturn]] void refuse(const std::string& problem) const;
  [[nodiscard]] std::string list(const char* between, const char* after) const;
  [[nodiscard]] std::string text_of(const std::string& name) const;
  [[nodiscard]] static std::string text_of(const boost::any& stored);

  std::string command_;
  std::string synopsis_;
  std::vector<po::options_description> groups_;
  po::positional_options_description positional_;
  po::variables_map values_;
  std::set<std::string> typed_;
  std::map<std::string, std::string> resolved_;
};

/// The names and values of what OptionTable::ini() made, in its order; other lines are passed over.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> parse_ini(const std::string& ini);

}  // namespace infomax::cli
