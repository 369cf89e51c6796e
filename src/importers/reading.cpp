// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/importers/reading.hpp"

#include <array>
#include <utility>

namespace infomax {
namespace {

using importers::Frames;
using importers::Tokens;
using importers::TokenUnit;

constexpr std::array unit_names{std::pair{"bytes", TokenUnit::bytes},
                                std::pair{"chars", TokenUnit::chars},
                                std::pair{"words", TokenUnit::words}};
using UnitText = ChoiceText<TokenUnit, unit_names>;

/// The parts before and after a colon; the second is unset where there is none.
std::pair<std::string_view, std::optional<std::string_view>> halves(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    return {text, std::nullopt};
  }
  return {text.substr(0, colon), text.substr(colon + 1)};
}

std::optional<std::size_t> positive(std::string_view text) {
  const auto number = FieldText<std::size_t>::parse(text);
  return number && *number > 0 ? number : std::nullopt;
}

}  // namespace

std::optional<Frames> FieldText<Frames>::parse(std::string_view text) {
  const auto [first, second] = halves(text);
  const auto length = positive(first);
  const auto hop = second ? positive(*second) : length;
  if (!length || !hop) {
    return std::nullopt;
  }
  return Frames{*length, *hop};
}

std::string FieldText<Frames>::format(const Frames& frames) {
  return std::to_string(frames.length) + ":" + std::to_string(frames.hop);
}

std::optional<Tokens> FieldText<Tokens>::parse(std::string_view text) {
  const auto [first, second] = halves(text);
  const auto unit = UnitText::parse(first);
  const auto most = second ? positive(*second) : std::optional<std::size_t>(0);
  if (!unit || !most || (*unit == TokenUnit::bytes && second)) {
    return std::nullopt;
  }
  return Tokens{*unit, *most};
}

std::string FieldText<Tokens>::format(const Tokens& tokens) {
  const std::string unit = UnitText::format(tokens.unit);
  return tokens.most == 0 ? unit : unit + ":" + std::to_string(tokens.most);
}

}  // namespace infomax
