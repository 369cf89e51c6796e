// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>
#include <functional>
#include <optional>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "importers/csv_number.hpp"
#include "importers/csv_rows.hpp"
#include "importers/csv_table.hpp"
#include "infomax/core/error.hpp"
#include "infomax/data/labels.hpp"

namespace infomax::importers {
namespace {

using Kind = CsvTargets::Kind;

/// Determines what a column of labels holds, field by field.
class LabelColumn {
 public:
  LabelColumn(std::size_t column, const std::vector<std::string>& known)
      : column_(column), known_(known), names_(known.begin(), known.end()) {}

  void look_at(const CsvTable& table) {
    const std::string_view field = table.row().field(column_);
    if (field.empty()) {
      table.refuse(column_, "is empty; fill it or remove the line");
    }
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

  [[nodiscard]] Kind kind() const { return kind_; }

  [[nodiscard]] std::vector<std::string> classes() const {
    if (kind_ != Kind::classes || !known_.empty()) {
      return known_;
    }
    return {names_.begin(), names_.end()};
  }

 private:
  [[nodiscard]] Kind kind_of(const CsvTable& table, std::string_view field) const {
    if (parse_integer(field)) {
      return Kind::integers;
    }
    const auto value = parse_real(field);
    if (value && !std::isfinite(*value)) {
      table.refuse(column_, fmt::format("holds {}, which is not finite; fill it or remove the line",
                                        in_quotes(field)));
    }
    return value ? Kind::reals : Kind::classes;
  }

  void require_known(const CsvTable& table, std::string_view field) const {
    if (!names_.contains(field)) {
      table.refuse(column_,
                   fmt::format("holds {}, which is not one of the {} classes of `like`; "
                               "import the file with all classes first and the other one `like` it",
                               in_quotes(field), names_.size()));
    }
  }

  void add(const CsvTable& table, std::string_view field) {
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

  std::size_t column_;
  const std::vector<std::string>& known_;
  std::set<std::string, std::less<>> names_;
  Kind kind_ = Kind::none;
  std::size_t first_line_ = 0;
};

}  // namespace

CsvTargets scan_csv(const CsvFormat& format, std::vector<std::size_t> columns,
                    const std::vector<std::string>& known) {
  CsvTable table(format);
  CsvTargets targets{std::move(columns), Kind::none, {}, 0};
  std::optional<LabelColumn> label;
  if (targets.columns.size() == 1) {
    label.emplace(targets.columns.front(), known);
  }
  while (table.next()) {
    ++targets.rows;
    if (label) {
      label->look_at(table);
    }
  }
  if (label) {
    targets.kind = label->kind();
    targets.classes = label->classes();
  } else if (!targets.columns.empty()) {
    targets.kind = Kind::reals;
  }
  return targets;
}

}  // namespace infomax::importers
