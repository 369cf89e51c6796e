// SPDX-License-Identifier: BSD-3-Clause
#include "importers/tokenizer.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "infomax/core/error.hpp"

namespace infomax::importers {
namespace {

/// The most different tokens. An attribute of the data set has the texts of all of them.
constexpr std::size_t most_tokens = 1'000'000;

bool is_white(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

bool is_of_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// The bytes of the character of UTF-8 that begins with `first`.
std::size_t character_bytes(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

}  // namespace

void split_tokens(std::string_view text, TokenUnit unit,
                  const std::function<void(std::string_view)>& use) {
  for (std::size_t first = 0; first < text.size();) {
    std::size_t size = 1;
    if (unit == TokenUnit::chars) {
      size = character_bytes(text[first]);
    } else if (unit == TokenUnit::words) {
      if (is_white(text[first])) {
        ++first;
        continue;
      }
      while (is_of_word(text[first]) && first + size < text.size() &&
             is_of_word(text[first + size])) {
        ++size;
      }
    }
    use(text.substr(first, size));
    first += size;
  }
}

std::size_t Vocabulary::count(std::string_view text) {
  if (tokens_.unit == TokenUnit::bytes) {
    return text.size();
  }
  std::size_t total = 0;
  const bool is_numbered = !numbers_.empty();
  split_tokens(text, tokens_.unit, [&](std::string_view token) {
    ++total;
    if (is_numbered) {
      return;
    }
    const auto found = counts_.find(token);
    if (found != counts_.end()) {
      ++found->second;
    } else {
      counts_.emplace(token, 1);
    }
  });
  return total;
}

void Vocabulary::number(const std::string& where) {
  if (tokens_.unit == TokenUnit::bytes) {
    return;
  }
  std::vector<std::pair<std::string, std::size_t>> counted(counts_.begin(), counts_.end());
  std::ranges::sort(counted, [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  if (tokens_.most > 0 && counted.size() > tokens_.most) {
    counted.resize(tokens_.most);
  }
  if (counted.size() > most_tokens) {
    throw DataError(fmt::format(
        "{} has {} different tokens; keep the most frequent ones, as `tokens` words:50000", where,
        counted.size()));
  }
  counts_.clear();
  std::vector<std::string> texts{padding_text, other_text};
  for (auto& [text, count] : counted) {
    texts.push_back(std::move(text));
  }
  number_as(texts);
}

void Vocabulary::number_as(const std::vector<std::string>& texts) {
  texts_ = texts;
  numbers_.clear();
  for (std::size_t k = 0; k < texts.size(); ++k) {
    numbers_.emplace(texts[k], k);
  }
}

std::size_t Vocabulary::size() const {
  return tokens_.unit == TokenUnit::bytes ? std::size_t{257} : texts_.size();
}

std::size_t Vocabulary::encode(std::string_view text, std::vector<std::uint32_t>& numbers) const {
  std::size_t total = 0;
  split_tokens(text, tokens_.unit, [&](std::string_view token) {
    if (total < numbers.size()) {
      std::size_t number = static_cast<unsigned char>(token.front()) + std::size_t{1};
      if (tokens_.unit != TokenUnit::bytes) {
        const auto found = numbers_.find(token);
        number = found == numbers_.end() ? other_token : found->second;
      }
      numbers[total] = static_cast<std::uint32_t>(number);
    }
    ++total;
  });
  std::fill(numbers.begin() + static_cast<std::ptrdiff_t>(std::min(total, numbers.size())),
            numbers.end(), static_cast<std::uint32_t>(padding_token));
  return total;
}

}  // namespace infomax::importers
