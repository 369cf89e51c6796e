// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/nn/spec.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "infomax/core/error.hpp"

namespace infomax::nn {
namespace {

constexpr std::array<std::pair<std::string_view, math::Activation>, 4> activations{{
    {"tanh", math::Activation::tanh},
    {"relu", math::Activation::relu},
    {"sigmoid", math::Activation::sigmoid},
    {"identity", math::Activation::identity},
}};

/// More units than any layer has; keeps a slip of the finger from asking for all memory.
constexpr std::size_t largest_units = std::size_t{1} << 24U;

[[noreturn]] void refuse(std::string_view text, std::size_t position, std::string_view found,
                         std::string_view expected) {
  throw UsageError(fmt::format("encoder \"{}\": at character {}, found {}; expected {}", text,
                               position + 1,
                               found.empty() ? "nothing" : fmt::format("\"{}\"", found), expected));
}

std::optional<std::size_t> parse_units(std::string_view digits) {
  std::size_t units = 0;
  const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), units);
  if (status != std::errc{} || end != digits.data() + digits.size() || units == 0 ||
      units > largest_units) {
    return std::nullopt;
  }
  return units;
}

std::optional<double> parse_probability(std::string_view digits) {
  double probability = 0.0;
  const auto [end, status] =
      std::from_chars(digits.data(), digits.data() + digits.size(), probability);
  if (status != std::errc{} || end != digits.data() + digits.size() || !(probability >= 0.0) ||
      !(probability < 1.0)) {
    return std::nullopt;
  }
  return probability;
}

SpecItem parse_item(std::string_view text, std::size_t position, std::string_view item) {
  const std::size_t colon = item.find(':');
  const std::string_view name = item.substr(0, colon);
  const std::string_view digits =
      colon == std::string_view::npos ? std::string_view{} : item.substr(colon + 1);
  const std::size_t digits_at = position + std::min(item.size(), name.size() + 1);
  if (name == "dense" || name == "linear") {
    const auto units = parse_units(digits);
    if (!units) {
      refuse(text, digits_at, digits,
             fmt::format("the number of outputs, 1 to {}, as in {}:64", largest_units, name));
    }
    const bool solved = name == "linear";
    if (solved && item.size() != text.size()) {
      refuse(text, position, item,
             "linear:N alone; for a last layer that starts at the linear solution, dense:N and "
             "`init` linear");
    }
    return {.kind = ItemKind::dense, .units = *units, .solved = solved};
  }
  if (name == "dropout") {
    const auto probability = parse_probability(digits);
    if (!probability) {
      refuse(text, digits_at, digits, "a probability from 0 to below 1, as in dropout:0.2");
    }
    return {.kind = ItemKind::dropout, .probability = *probability};
  }
  if (item == "batchnorm") {
    return {.kind = ItemKind::batchnorm};
  }
  const auto* const known =
      std::ranges::find(activations, name, &decltype(activations)::value_type::first);
  if (known == activations.end()) {
    refuse(text, position, item,
           "dense:N, tanh, relu, sigmoid, identity, dropout:P or batchnorm, or linear:N alone");
  }
  if (colon != std::string_view::npos) {
    refuse(text, position + colon, item.substr(colon),
           fmt::format("a comma or the end, for {} takes no number", name));
  }
  return {.kind = ItemKind::activation, .activation = known->second};
}

}  // namespace

Spec parse_spec(std::string_view text) {
  Spec spec;
  std::ranges::copy_if(text, std::back_inserter(spec.text),
                       [](char c) { return c != ' ' && c != '\t'; });
  const std::string_view whole = spec.text;
  std::size_t position = 0;
  while (true) {
    const std::size_t comma = std::min(whole.find(',', position), whole.size());
    spec.items.push_back(parse_item(whole, position, whole.substr(position, comma - position)));
    if (comma == whole.size()) {
      return spec;
    }
    position = comma + 1;
  }
}

}  // namespace infomax::nn
