// SPDX-License-Identifier: BSD-3-Clause
#include "cli/option_table.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string_view>

#include <fmt/format.h>

#include <boost/any.hpp>
#include <boost/program_options.hpp>

#include "cli/field_names.hpp"
#include "infomax/core/suggestion.hpp"

namespace infomax::cli {
namespace {

namespace po = boost::program_options;

constexpr unsigned line_width = 100;

std::string stored_text(const boost::any& stored) {
  if (const auto* text = boost::any_cast<std::string>(&stored)) {
    return *text;
  }
  return boost::any_cast<bool>(stored) ? "true" : "false";
}

/// The options of an INI file. Boost's own reader ends a value at any number sign, also within a
/// path. Throws po::error.
po::parsed_options parse_ini_file(std::istream& file, const po::options_description& known) {
  po::parsed_options parsed(&known);
  std::string section;
  std::string line;
  while (std::getline(file, line)) {
    const std::size_t equals = line.find('=');
    const std::string name(ini_name(std::string_view(line).substr(0, equals)));
    if (name.empty() || name.front() == ';') {
      continue;
    }
    if (name.front() == '[' && name.back() == ']') {
      section = name.substr(1, name.size() - 2) + ".";
      continue;
    }
    if (equals == std::string::npos) {
      throw po::error(fmt::format("the line \"{}\" is not of the form name = value", name));
    }
    po::option option(section + name, {ini_value(std::string_view(line).substr(equals + 1))});
    if (known.find_nothrow(option.string_key, false) == nullptr) {
      throw po::unknown_option(option.string_key);
    }
    option.original_tokens = {option.string_key, option.value.front()};
    parsed.options.push_back(std::move(option));
  }
  return parsed;
}

/// Makes one of each option that may be given several times, with a line for each.
void join_repeated(const std::vector<Option>& known, po::parsed_options& parsed) {
  for (const Option& option : known) {
    const auto is_given = [&](const po::option& given) {
      return option.is_repeatable && given.string_key == option.name && !given.value.empty();
    };
    const auto first = std::ranges::find_if(parsed.options, is_given);
    if (first == parsed.options.end()) {
      continue;
    }
    for (auto next = first + 1; next != parsed.options.end();) {
      if (is_given(*next)) {
        first->value.front() += '\n' + next->value.front();
        next = parsed.options.erase(next);
      } else {
        ++next;
      }
    }
  }
}

}  // namespace

struct OptionTable::Parser {
  std::vector<po::options_description> groups;
  po::positional_options_description positional;
  po::variables_map values;

  po::options_description& start_group(const std::string& title) {
    return groups.emplace_back(title, line_width);
  }

