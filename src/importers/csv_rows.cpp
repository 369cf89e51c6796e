// SPDX-License-Identifier: BSD-3-Clause
#include "importers/csv_rows.hpp"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "importers/csv_number.hpp"
#include "importers/csv_table.hpp"
#include "infomax/core/error.hpp"

namespace infomax::importers {
namespace {

/// Converts the table's current row to the bytes of a row of elements.
using Converter = std::function<void(const CsvTable& table, std::byte* row)>;

class CsvRows final : public RowFile {
 public:
  CsvRows(const CsvFormat& format, hdf5::ElementType type, std::vector<std::size_t> shape,
          const std::vector<std::size_t>& columns, std::vector<std::string> classes,
          Converter convert)
      : RowFile(format.path.string()), table_(format), convert_(std::move(convert)) {
    declare(type, std::move(shape));
    std::vector<std::string> names;
    for (const std::size_t column : columns) {
      if (!format.names.empty()) {
        names.push_back(format.names[column]);
      }
    }
    name_columns(std::move(names));
    name_classes(std::move(classes));
  }

  void read(std::span<std::byte> rows) override {
    for (std::size_t first = 0; first < rows.size(); first += row_bytes()) {
      if (!table_.next()) {
        refuse_change();
      }
      convert_(table_, rows.data() + first);
    }
  }

  void expect_end() override {
    if (table_.next()) {
      refuse_change();
    }
  }

 private:
  [[noreturn]] void refuse_change() const {
    throw DataError(where() + " changed while it was read; import it again when it is complete");
  }

  CsvTable table_;
  Converter convert_;
};

template <class T>
void store(T value, std::byte* to) {
  std::memcpy(to, &value, sizeof(T));
}

constexpr std::string_view feature_advice =
    "correct it, or leave the column out by `drop` (text can be the `label`)";
constexpr std::string_view target_advice = "correct it or remove the line";

template <class T>
Converter real_converter(std::vector<std::size_t> columns, std::string_view advice) {
  return [columns = std::move(columns), advice](const CsvTable& table, std::byte* row) {
    for (std::size_t j = 0; j < columns.size(); ++j) {
      const double value = table.number(columns[j], advice);
      if (!std::isfinite(static_cast<T>(value))) {
        table.refuse(columns[j], fmt::format("holds {}, which is too large for f32; give `element` "
                                             "f64",
                                             in_quotes(table.row().field(columns[j]))));
      }
      store(static_cast<T>(value), row + j * sizeof(T));
    }
  };
}

std::unique_ptr<RowFile> real_rows(const CsvFormat& format, hdf5::ElementType element,
                                   std::vector<std::size_t> shape,
                                   const std::vector<std::size_t>& columns,
                                   std::string_view advice) {
  return std::make_unique<CsvRows>(
      format, element, std::move(shape), columns, std::vector<std::string>{},
      element == hdf5::ElementType::f32 ? real_converter<float>(columns, advice)
                                        : real_converter<double>(columns, advice));
}

}  // namespace

std::unique_ptr<RowFile> csv_features(const CsvFormat& format,
                                      const std::vector<std::size_t>& columns,
                                      hdf5::ElementType element, std::size_t rows) {
  return real_rows(format, element, {rows, columns.size()}, columns, feature_advice);
}

std::unique_ptr<RowFile> csv_targets(const CsvFormat& format, const CsvTargets& targets,
                                     hdf5::ElementType element) {
  const auto& columns = targets.columns;
  std::vector<std::size_t> shape{targets.rows};
  if (columns.size() > 1) {
    shape.push_back(columns.size());
  }
  if (targets.kind == CsvTargets::Kind::reals) {
    return real_rows(format, element, std::move(shape), columns, target_advice);
  }
  std::map<std::string, std::int64_t, std::less<>> codes;
  for (const std::string& name : targets.classes) {
    codes.emplace(name, static_cast<std::int64_t>(codes.size()));
  }
  const auto convert = [column = columns.front(), codes](const CsvTable& table, std::byte* row) {
    const std::string_view field = table.row().field(column);
    const auto code = codes.find(field);
    store(code != codes.end() ? code->second : parse_integer(field).value_or(0), row);
  };
  return std::make_unique<CsvRows>(format, hdf5::ElementType::i64, std::move(shape), columns,
                                   targets.classes, convert);
}

}  // namespace infomax::importers
