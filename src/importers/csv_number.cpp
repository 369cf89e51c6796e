// SPDX-License-Identifier: BSD-3-Clause
#include "importers/csv_number.hpp"

#include <charconv>
#include <limits>
#include <system_error>

namespace infomax::importers {
namespace {

/// Removes a leading plus, which std::from_chars does not accept, unless another sign follows it.
std::string_view without_plus(std::string_view field) {
  const bool plus = field.size() > 1 && field[0] == '+' && field[1] != '-';
  return field.substr(plus ? 1 : 0);
}

template <class T>
std::optional<T> parse(std::string_view field, std::errc& status) {
  const std::string_view text = without_plus(field);
  const char* const last = text.data() + text.size();
  T value{};
  const auto [end, error] = std::from_chars(text.data(), last, value);
  status = end == last ? error : std::errc::invalid_argument;
  return status == std::errc{} ? std::optional<T>(value) : std::nullopt;
}

/// What a number that no double holds comes nearest to: 0 or infinity, with its sign.
double out_of_range(std::string_view field) {
  const std::string_view text = without_plus(field);
  const bool is_negative = text.starts_with('-');
  const std::string_view digits = text.substr(is_negative ? 1 : 0);
  const std::size_t exponent = digits.find_first_of("eE");
  const bool is_small = exponent != std::string_view::npos
                            ? digits.substr(exponent + 1).starts_with('-')
                            : digits.starts_with("0.") || digits.starts_with('.');
  const double value = is_small ? 0.0 : std::numeric_limits<double>::infinity();
  return is_negative ? -value : value;
}

}  // namespace

std::optional<double> parse_real(std::string_view field, char decimal) {
  if (decimal != '.' && field.find_first_of(".,") != std::string_view::npos) {
    if (field.find('.') != std::string_view::npos) {
      return std::nullopt;
    }
    std::string pointed(field);
    pointed[pointed.find(decimal)] = '.';
    return parse_real(pointed);
  }
  std::errc status{};
  const auto value = parse<double>(field, status);
  return status == std::errc::result_out_of_range ? out_of_range(field) : value;
}

std::optional<std::int64_t> parse_integer(std::string_view field) {
  std::errc status{};
  return parse<std::int64_t>(field, status);
}

std::string in_quotes(std::string_view field) {
  constexpr std::size_t most = 40;
  std::string text = "\"";
  for (const char c : field.substr(0, most)) {
    const auto code = static_cast<unsigned char>(c);
    text += code < 0x20 || code == 0x7F ? '?' : c;
  }
  return text + (field.size() > most ? "...\"" : "\"");
}

}  // namespace infomax::importers
