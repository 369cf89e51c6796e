// SPDX-License-Identifier: BSD-3-Clause
#include "importers/csv_table.hpp"

#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "importers/csv_number.hpp"
#include "infomax/core/error.hpp"

namespace infomax::importers {

CsvTable::CsvTable(CsvFormat format)
    : format_(std::move(format)), reader_(format_.path, format_.delimiter) {
  if (format_.has_header) {
    (void)reader_.next();
  }
}

bool CsvTable::next() {
  if (!reader_.next()) {
    return false;
  }
  if (reader_.size() != format_.columns) {
    throw DataError(fmt::format("{} has {} fields where the first has {}; correct or remove it",
                                format_.line(reader_.line()), reader_.size(), format_.columns));
  }
  return true;
}

void CsvTable::refuse(std::size_t column, const std::string& problem) const {
  throw DataError(
      fmt::format("{}, {} {}", format_.line(reader_.line()), format_.column(column), problem));
}

double CsvTable::number(std::size_t column, std::string_view advice) const {
  const std::string_view field = reader_.field(column);
  if (field.empty()) {
    refuse(column, fmt::format("is empty; {}", advice));
  }
  const auto value = parse_real(field);
  if (!value) {
    refuse(column, fmt::format("holds {}, which is not a number (the decimal sign is a point); {}",
                               in_quotes(field), advice));
  }
  if (!std::isfinite(*value)) {
    refuse(column, fmt::format("holds {}, which is not finite; {}", in_quotes(field), advice));
  }
  return *value;
}

}  // namespace infomax::importers
