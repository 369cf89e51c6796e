// SPDX-License-Identifier: BSD-3-Clause
#include "importers/category_reader.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "infomax/core/error.hpp"

namespace infomax::importers {

CategoryReader::CategoryReader(std::string where, std::size_t rows, ReadCodes codes,
                               const std::vector<std::string>& categories,
                               const std::vector<std::string>& known)
    : RowFile(std::move(where)), codes_(std::move(codes)) {
  declare(hdf5::element_type_of<std::int64_t>(), {rows});
  for (std::size_t c = 0; c < categories.size(); ++c) {
    const auto found = std::ranges::find(known, categories[c]);
    class_of_.push_back(known.empty()          ? static_cast<std::int64_t>(c)
                        : found == known.end() ? -1
                                               : found - known.begin());
  }
  check_codes(categories);
  name_classes(known.empty() ? categories : known);
}

/// An earlier import need not know a category that no row has.
void CategoryReader::check_codes(const std::vector<std::string>& categories) {
  constexpr std::size_t checked_at_once = 65536;
  std::size_t missing = 0;
  for (std::size_t first = 0; first < rows(); first += checked_at_once) {
    buffer_.resize(std::min(checked_at_once, rows() - first));
    codes_(first, buffer_);
    for (std::size_t i = 0; i < buffer_.size(); ++i) {
      const std::int64_t code = buffer_[i];
      if (code < 0) {
        ++missing;
      } else if (static_cast<std::size_t>(code) >= categories.size()) {
        throw DataError(
            fmt::format("{} has the code {} at row {} and {} categories; is it damaged?", where(),
                        code, first + i, categories.size()));
      } else if (class_of_[static_cast<std::size_t>(code)] < 0) {
        throw DataError(fmt::format(
            "{} has \"{}\" at row {}, which is none of the classes of `like`; import the file with "
            "all classes first, the other `like` it",
            where(), categories[static_cast<std::size_t>(code)], first + i));
      }
    }
  }
  if (missing > 0) {
    throw DataError(
        fmt::format("{} of the {} rows of {} have no category; leave these rows out, or name a "
                    "category for them",
                    missing, rows(), where()));
  }
}

void CategoryReader::read(std::span<std::byte> rows) {
  buffer_.resize(rows.size() / sizeof(std::int64_t));
  codes_(next_, buffer_);
  for (std::size_t i = 0; i < buffer_.size(); ++i) {
    const std::int64_t label = class_of_[static_cast<std::size_t>(buffer_[i])];
    std::memcpy(rows.data() + i * sizeof(label), &label, sizeof(label));
  }
  next_ += buffer_.size();
}

}  // namespace infomax::importers
