// SPDX-License-Identifier: BSD-3-Clause
#include "importers/token_reader.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "importers/class_rows.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/core/utf8.hpp"

namespace infomax::importers {
namespace {

hdf5::ElementType narrowest(std::size_t numbers) {
  if (numbers <= std::size_t{std::numeric_limits<std::uint8_t>::max()} + 1) {
    return hdf5::ElementType::u8;
  }
  return numbers <= std::size_t{std::numeric_limits<std::uint16_t>::max()} + 1
             ? hdf5::ElementType::u16
             : hdf5::ElementType::u32;
}

/// One file has a row on each line; files of a folder or a list are rows.
TextRows rows_of(const FileList& list) { return {list.files, list.is_single}; }

}  // namespace

TokenReader::TokenReader(const FileList& list, Tokens tokens, std::optional<std::size_t> length,
                         const Known& known)
    : RowFile(list.path.string()),
      is_utf8_(tokens.unit != TokenUnit::bytes),
      vocabulary_(tokens),
      texts_(rows_of(list)) {
  if (!known.tokens.empty() && is_utf8_) {
    vocabulary_.number_as(known.tokens);
  }
  if (!length && known.row.size() == 1) {
    length = known.row.front();
  }
  std::size_t rows = 0;
  std::size_t longest = 0;
  std::size_t cut = 0;
  std::vector<std::uint32_t> counts;
  while (next_text(text_)) {
    const std::size_t count = vocabulary_.count(text_);
    longest = std::max(longest, count);
    cut += length && count > *length ? 1 : 0;
    constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
    counts.push_back(static_cast<std::uint32_t>(std::min({count, length.value_or(most), most})));
    ++rows;
  }
  if (known.tokens.empty()) {
    vocabulary_.number(where());
  }
  if (longest == 0) {
    throw DataError(where() + " has no tokens; there is nothing to import");
  }
  const std::size_t columns = length.value_or(longest);
  if (cut > 0) {
    log::info(
        fmt::format("{} of the {} texts of {} are longer than `length` {} and are cut; the "
                    "longest has {} tokens",
                    cut, rows, where(), columns, longest));
  }
  declare(narrowest(vocabulary_.size()), {rows, columns});
  name_tokens(vocabulary_.texts());
  if (std::ranges::any_of(counts, [&](std::uint32_t count) { return count < columns; })) {
    set_step_counts(std::move(counts));
  }
  numbers_.resize(columns);
  texts_ = rows_of(list);
}

/// Reads the next text, in UTF-8 unless its bytes are the tokens.
bool TokenReader::next_text(std::string& text) {
  if (!texts_.next(text)) {
    return false;
  }
  if (is_utf8_ && !is_utf8(text)) {
    text = latin1_to_utf8(text);
    log::warning_once("latin-1 " + where(),
                      where() +
                          " holds text that is not UTF-8; it is read as Latin-1; write it in "
                          "UTF-8 if that is wrong");
  }
  return true;
}

void TokenReader::read(std::span<std::byte> rows) {
  for (std::size_t done = 0; done < rows.size();) {
    if (!next_text(text_)) {
      throw DataError(where() + " has changed while it was read; import it again");
    }
    (void)vocabulary_.encode(text_, numbers_);
    hdf5::with_element_type(type(), [&]<class T>(std::type_identity<T> /*element*/) {
      for (const std::uint32_t number : numbers_) {
        const auto stored = static_cast<T>(number);
        std::memcpy(rows.data() + done, &stored, sizeof(T));
        done += sizeof(T);
      }
    });
  }
}

/// The format of texts of which tokens are asked for.
FileFormat token_format() {
  return {.name = "text of tokens",
          .opens_several = true,
          .takes_tokens = true,
          .recognises = [](const FileStart& /*start*/) { return true; },
          .open =
              [](const OpenRequest& request) {
                return OpenedFile{
                    std::make_unique<TokenReader>(request.list, *request.reading.tokens,
                                                  request.reading.length, request.known),
                    class_rows(request.list, request.known.classes,
                               std::vector<std::size_t>(request.list.files.size(), 1))};
              }};
}

}  // namespace infomax::importers
