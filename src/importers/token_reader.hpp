// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "importers/file_format.hpp"
#include "importers/row_file.hpp"
#include "importers/text_lines.hpp"
#include "importers/tokenizer.hpp"

namespace infomax::importers {

/// Texts as numbers of tokens, [N, length], of the narrowest unsigned type.
class TokenReader final : public RowFile {
 public:
  /// Reads all texts once for their tokens, unless `known` has a vocabulary. Throws DataError.
  TokenReader(const FileList& list, Tokens tokens, std::optional<std::size_t> length,
              const Known& known);

  void read(std::span<std::byte> rows) override;

 private:
  bool next_text(std::string& text);

  bool is_utf8_;  ///< whether the texts must be
  Vocabulary vocabulary_;
  TextRows texts_;
  std::string text_;
  std::vector<std::uint32_t> numbers_;  ///< [length] of a row
};

}  // namespace infomax::importers
