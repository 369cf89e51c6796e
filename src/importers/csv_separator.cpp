// SPDX-License-Identifier: BSD-3-Clause
#include "importers/csv_separator.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "importers/byte_file.hpp"
#include "importers/csv_comments.hpp"
#include "infomax/core/error.hpp"

namespace infomax::importers {
namespace {

constexpr std::array<char, 4> separators{'\t', ';', ',', '|'};
constexpr std::size_t most_lines = 100;
constexpr std::size_t most_bytes = std::size_t{1} << 20U;

/// How often each separator occurs in a line.
using Counts = std::array<std::size_t, separators.size()>;

/// Counts the separators outside quotes, for each of the first lines of a text, but for the last
/// one where the text is cut there.
std::vector<Counts> count_separators(std::string_view text, bool is_cut) {
  std::vector<Counts> counts;
  bool is_quoted = false;
  bool in_line = false;
  for (const char c : text) {
    if (!is_quoted && (c == '\n' || c == '\r')) {
      in_line = false;
      continue;
    }
    if (!std::exchange(in_line, true)) {
      if (counts.size() == most_lines) {
        return counts;
      }
      counts.emplace_back();
    }
    is_quoted = is_quoted != (c == '"');
    const auto* const found = std::ranges::find(separators, c);
    if (!is_quoted && found != separators.end()) {
      ++counts.back().at(static_cast<std::size_t>(found - separators.begin()));
    }
  }
  if (is_cut && counts.size() > 1) {
    counts.pop_back();
  }
  return counts;
}

/// Whether a separator occurs equally often in all lines, but for the first, which has `fewer`.
bool is_even(std::span<const Counts> lines, std::size_t k, std::size_t fewer) {
  const std::size_t wanted = lines.back().at(k);
  return wanted > 0 && lines.front().at(k) + fewer == wanted &&
         std::ranges::all_of(lines.subspan(1),
                             [&](const Counts& line) { return line.at(k) == wanted; });
}

}  // namespace

char comment_sign(const TableOptions& table) {
  return table.comment.empty() ? '\0' : table.comment.front();
}

char find_separator(const std::filesystem::path& path, const TableOptions& table) {
  std::string text(most_bytes, '\0');
  ByteFile file(path);
  text.resize(file.read_some(std::as_writable_bytes(std::span(text))));
  const bool is_cut = text.size() == most_bytes;
  text.resize(CsvComments(comment_sign(table)).remove(std::as_writable_bytes(std::span(text))));
  std::vector<Counts> counts = count_separators(text, is_cut);
  if (counts.empty()) {
    throw DataError(path.string() + " is empty; there is nothing to import");
  }
  if (const auto given = separator_sign(table.separator)) {
    return *given;
  }
  const bool is_decimal_comma = table.decimal == ",";
  for (Counts& line : counts) {
    line.at(2) = is_decimal_comma ? 0 : line.at(2);
  }
  const std::span<const Counts> lines(counts);
  const auto two = lines.first(std::min<std::size_t>(2, lines.size()));
  for (const auto& [some, fewer] :
       {std::pair(lines, 0U), std::pair(lines, 1U), std::pair(two, 0U)}) {
    for (std::size_t k = 0; k < separators.size(); ++k) {
      if (is_even(some, k, fewer)) {
        return separators.at(k);
      }
    }
  }
  const auto* const most = std::ranges::max_element(counts.front());
  const char in_doubt = is_decimal_comma ? ';' : ',';
  return *most > 0 ? separators.at(static_cast<std::size_t>(most - counts.front().begin()))
                   : in_doubt;
}

}  // namespace infomax::importers