  [[nodiscard]] po::options_description all() const {
    po::options_description all;
    for (const auto& group : groups) {
      all.add(group);
    }
    return all;
  }
};

std::vector<std::string> choices_of(const Option& option) {
  const auto names = listed_names(option.expected);
  return {names.begin(), names.end()};
}

OptionTable::OptionTable(std::string command, std::string synopsis)
    : command_(std::move(command)),
      synopsis_(std::move(synopsis)),
      parser_(std::make_unique<Parser>()) {
  options_ = {{"help", "General", "", "show this and end", ""},
              {"config", "General", "FILE",
               "take options from an INI file, a line `name = value` each; the command line goes "
               "first",
               ""}};
  parser_->start_group("General").add_options()("help,h", options_[0].help.c_str())(
      "config", po::value<std::string>()->value_name("FILE"), options_[1].help.c_str());
}

OptionTable::OptionTable(OptionTable&& other) noexcept = default;
OptionTable::~OptionTable() = default;

void OptionTable::add(const FieldFacts& field, const std::optional<std::string>& standard) {
  if (field.group != options_.back().group) {
    parser_->start_group(field.group);
  }
  const Option& option =
      field.is_flag ? options_.emplace_back(
                          Option{field.name, field.group, "", fields_as_options(field.help), ""})
                    : options_.emplace_back(Option{field.name, field.group, field.value_name,
                                                   fields_as_options(field.help),
                                                   standard.value_or(""), field.expected});
  auto added = parser_->groups.back().add_options();
  if (field.is_flag) {
    added(option.name.c_str(), po::bool_switch(), option.help.c_str());
    return;
  }
  auto* const value = po::value<std::string>()->value_name(option.value_name);
  if (!option.standard.empty()) {
    value->default_value(option.standard);
  }
  added(option.name.c_str(), value, option.help.c_str());
}

void OptionTable::take_positional(const std::string& name, int count) {
  parser_->positional.add(name.c_str(), count);
}

void OptionTable::allow_repeats(const std::string& name) {
  std::ranges::find(options_, name, &Option::name)->is_repeatable = true;
}

void OptionTable::take_words(const std::string& name) {
  parser_->positional.add(name.c_str(), -1);
  takes_words_ = true;
}

const Option* OptionTable::positional() const {
  if (parser_->positional.max_total_count() == 0) {
    return nullptr;
  }
  return &*std::ranges::find(options_, parser_->positional.name_for_position(0), &Option::name);
}

void OptionTable::refuse(const std::string& problem) const {
  throw UsageError(fmt::format("{}: {}; see infomax {} --help", command_, problem, command_));
}

void OptionTable::refuse_unknown(const std::string& where, const std::string& name) const {
  std::vector<std::string_view> names;
  for (const Option& option : options_) {
    names.push_back(option.name);
  }
  const std::size_t first = std::min(name.find_first_not_of('-'), name.size());
  const std::string_view meant = closest_name(std::string_view(name).substr(first), names);
  const std::string suggestion =
      meant.empty() ? "; see"
                    : fmt::format("; did you mean {}{}? See", where.empty() ? "--" : "", meant);
  throw UsageError(fmt::format("{}: {}there is no option {}{} infomax {} --help", command_, where,
                               name, suggestion, command_));
}

bool OptionTable::parse(const std::vector<std::string>& arguments) {
  const po::options_description all = parser_->all();
  const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
  try {
    auto parsed = po::command_line_parser(arguments)
                      .options(all)
                      .positional(parser_->positional)
                      .style(style)
                      .run();
    if (takes_words_) {
      // An option has one value, so that only the first word can be one.
      std::erase_if(parsed.options, [this](const po::option& option) {
        if (option.position_key >= 0) {
          words_.insert(words_.end(), option.value.begin(), option.value.end());
        }
        return option.position_key > 0;
      });
    }
    join_repeated(options_, parsed);
    po::store(parsed, parser_->values);
    for (const auto& [name, value] : parser_->values) {
      if (!value.defaulted()) {
        typed_.insert(name);
      }
    }
    if (parser_->values.count("help") != 0) {
      return false;
    }
    if (const std::string path = config_file(); !path.empty()) {
      std::ifstream file(path);
      if (!file) {
        refuse(fmt::format("--config {} cannot be read", path));
      }
      try {
        auto settings = parse_ini_file(file, all);
        join_repeated(options_, settings);
        po::store(settings, parser_->values);
      } catch (const po::unknown_option& error) {
        refuse_unknown(fmt::format("in --config {} ", path), error.get_option_name());
      }
    }
    po::notify(parser_->values);
  } catch (const po::unknown_option& error) {
    refuse_unknown("", error.get_option_name());
  } catch (const po::too_many_positional_options_error&) {
    refuse(
        "there are words that belong to no option; put a pattern of files in quotes "
        "('part-*.h5'), for which the shell would give all their names");
  } catch (const po::error& error) {
    refuse(error.what());
  }
  return true;
}

void OptionTable::adopt(const std::string& ini, const std::string& except) {
  const po::options_description known = parser_->all();
  try {
    std::istringstream stream(ini);
    auto parsed = parse_ini_file(stream, known);
    std::erase_if(parsed.options,
                  [&](const po::option& option) { return option.string_key == except; });
    po::store(parsed, parser_->values);
    po::notify(parser_->values);
  } catch (const po::error& error) {
    refuse(error.what());
  }
}

std::string OptionTable::help() const {
  std::ostringstream text;
  text << synopsis_ << '\n';
  for (std::size_t i = 1; i < parser_->groups.size(); ++i) {
    text << '\n' << parser_->groups[i];
  }
  text << '\n' << parser_->groups.front();
  return text.str();
}

bool OptionTable::given(const std::string& name) const {
  return parser_->values.count(name) != 0 && !parser_->values[name].defaulted();
}

bool OptionTable::changed(const std::string& name) const {
  if (!given(name)) {
    return false;
  }
  boost::any standard;
  const bool has_default = parser_->all().find(name, false).semantic()->apply_default(standard);
  return !has_default || text_of(name) != stored_text(standard);
}

void OptionTable::require(const std::string& name, const std::string& example) const {
  if (!given(name)) {
    refuse(fmt::format("--{} is missing, for example --{} {}", name, name, example));
  }
}

std::string OptionTable::config_file() const { return given("config") ? text_of("config") : ""; }

std::string OptionTable::text_of(const std::string& name) const {
  return stored_text(parser_->values[name].value());
}

std::string one_line(const FieldTexts& texts) {
  std::string line;
  for (const auto& [name, text] : texts) {
    line += fmt::format("{}={} ", name, text);
  }
  return line;
}

}  // namespace infomax::cli
