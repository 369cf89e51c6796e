// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "infomax/core/error.hpp"

// A configuration is a plain struct whose defaults are its members' initialisers. Everything else
// about a member (its name, help, text form and check) is written once, in a table beside the
// struct. Every interface of the library reads that table: the command line, its INI file, model
// files, Python.
namespace infomax {

/// Converts values of a type from and to text. A specialisation for another type has the members
///
///     static std::optional<T> parse(std::string_view text);  // empty if the text is not a T
///     static std::string format(const T& value);             // parse() accepts it
///     static std::string expected();                         // "a number", for messages
template <class T>
struct FieldText;

template <>
struct FieldText<std::string> {
  static std::optional<std::string> parse(std::string_view text) { return std::string(text); }
  static std::string format(const std::string& value) { return value; }
  static std::string expected() { return "a text"; }
};

template <>
struct FieldText<bool> {
  static std::optional<bool> parse(std::string_view text) {
    if (text == "true" || text == "1" || text == "yes" || text == "on") {
      return true;
    }
    if (text == "false" || text == "0" || text == "no" || text == "off") {
      return false;
    }
    return std::nullopt;
  }
  static std::string format(bool value) { return value ? "true" : "false"; }
  static std::string expected() { return "true or false"; }
};

namespace detail {

template <class Number>
std::optional<Number> parse_whole(std::string_view text) {
  Number value{};
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = status == std::errc{} && end == text.data() + text.size();
  return whole ? std::optional(value) : std::nullopt;
}

}  // namespace detail

template <std::unsigned_integral T>
requires(!std::same_as<T, bool>) struct FieldText<T> {
  static std::optional<T> parse(std::string_view text) { return detail::parse_whole<T>(text); }
  static std::string format(T value) { return std::to_string(value); }
  static std::string expected() { return "a whole number, 0 or more"; }
};

template <>
struct FieldText<double> {
  static std::optional<double> parse(std::string_view text) {
    return detail::parse_whole<double>(text);
  }
  /// The fewest digits that parse to the same value: "0.0001", with an exponent only where it is
  /// below -4 or above 15.
  static std::string format(double value) {
    const double magnitude = std::abs(value);
    const bool fixed = magnitude == 0.0 || (magnitude >= 1e-4 && magnitude < 1e16);
    std::array<char, 32> text{};
    const auto [end, status] =
        std::to_chars(text.data(), text.data() + text.size(), value,
                      fixed ? std::chars_format::fixed : std::chars_format::scientific);
    return {text.data(), end};
  }
  static std::string expected() { return "a number"; }
};

/// The base of FieldText for an enumeration; `names` is an array of pairs of name and value.
template <class Enum, const auto& names>
struct ChoiceText {
  static std::optional<Enum> parse(std::string_view text) {
    for (const auto& [name, value] : names) {
      if (text == name) {
        return value;
      }
    }
    return std::nullopt;
  }
  static std::string format(const Enum& wanted) {
    for (const auto& [name, value] : names) {
      if (value == wanted) {
        return std::string(name);
      }
    }
    throw std::logic_error("a choice without a name");
  }
  /// "a, b or c".
  static std::string expected() {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
      text += i == 0 ? "" : i + 1 == names.size() ? " or " : ", ";
      text += names[i].first;
    }
    return text;
  }
};

/// A condition on a value beyond its type; `expected` completes "it must be ...".
template <class T>
struct Check {
  std::function<bool(const T&)> holds;  ///< empty: every value is valid
  std::string expected;
};

[[nodiscard]] inline Check<double> above(double low) {
  return {[low](double x) { return std::isfinite(x) && x > low; },
          "a number above " + FieldText<double>::format(low)};
}
[[nodiscard]] inline Check<double> at_least(double low) {
  return {[low](double x) { return std::isfinite(x) && x >= low; },
          "a number, " + FieldText<double>::format(low) + " or more"};
}
/// A number in [low, high).
[[nodiscard]] inline Check<double> from_to_below(double low, double high) {
  return {[low, high](double x) { return x >= low && x < high; },
          "a number from " + FieldText<double>::format(low) + " to below " +
              FieldText<double>::format(high)};
}
[[nodiscard]] inline Check<double> finite() {
  return {[](double x) { return std::isfinite(x); }, "a finite number"};
}
[[nodiscard]] inline Check<std::size_t> one_or_more() {
  return {[](std::size_t n) { return n > 0; }, "a whole number, 1 or more"};
}
/// Any count; `meaning_of_zero` says what the special value 0 means.
[[nodiscard]] inline Check<std::size_t> zero_or_more(const std::string& meaning_of_zero) {
  return {{}, "a whole number, 0 (" + meaning_of_zero + ") or more"};
}
/// A whole number in [low, high].
[[nodiscard]] inline Check<std::size_t> whole_from_to(std::size_t low, std::size_t high) {
  return {[low, high](std::size_t n) { return n >= low && n <= high; },
          "a whole number from " + std::to_string(low) + " to " + std::to_string(high)};
}

