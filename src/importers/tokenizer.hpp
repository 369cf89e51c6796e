// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "infomax/importers/reading.hpp"

namespace infomax::importers {

/// The number of what follows the end of a short row.
inline constexpr std::size_t padding_token = 0;
/// The number of every token that has none of its own. Bytes have it not: byte b is token b + 1.
inline constexpr std::size_t other_token = 1;
/// The texts of these two in the vocabulary. No character and no word is like them.
inline constexpr const char* padding_text = "<padding>";
inline constexpr const char* other_text = "<other>";

/// Calls `use` with one token of a text after another. The text of chars and words is UTF-8. A word
/// is a run of letters, digits and underscores, where every character beyond ASCII counts as a
/// letter; any other character except white space is a word of its own.
void split_tokens(std::string_view text, TokenUnit unit,
                  const std::function<void(std::string_view)>& use);

/// The numbers of the tokens of texts.
class Vocabulary {
 public:
  explicit Vocabulary(Tokens tokens) : tokens_(tokens) {}

  /// Counts the tokens of a text and returns their number.
  std::size_t count(std::string_view text);

  /// Numbers the tokens that were counted, from 2 on: the most frequent first, equally frequent
  /// ones in the order of their bytes. Throws DataError, about `where`, if there are too many.
  void number(const std::string& where);

  /// Takes the numbers of an earlier vocabulary instead; `texts` is what texts() returned.
  void number_as(const std::vector<std::string>& texts);

  /// The text of each number; empty for bytes, which need none.
  [[nodiscard]] const std::vector<std::string>& texts() const { return texts_; }

  /// The number of different numbers.
  [[nodiscard]] std::size_t size() const;

  /// Sets `numbers` to the first tokens of a text, as many as fit, and to padding after them.
  /// Returns the number of tokens that the text has.
  std::size_t encode(std::string_view text, std::vector<std::uint32_t>& numbers) const;

 private:
  struct Hash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): a name of std
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Numbers = std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>>;

  Tokens tokens_;
  Numbers counts_;
  Numbers numbers_;
  std::vector<std::string> texts_;
};

}  // namespace infomax::importers
