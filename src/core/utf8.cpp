// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/core/utf8.hpp"

#include <algorithm>
#include <cstddef>

namespace infomax {
namespace {

/// The length of the character that starts with this byte; 0 where none does.
std::size_t length_of(unsigned char lead) {
  if (lead < 0x80) {
    return 1;
  }
  if (lead >= 0xC2 && lead <= 0xDF) {
    return 2;
  }
  if (lead >= 0xE0 && lead <= 0xEF) {
    return 3;
  }
  return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

/// Whether the second byte makes a character that is the shortest form of itself, no surrogate and
/// not above U+10FFFF.
bool may_follow(unsigned char lead, unsigned char second) {
  switch (lead) {
    case 0xE0:
      return second >= 0xA0;
    case 0xED:
      return second <= 0x9F;
    case 0xF0:
      return second >= 0x90;
    case 0xF4:
      return second <= 0x8F;
    default:
      return true;
  }
}

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t length = length_of(lead);
    if (length == 0 || length > text.size() ||
        !std::ranges::all_of(text.substr(1, length - 1), continues) ||
        (length > 1 && !may_follow(lead, static_cast<unsigned char>(text[1])))) {
      return false;
    }
    text.remove_prefix(length);
  }
  return true;
}

std::string latin1_to_utf8(std::string_view text) {
  std::string converted;
  converted.reserve(text.size());
  for (const char byte : text) {
    const auto code = static_cast<unsigned char>(byte);
    if (code < 0x80) {
      converted += byte;
    } else {
      converted += static_cast<char>(0xC0U | (code >> 6U));
      converted += static_cast<char>(0x80U | (code & 0x3FU));
    }
  }
  return converted;
}

std::u32string code_points(std::string_view text) {
  const bool valid = is_utf8(text);
  std::u32string points;
  while (!text.empty()) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t length = valid ? length_of(lead) : 1;
    // Of a lead of n bytes, all but the n + 1 uppermost bits count; of each that continues, six.
    char32_t point = length == 1 ? lead : lead & (0x7FU >> length);
    for (const char next : text.substr(1, length - 1)) {
      point = (point << 6U) | (static_cast<unsigned char>(next) & 0x3FU);
    }
    points.push_back(point);
    text.remove_prefix(length);
  }
  return points;
}

}  // namespace infomax
