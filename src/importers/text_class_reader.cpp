// SPDX-License-Identifier: BSD-3-Clause
#include "importers/text_class_reader.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/data/labels.hpp"

namespace infomax::importers {
namespace {

constexpr std::size_t imported_at_once = 65536;

}  // namespace

TextClassReader::TextClassReader(std::string where, std::size_t rows, ReadTexts texts,
                                 const std::vector<std::string>& known)
    : RowFile(std::move(where)), texts_(std::move(texts)) {
  declare(hdf5::element_type_of<std::int32_t>(), {rows});
  for (const std::string& name : known) {
    numbers_.emplace(name, 0);
  }
  for (std::size_t first = 0; first < rows; first += imported_at_once) {
    const auto read = texts_(first, std::min(imported_at_once, rows - first));
    for (std::size_t i = 0; i < read.size(); ++i) {
      const bool is_new = numbers_.emplace(read[i], 0).second;
      if (is_new && !known.empty()) {
        throw DataError(fmt::format(
            "{} holds \"{}\" at row {}, which is none of the {} classes of `like`; import the file "
            "with all classes first, the other `like` it",
            this->where(), read[i], first + i, known.size()));
      }
    }
    if (numbers_.size() > data::most_classes) {
      throw DataError(fmt::format(
          "{} has more than {} different strings; if they are not classes, store numbers",
          this->where(), data::most_classes));
    }
  }
  std::vector<std::string> names = known;
  if (known.empty()) {
    for (const auto& entry : numbers_) {
      names.push_back(entry.first);
    }
  }
  for (std::size_t c = 0; c < names.size(); ++c) {
    numbers_[names[c]] = static_cast<std::int32_t>(c);
  }
  name_classes(std::move(names));
}

void TextClassReader::read(std::span<std::byte> rows) {
  const std::size_t count = rows.size() / row_bytes();
  const auto texts = texts_(next_, count);
  for (std::size_t i = 0; i < count; ++i) {
    std::memcpy(rows.data() + i * sizeof(std::int32_t), &numbers_.at(texts[i]),
                sizeof(std::int32_t));
  }
  next_ += count;
}

}  // namespace infomax::importers
