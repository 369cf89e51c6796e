// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "infomax/core/field.hpp"
#include "infomax/core/field_text.hpp"

namespace infomax::importers {

/// How a sound is cut into rows.
struct Frames {
  std::size_t length = 0;  ///< samples of a frame, at least 1
  std::size_t hop = 0;     ///< samples from the begin of a frame to that of the next, at least 1
};

/// What one token of a text is.
enum class TokenUnit : std::uint8_t { bytes, chars, words };

/// How a text becomes numbers of tokens.
struct Tokens {
  TokenUnit unit = TokenUnit::chars;  ///< what one token is
  std::size_t most = 0;  ///< as many different tokens, the most frequent ones, are kept; 0 = all
};

}  // namespace infomax::importers

/// "400" or "400:160": length and hop, which is the length unless it is given.
template <>
struct infomax::FieldText<infomax::importers::Frames> {
  /// @{ As FieldText describes it.
  static std::optional<infomax::importers::Frames> parse(std::string_view text);
  static std::string format(const infomax::importers::Frames& frames);
  static std::string expected() { return "a number of samples, such as 400, or two, as 400:160"; }
  /// @}
};

/// "bytes", "chars", "words", or with a number of tokens to keep, "words:5000".
template <>
struct infomax::FieldText<infomax::importers::Tokens> {
  /// @{ As FieldText describes it.
  static std::optional<infomax::importers::Tokens> parse(std::string_view text);
  static std::string format(const infomax::importers::Tokens& tokens);
  static std::string expected() { return "bytes, chars or words, or as words:5000"; }
  /// @}
};

namespace infomax::importers {

/// How sounds and texts are read.
struct ReadingOptions {
  std::optional<Frames> frames;       ///< of sounds; unset: a file is a row
  std::optional<Tokens> tokens;       ///< unset: texts are tables
  std::optional<std::size_t> length;  ///< tokens of a row; unset: those of the longest
  bool sequences = false;             ///< each of several files is one row, a sequence
};

/// The table of ReadingOptions.
[[nodiscard]] inline FieldTable<ReadingOptions> reading_fields() {
  using Options = ReadingOptions;
  FieldTable<Options> table;
  table.group("Sounds and texts")
      .add("frames", &Options::frames, "N[:HOP]",
           "cut each sound into frames of N samples, one a row, that begin HOP (N unless it is "
           "given) samples apart; /lengths holds the frames of each file, for `pair` lag")
      .add("tokens", &Options::tokens, "UNIT[:V]",
           "read text as numbers of tokens: bytes, chars (characters of Unicode) or words (and "
           "punctuation); of chars and words the V most frequent are kept, and the others are 1; a "
           "line is a row, or each file of a folder")
      .add("length", &Options::length, "L",
           "tokens of a row: longer ones are cut, and shorter ones end with 0 (default: the "
           "longest row's)",
           {[](std::size_t length) { return length > 0; }, "1 or more"})
      .add("sequences", &Options::sequences, "",
           "each file of a folder or pattern is one row of /x, the sequence of what would be its "
           "rows (of a sound, its frames), with zeros after its end; /x_lengths says their steps, "
           "and labels are one a file");
  return table;
}

}  // namespace infomax::importers
