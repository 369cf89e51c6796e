// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "infomax/core/error.hpp"

namespace infomax {

/// A letter of ASCII as a small one; other characters stay.
[[nodiscard]] constexpr char small_letter(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Whether two names differ at most in the case of their letters.
[[nodiscard]] constexpr bool same_name(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (small_letter(a[i]) != small_letter(b[i])) {
      return false;
    }
  }
  return true;
}

/// How values of a type are written. A new type specialises it with
///
///     static std::optional<T> parse(std::string_view text);  // nothing if it is not a T
///     static std::string format(const T& value);             // as parse() reads it
///     static std::string expected();                         // "a number", for messages
template <class T>
struct FieldText;

/// Every text is valid and stands for itself.
template <>
struct FieldText<std::string> {
  /// @{ As FieldText describes it.
  static std::optional<std::string> parse(std::string_view text) { return std::string(text); }
  static std::string format(const std::string& value) { return value; }
  static std::string expected() { return "a text"; }
  /// @}
};

/// "true", "1", "yes" and "on", or "false", "0", "no" and "off".
template <>
struct FieldText<bool> {
  /// @{ As FieldText describes it.
  static std::optional<bool> parse(std::string_view text) {
    for (const std::string_view name : {"true", "1", "yes", "on"}) {
      if (same_name(text, name)) {
        return true;
      }
    }
    for (const std::string_view name : {"false", "0", "no", "off"}) {
      if (same_name(text, name)) {
        return false;
      }
    }
    return std::nullopt;
  }
  static std::string format(bool value) { return value ? "true" : "false"; }
  static std::string expected() { return "true or false"; }
  /// @}
};

namespace detail {

/// The number that is the whole of `text`, which may begin with a plus sign.
template <class Number>
std::optional<Number> parse_whole(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') {
    text.remove_prefix(1);
  }
  Number value{};
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = status == std::errc{} && end == text.data() + text.size();
  return whole ? std::optional(value) : std::nullopt;
}

}  // namespace detail

/// Decimal digits, with an optional plus sign. A number that does not fit T is invalid.
template <std::unsigned_integral T>
requires(!std::same_as<T, bool>) struct FieldText<T> {
  /// @{ As FieldText describes it.
  static std::optional<T> parse(std::string_view text) { return detail::parse_whole<T>(text); }
  static std::string format(T value) { return std::to_string(value); }
  static std::string expected() { return "a whole number, 0 or more"; }
  /// @}
};

/// A decimal number as std::from_chars reads it, with an optional plus sign.
template <>
struct FieldText<double> {
  /// The number, or nothing where `text` is not one as a whole.
  static std::optional<double> parse(std::string_view text) {
    return detail::parse_whole<double>(text);
  }
  /// The shortest digits that parse to the same value: "0.0001", "1e-08".
  static std::string format(double value);
  /// The words of messages that require a number.
  static std::string expected() { return "a number"; }
};

/// The base of FieldText for an enumeration; `names` is an array of pairs of name and value. The
/// case of letters does not matter where a name is read.
template <class Enum, const auto& names>
struct ChoiceText {
  /// The value of this name, or nothing where there is none.
  static std::optional<Enum> parse(std::string_view text) {
    for (const auto& [name, value] : names) {
      if (same_name(text, name)) {
        return value;
      }
    }
    return std::nullopt;
  }
  /// The name of a value. Throws std::logic_error where it has none.
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

/// Returns the value that `text` stands for. Throws UsageError, which names the field as `quoted`
/// ("`pair`"), if it stands for none.
template <class T>
[[nodiscard]] T parse_field(std::string_view quoted, std::string_view text) {
  auto value = FieldText<T>::parse(text);
  if (!value) {
    throw UsageError(std::string(quoted) + " is \"" + std::string(text) + "\"; it must be " +
                     FieldText<T>::expected());
  }
  return *std::move(value);
}

}  // namespace infomax
