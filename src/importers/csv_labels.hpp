// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "importers/csv_table.hpp"

namespace infomax::importers {

/// What a column of labels is: its kind and its classes.
struct CsvLabels {
  enum class Kind : std::uint8_t { none, integers, reals, classes };

  std::size_t column = 0;
  Kind kind = Kind::none;
  std::vector<std::string> classes;  ///< in ascending order of their bytes, or as given
};

/// Determines what a column of labels holds, cell by cell: integers or reals if all do, else names
/// of classes.
class CsvLabelColumn {
 public:
  /// If `known` is not empty, it lists the allowed classes. It must outlive this.
  CsvLabelColumn(std::size_t column, const std::vector<std::string>& known)
      : column_(column), known_(known), names_(known.begin(), known.end()) {}

  /// Takes the label of the table's current row, which is not missing. Throws DataError if it is
  /// not finite, text among numbers or the reverse, or an unknown class.
  void look_at(const CsvTable& table);

  [[nodiscard]] CsvLabels labels() const;

 private:
  using Kind = CsvLabels::Kind;

  [[nodiscard]] Kind kind_of(const CsvTable& table, std::string_view field) const;
  void require_known(const CsvTable& table, std::string_view field) const;
  void add(const CsvTable& table, std::string_view field);

  std::size_t column_;
  const std::vector<std::string>& known_;
  std::set<std::string, std::less<>> names_;
  Kind kind_ = Kind::none;
  std::size_t first_line_ = 0;
};

}  // namespace infomax::importers