/// Access to one member of a configuration by text.
template <class Config>
struct Field {
  std::string name;        ///< "micro-batch" of the member micro_batch
  std::string group;       ///< the heading of --help that it stands under
  std::string value_name;  ///< name of its value in help, such as "M"; empty for a flag
  std::string help;
  bool is_flag = false;  ///< given without a value

  /// Throws UsageError if the text is not of the field's type or its value fails the check.
  std::function<void(Config&, std::string_view text)> set;
  /// The value in a form that set() accepts; nothing if the member is an empty optional.
  std::function<std::optional<std::string>(const Config&)> text;
  /// Throws UsageError if the member's value fails the check.
  std::function<void(const Config&)> check;

  /// The member's name as it appears in messages: "`micro_batch`".
  [[nodiscard]] std::string quoted() const {
    std::string member = name;
    std::ranges::replace(member, '-', '_');
    return "`" + member + "`";
  }
};

namespace detail {

template <class Member>
struct FieldValue {
  using type = Member;
};
template <class Value>
struct FieldValue<std::optional<Value>> {
  using type = Value;
};

}  // namespace detail

/// The fields of a configuration, in the order in which help shows them.
template <class Config>
class FieldTable {
 public:
  /// Starts a group, to which the fields added after this call belong.
  FieldTable& group(std::string title) {
    group_ = std::move(title);
    return *this;
  }

  /// Adds a member. Its type is one that FieldText supports, or an std::optional of one. An empty
  /// `value_name` makes it a flag, which is given without a value; its type must then be bool.
  template <class Member>
  FieldTable& add(std::string name, Member Config::*member, std::string value_name,
                  std::string help, Check<typename detail::FieldValue<Member>::type> check = {}) {
    using Value = typename detail::FieldValue<Member>::type;
    constexpr bool optional = !std::same_as<Value, Member>;
    Field<Config> field{std::move(name),
                        group_,
                        std::move(value_name),
                        std::move(help),
                        std::same_as<Member, bool>,
                        {},
                        {},
                        {}};
    const std::string quoted = field.quoted();
    const std::string expected =
        check.expected.empty() ? FieldText<Value>::expected() : check.expected;
    const auto refuse = [quoted, expected](std::string_view text) {
      throw UsageError(quoted + " is \"" + std::string(text) + "\"; it must be " + expected);
    };
    field.set = [=](Config& config, std::string_view text) {
      auto value = FieldText<Value>::parse(text);
      if (!value || (check.holds && !check.holds(*value))) {
        refuse(text);
      }
      config.*member = *std::move(value);
    };
    field.text = [member](const Config& config) -> std::optional<std::string> {
      if constexpr (optional) {
        const auto& value = config.*member;
        return value ? std::optional(FieldText<Value>::format(*value)) : std::nullopt;
      } else {
        return FieldText<Value>::format(config.*member);
      }
    };
    field.check = [=](const Config& config) {
      const auto test = [&](const Value& value) {
        if (check.holds && !check.holds(value)) {
          refuse(FieldText<Value>::format(value));
        }
      };
      if constexpr (optional) {
        if (config.*member) {
          test(*(config.*member));
        }
      } else {
        test(config.*member);
      }
    };
    fields_.push_back(std::move(field));
    return *this;
  }

  /// Adds the fields of a member that is a configuration itself, with their own names and groups.
  template <class Nested>
  FieldTable& include(Nested Config::*member, const FieldTable<Nested>& nested) {
    for (const Field<Nested>& field : nested.fields()) {
      fields_.push_back(
          {field.name, field.group.empty() ? group_ : field.group, field.value_name, field.help,
           field.is_flag,
           [member, set = field.set](Config& config, std::string_view text) {
             set(config.*member, text);
           },
           [member, text = field.text](const Config& config) { return text(config.*member); },
           [member, check = field.check](const Config& config) { check(config.*member); }});
    }
    return *this;
  }

  /// The same for a configuration to which `access` gives a reference, from one that is constant
  /// and from one that is not.
  template <class Access, class Part>
  FieldTable& include_by(Access access, const FieldTable<Part>& part) {
    for (const Field<Part>& field : part.fields()) {
      fields_.push_back(
          {field.name, field.group.empty() ? group_ : field.group, field.value_name, field.help,
           field.is_flag,
           [access, set = field.set](Config& config, std::string_view text) {
             set(access(config), text);
           },
           [access, text = field.text](const Config& config) { return text(access(config)); },
           [access, check = field.check](const Config& config) { check(access(config)); }});
    }
    return *this;
  }

  [[nodiscard]] const std::vector<Field<Config>>& fields() const { return fields_; }

  /// Throws std::out_of_range if no field has this name.
  [[nodiscard]] const Field<Config>& at(std::string_view name) const {
    const auto found = std::ranges::find(fields_, name, &Field<Config>::name);
    if (found == fields_.end()) {
      throw std::out_of_range("there is no field " + std::string(name));
    }
    return *found;
  }

  /// Throws UsageError for the first field whose value fails its check.
  void check(const Config& config) const {
    for (const Field<Config>& field : fields_) {
      field.check(config);
    }
  }

 private:
  std::string group_;
  std::vector<Field<Config>> fields_;
};

}  // namespace infomax
