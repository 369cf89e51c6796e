// SPDX-License-Identifier: BSD-3-Clause
#include "importers/csv_rows.hpp"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "importers/csv_number.hpp"
#include "importers/csv_table.hpp"
#include "infomax/core/error.hpp"

namespace infomax::importers {
namespace {

/// Converts the table's current row to the bytes of a row of elements.
using Converter = std::function<void(const CsvTable& table, std::byte* row)>;

/// The names that go with the rows.
struct RowNames {
  std::vector<std::string> columns = {};
  std::vector<std::string> classes = {};
  std::vector<double> fills = {};
};

class CsvRows final : public RowFile {
 public:
  CsvRows(const CsvFormat& format, hdf5::ElementType type, std::vector<std::size_t> shape,
          RowNames names, Converter convert)
      : RowFile(format.path.string()), table_(format), convert_(std::move(convert)) {
    declare(type, std::move(shape));
    name_columns(std::move(names.columns));
    name_classes(std::move(names.classes));
    set_fills(std::move(names.fills));
  }

  void read(std::span<std::byte> rows) override {
    for (std::size_t first = 0; first < rows.size(); first += row_bytes()) {
      if (!table_.next()) {
        table_.refuse_change();
      }
      convert_(table_, rows.data() + first);
    }
  }

  void expect_end() override {
    if (table_.next()) {
      table_.refuse_change();
    }
  }

 private:
  CsvTable table_;
  Converter convert_;
};

template <class T>
void store(T value, std::byte* to) {
  std::memcpy(to, &value, sizeof(T));
}

/// Converts the cells of a view to numbers.
template <class T>
class ViewConverter {
 public:
  explicit ViewConverter(CsvView view) : view_(std::move(view)), row_(view_.width) {}

  void operator()(const CsvTable& table, std::byte* row) {
    for (const CsvColumn& column : view_.columns) {
      if (column.has_categories) {
        take_category(table, column);
      } else {
        take_number(table, column);
      }
    }
    for (std::size_t j = 0; j < row_.size(); ++j) {
      store(row_[j], row + j * sizeof(T));
    }
  }

 private:
  [[nodiscard]] T fill(std::size_t j) const {
    return view_.fills.empty() ? T{0} : static_cast<T>(view_.fills[j]);
  }

  void take_number(const CsvTable& table, const CsvColumn& column) {
    const Cell cell = table.cell(column.source);
    T& value = row_[column.first];
    if (cell.kind == Cell::Kind::missing) {
      value = fill(column.first);
      return;
    }
    if (cell.kind != Cell::Kind::number) {
      table.refuse_change();
    }
    value = static_cast<T>(cell.number);
    if (!std::isfinite(value)) {
      table.refuse(column.source,
                   fmt::format("holds {}, which is too large for f32; give `element` "
                               "f64",
                               in_quotes(table.row().field(column.source))));
    }
  }

  void take_category(const CsvTable& table, const CsvColumn& column) {
    const bool is_missing = table.cell(column.source).kind == Cell::Kind::missing;
    for (std::size_t j = 0; j < column.width(); ++j) {
      row_[column.first + j] = is_missing ? fill(column.first + j) : T{0};
    }
    if (!is_missing) {
      const auto found = column.categories.find(table.row().field(column.source));
      if (found == column.categories.end()) {
        table.refuse_change();
      }
      row_[column.first + found->second.place] = T{1};
    }
  }

  CsvView view_;
  std::vector<T> row_;
};

/// Converts labels to the elements of their kind.
Converter label_converter(const CsvLabels& labels, hdf5::ElementType element) {
  const std::size_t column = labels.column;
  if (labels.kind == CsvLabels::Kind::reals) {
    CsvView view{{CsvColumn{column}}, 1};
    return element == hdf5::ElementType::f32 ? Converter(ViewConverter<float>(std::move(view)))
                                             : Converter(ViewConverter<double>(std::move(view)));
  }
  std::map<std::string, std::int64_t, std::less<>> codes;
  for (const std::string& name : labels.classes) {
    codes.emplace(name, static_cast<std::int64_t>(codes.size()));
  }
  return [column, codes = std::move(codes)](const CsvTable& table, std::byte* row) {
    const std::string_view field = table.row().field(column);
    const auto code = codes.find(field);
    store(code != codes.end() ? code->second : parse_integer(field).value_or(0), row);
  };
}

}  // namespace

std::unique_ptr<RowFile> csv_view_rows(const CsvFormat& format, CsvView view,
                                       hdf5::ElementType element, std::size_t rows) {
  const std::vector<std::size_t> shape{rows, view.width};
  RowNames names{view.names, {}, view.fills};
  Converter convert = element == hdf5::ElementType::f32
                          ? Converter(ViewConverter<float>(std::move(view)))
                          : Converter(ViewConverter<double>(std::move(view)));
  return std::make_unique<CsvRows>(format, element, shape, std::move(names), std::move(convert));
}

std::unique_ptr<RowFile> csv_label_rows(const CsvFormat& format, const CsvLabels& labels,
                                        hdf5::ElementType element, std::size_t rows) {
  const bool are_reals = labels.kind == CsvLabels::Kind::reals;
  RowNames names{{}, labels.classes, {}};
  if (format.has_header) {
    names.columns = {format.name(labels.column)};
  }
  return std::make_unique<CsvRows>(format, are_reals ? element : hdf5::ElementType::i64,
                                   std::vector<std::size_t>{rows}, std::move(names),
                                   label_converter(labels, element));
}

}  // namespace infomax::importers
