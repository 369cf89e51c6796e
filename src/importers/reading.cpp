// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/importers/reading.hpp"

#include <array>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace infomax {
namespace {

using importers::Frames;
using importers::MelFrames;
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

/// Sets what "window=MS" or "hop=MS" says; false if it says neither, or twice the same.
bool set_duration(std::string_view text, std::optional<double>& window_ms,
                  std::optional<double>& hop_ms) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    return false;
  }
  const std::string_view name = text.substr(0, equals);
  std::optional<double>& duration = name == "window" ? window_ms : hop_ms;
  if ((name != "window" && name != "hop") || duration) {
    return false;
  }
  duration = FieldText<double>::parse(text.substr(equals + 1));
  constexpr double most_ms = 1e6;
  return duration && *duration > 0.0 && *duration <= most_ms;
}

/// "40", "40:window=25", "40:hop=10" and so on, behind "mel:".
std::optional<Frames> parse_mel(std::string_view text) {
  auto [first, rest] = halves(text);
  const auto filters = positive(first);
  std::optional<double> window_ms;
  std::optional<double> hop_ms;
  while (rest) {
    std::tie(first, rest) = halves(*rest);
    if (!set_duration(first, window_ms, hop_ms)) {
      return std::nullopt;
    }
  }
  if (!filters) {
    return std::nullopt;
  }
  const MelFrames defaults;
  return Frames{0, 0,
                MelFrames{*filters, window_ms.value_or(defaults.window_ms),
                          hop_ms.value_or(defaults.hop_ms)}};
}

}  // namespace

std::optional<Frames> FieldText<Frames>::parse(std::string_view text) {
  const auto [first, second] = halves(text);
  if (same_name(first, "mel")) {
    return second ? parse_mel(*second) : std::nullopt;
  }
  const auto length = positive(first);
  const auto hop = second ? positive(*second) : length;
  if (!length || !hop) {
    return std::nullopt;
  }
  return Frames{*length, *hop};
}

std::string FieldText<Frames>::format(const Frames& frames) {
  if (frames.mel) {
    return fmt::format("mel:{}:window={}:hop={}", frames.mel->filters, frames.mel->window_ms,
                       frames.mel->hop_ms);
  }
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
