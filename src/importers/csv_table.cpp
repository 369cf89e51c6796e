// SPDX-License-Identifier: BSD-3-Clause
#include "importers/csv_table.hpp"

#include <utility>

#include <fmt/format.h>

#include "infomax/core/error.hpp"

namespace infomax::importers {

CsvTable::CsvTable(CsvFormat format)
    : format_(std::move(format)), reader_(format_.path, format_.delimiter, format_.comment) {
  if (format_.has_header) {
    (void)reader_.next();
  }
}

bool CsvTable::next() {
  if (!reader_.next()) {
    return false;
  }
  if (reader_.size() != format_.columns) {
    throw DataError(
        fmt::format("{} has {} fields where the lines before it have {}; correct or remove it",
                    format_.line(reader_.line()), reader_.size(), format_.columns));
  }
  return true;
}

void CsvTable::refuse(std::size_t column, const std::string& problem) const {
  throw DataError(
      fmt::format("{}, {} {}", format_.line(reader_.line()), format_.column(column), problem));
}

void CsvTable::refuse_change() const {
  throw DataError(format_.path.string() +
                  " changed while it was read; import it again when it is complete");
}

}  // namespace infomax::importers
