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

/// How a sound becomes a sequence of log-mel frames: the power of its short-time spectrum, summed
/// in triangular filters that are equally wide on the mel scale, on a logarithmic scale.
struct MelFrames {
  std::size_t filters = 40;  ///< numbers of a frame, at least 1
  double window_ms = 25.0;   ///< length of a frame in milliseconds, above 0
  double hop_ms = 10.0;      ///< from the begin of a frame to that of the next, above 0
};

/// How a sound is cut into frames: each of them a row of samples, or, with `mel`, all of them a
/// row.
struct Frames {
  std::size_t length = 0;  ///< samples of a frame, at least 1; without `mel`
  std::size_t hop = 0;     ///< samples from the begin of a frame to that of the next, at least 1
  std::optional<MelFrames> mel = std::nullopt;  ///< unset: frames are samples
};

/// What one token of a text is.
enum class TokenUnit : std::uint8_t { bytes, chars, words };

/// How a text becomes numbers of tokens.
struct Tokens {
  TokenUnit unit = TokenUnit::chars;  ///< what one token is
  std::size_t most = 0;  ///< as many different tokens, the most frequent ones, are kept; 0 = all
};

}  // namespace infomax::importers

/// "400" or "400:160": length and hop, which is the length unless it is given. "mel:40" or
/// "mel:40:window=32:hop=8": filters, and milliseconds.
template <>
struct infomax::FieldText<infomax::importers::Frames> {
  /// @{ As FieldText describes it.
  static std::optional<infomax::importers::Frames> parse(std::string_view text);
  static std::string format(const infomax::importers::Frames& frames);
  static std::string expected() {
    return "a number of samples, such as 400, or two, as 400:160, or mel:FILTERS, as mel:40 or "
           "mel:40:window=25:hop=10 (milliseconds)";
  }
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
  std::optional<std::size_t> length;  ///< tokens or mel frames of a row; unset: of the longest
  bool sequences = false;             ///< each of several files is one row, a sequence
};

/// The table of ReadingOptions.
[[nodiscard]] inline FieldTable<ReadingOptions> reading_fields() {
  using Options = ReadingOptions;
  FieldTable<Options> table;
  table.group("Sounds and texts")
      .add("frames", &Options::frames, "N[:HOP]|mel:F[:window=MS][:hop=MS]",
           "cut each sound into frames of N samples, one a row, that begin HOP (N unless it is "
           "given) samples apart; /lengths holds the frames of each file, for `pair` lag. Or make "
           "each sound a row of log-mel frames, [T, F]: F filters over windows of 25 ms that begin "
           "10 ms apart; /x_lengths holds the frames of each file, and shorter ones end in silence")
      .add("tokens", &Options::tokens, "UNIT[:V]",
           "read text as numbers of tokens: bytes, chars (characters of Unicode) or words (and "
           "punctuation); of chars and words the V most frequent are kept, and the others are 1; a "
           "line is a row, or each file of a folder")
      .add(
          "length", &Options::length, "L",
          "tokens of a row, or mel frames: longer ones are cut, and shorter ones end with 0, or in "
          "silence (default: the longest row's)",
          {[](std::size_t length) { return length > 0; }, "1 or more"})
      .add("sequences", &Options::sequences, "",
           "each file of a folder or pattern is one row of /x, the sequence of what would be its "
           "rows (of a sound, its frames), with zeros after its end; /x_lengths says their steps, "
           "and labels are one a file");
  return table;
}

}  // namespace infomax::importers
