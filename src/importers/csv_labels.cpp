// SPDX-License-Identifier: BSD-3-Clause
#include "importers/csv_labels.hpp"

#include <fmt/format.h>

#include "importers/csv_number.hpp"
#include "infomax/data/labels.hpp"

namespace infomax::importers {

void CsvLabelColumn::look_at(const CsvTable& table) {
  const std::string_view field = table.row().field(column_);
  if (!known_.empty()) {
    kind_ = Kind::classes;
    require_known(table, field);
    return;
  }
  const Kind found = kind_of(table, field);
  const bool is_text = found == Kind::classes;
  if (kind_ != Kind::none && is_text != (kind_ == Kind::classes)) {
    table.refuse(column_,
                 fmt::format("holds {}, and line {} {}; all labels of a column must "
                             "be numbers, or all text",
                             in_quotes(field), first_line_, is_text ? "a number" : "text"));
  }
  if (kind_ == Kind::none) {
    first_line_ = table.row().line();
    kind_ = found;
  } else if (found == Kind::reals) {
    kind_ = found;
  }
  if (is_text) {
    add(table, field);
  }
}

CsvLabels CsvLabelColumn::labels() const {
  const bool has_own_names = kind_ == Kind::classes && known_.empty();
  return {column_, kind_,
          has_own_names ? std::vector<std::string>(names_.begin(), names_.end()) : known_};
}

CsvLabels::Kind CsvLabelColumn::kind_of(const CsvTable& table, std::string_view field) const {
  if (parse_integer(field)) {
    return Kind::integers;
  }
  const Cell::Kind kind = table.cell(column_).kind;
  if (kind == Cell::Kind::infinite) {
    table.refuse(column_, fmt::format("holds {}, which is not finite; fill it or remove the line",
                                      in_quotes(field)));
  }
  return kind == Cell::Kind::number ? Kind::reals : Kind::classes;
}

void CsvLabelColumn::require_known(const CsvTable& table, std::string_view field) const {
  if (!names_.contains(field)) {
    table.refuse(column_,
                 fmt::format("holds {}, which is not one of the {} classes of `like`; "
                             "import the file with all classes first and the other one `like` it",
                             in_quotes(field), names_.size()));
  }
}

void CsvLabelColumn::add(const CsvTable& table, std::string_view field) {
  if (names_.contains(field)) {
    return;
  }
  names_.emplace(field);
  if (names_.size() > data::most_classes) {
    table.refuse(column_, fmt::format("has more than {} different texts; choose another "
                                      "`label`, and omit identifiers by `drop`",
                                      data::most_classes));
  }
}

}  // namespace infomax::importers
