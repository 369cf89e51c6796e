// SPDX-License-Identifier: BSD-3-Clause
#include "importers/pandas_store.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "importers/category_reader.hpp"
#include "importers/pandas_parts.hpp"
#include "importers/text_class_reader.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/field_text.hpp"
#include "infomax/core/matrix.hpp"
#include "infomax/core/suggestion.hpp"

namespace infomax::importers {
namespace {

using Store = std::shared_ptr<const PandasStore>;

const PandasBlock& block_of(const Store& store, const PandasColumn& column) {
  return *store->blocks[column.block];
}

/// How many rows of a block to read at once: a block is read in its whole width, however few of its
/// columns are kept, so a run of rows is bounded by what lies in the file.
std::size_t rows_at_once(std::size_t row_bytes) {
  constexpr std::size_t most_bytes = std::size_t{8} << 20;
  return std::max<std::size_t>(1, most_bytes / std::max<std::size_t>(1, row_bytes));
}

/// Columns of numbers as rows: of the type of all, or of f64 where they differ.
class PandasReader final : public RowFile {
 public:
  /// `is_vector` makes rows of one column a vector [N].
  PandasReader(Store store, std::vector<PandasColumn> columns, bool is_vector)
      : RowFile(store->where), store_(std::move(store)), columns_(std::move(columns)) {
    hdf5::ElementType type = block_of(store_, columns_.front()).type;
    for (const PandasColumn& column : columns_) {
      if (block_of(store_, column).type != type) {
        type = hdf5::ElementType::f64;
      }
    }
    if (is_vector && columns_.size() == 1) {
      declare(type, {store_->rows});
    } else {
      declare(type, {store_->rows, columns_.size()});
    }
    std::vector<std::string> names;
    for (const PandasColumn& column : columns_) {
      names.push_back(column.name);
    }
    name_columns(std::move(names));
  }

  void read(std::span<std::byte> rows) override {
    const std::size_t count = rows.size() / row_bytes();
    hdf5::with_element_type(type(), [&]<class To>(std::type_identity<To> /*element*/) {
      for (std::size_t b = 0; b < store_->blocks.size(); ++b) {
        read_block<To>(b, count, rows);
      }
    });
    next_ += count;
  }

 private:
  /// Copies the columns that lie in a block.
  template <class To>
  void read_block(std::size_t number, std::size_t count, std::span<std::byte> rows) {
    if (std::ranges::find(columns_, number, &PandasColumn::block) == columns_.end()) {
      return;
    }
    const PandasBlock& block = *store_->blocks[number];
    const std::size_t width = block.names.size();
    const std::size_t most = rows_at_once(width * hdf5::size(block.type));
    for (std::size_t done = 0; done < count; done += most) {
      const std::size_t part = std::min(most, count - done);
      values_.resize(part * width * hdf5::size(block.type));
      block.read(next_ + done, part, values_);
      copy_columns<To>(number, part, rows.subspan(done * columns_.size() * sizeof(To)));
    }
  }

  /// Copies the columns that lie in a block from its values of `count` rows.
  template <class To>
  void copy_columns(std::size_t number, std::size_t count, std::span<std::byte> rows) const {
    const PandasBlock& block = *store_->blocks[number];
    const std::size_t width = block.names.size();
    hdf5::with_element_type(block.type, [&]<class From>(std::type_identity<From> /*element*/) {
      for (std::size_t j = 0; j < columns_.size(); ++j) {
        if (columns_[j].block != number) {
          continue;
        }
        for (std::size_t i = 0; i < count; ++i) {
          From value{};
          std::memcpy(&value, values_.data() + (i * width + columns_[j].item) * sizeof(From),
                      sizeof(From));
          // NOLINTNEXTLINE(bugprone-signed-char-misuse): a number
          const To converted = static_cast<To>(value);
          std::memcpy(rows.data() + (i * columns_.size() + j) * sizeof(To), &converted, sizeof(To));
        }
      }
    });
  }

  Store store_;
  std::vector<PandasColumn> columns_;
  Buffer<std::byte> values_;  ///< [rows, columns] of a block
  std::size_t next_ = 0;      ///< row
};

/// The places of columns, by name or number from 1.
std::vector<std::size_t> find_places(const PandasStore& store,
                                     const std::vector<std::string>& wanted, const char* option) {
  std::vector<std::size_t> places;
  std::vector<std::string_view> names;
  for (const PandasColumn& column : store.columns) {
    names.push_back(column.name);
  }
  for (const std::string& name : wanted) {
    const auto found = std::ranges::find(names, name);
    const auto number = FieldText<std::size_t>::parse(name);
    if (found != names.end()) {
      places.push_back(static_cast<std::size_t>(found - names.begin()));
    } else if (number && *number >= 1 && *number <= names.size()) {
      places.push_back(*number - 1);
    } else {
      constexpr std::size_t most = 20;
      const std::span<const std::string_view> shown(names.data(), std::min(most, names.size()));
      throw DataError(fmt::format("`{}` {} is no column of {}, which has {}{}{}", option, name,
                                  store.where, fmt::join(shown, ", "),
                                  names.size() > most ? ", ..." : "", did_you_mean(name, names)));
    }
  }
  return places;
}

/// Throws DataError if a column of /x does not hold numbers.
void require_numbers(const Store& store, const PandasColumn& column) {
  const auto refuse = [&](const char* what, const char* advice) {
    throw DataError(
        fmt::format("column {} of {} holds {}; {}", column.name, store->where, what, advice));
  };
  switch (block_of(store, column).content) {
    case ColumnContent::numbers:
      return;
    case ColumnContent::texts:
    case ColumnContent::categories:
      refuse("texts", "name it by `label`, or omit it by `drop`");
      return;
    case ColumnContent::times:
      refuse("times", "omit it by `drop`, or store numbers such as days");
      return;
    case ColumnContent::objects:
      refuse("objects of Python, which are pickled",
             "omit it by `drop`, or store texts by to_hdf(format='table')");
      return;
  }
}

/// The label column as classes or numbers.
std::unique_ptr<RowFile> open_label(const Store& store, const PandasColumn& column,
                                    const std::vector<std::string>& known) {
  const PandasBlock& block = block_of(store, column);
  const std::string where = column.name + " of " + store->where;
  const std::size_t width = block.names.size();
  if (block.content == ColumnContent::texts) {
    return std::make_unique<TextClassReader>(
        where, store->rows,
        [store, column, width](std::size_t first, std::size_t count) {
          std::vector<std::string> texts;
          const std::size_t most = rows_at_once(width * sizeof(std::string));
          for (std::size_t done = 0; done < count; done += most) {
            const std::size_t part = std::min(most, count - done);
            auto all = block_of(store, column).texts(first + done, part);
            for (std::size_t i = 0; i < part; ++i) {
              texts.push_back(std::move(all[i * width + column.item]));
            }
          }
          return texts;
        },
        known);
  }
  if (block.content == ColumnContent::categories) {
    return std::make_unique<CategoryReader>(
        where, store->rows,
        [store, column, width](std::size_t first, std::span<std::int64_t> codes) {
          const PandasBlock& from = block_of(store, column);
          hdf5::with_element_type(from.type, [&]<class From>(std::type_identity<From> /*e*/) {
            std::vector<From> all;
            const std::size_t most = rows_at_once(width * sizeof(From));
            for (std::size_t done = 0; done < codes.size(); done += most) {
              const std::size_t part = std::min(most, codes.size() - done);
              all.resize(part * width);
              from.read(first + done, part, std::as_writable_bytes(std::span(all)));
              for (std::size_t i = 0; i < part; ++i) {
                // NOLINTNEXTLINE(bugprone-signed-char-misuse): a number
                codes[done + i] = static_cast<std::int64_t>(all[i * width + column.item]);
              }
            }
          });
        },
        block.categories, known);
  }
  require_numbers(store, column);
  return std::make_unique<PandasReader>(store, std::vector{column}, true);
}

std::unique_ptr<RowFile> open_columns(const Store& store, const std::vector<PandasColumn>& columns,
                                      const std::vector<std::string>& known) {
  if (columns.size() == 1) {
    return open_label(store, columns.front(), known);
  }
  for (const PandasColumn& column : columns) {
    require_numbers(store, column);
  }
  return std::make_unique<PandasReader>(store, columns, false);
}

}  // namespace

bool is_pandas_store(const hdf5::File& file, const std::string& object) {
  return file.is_group(object) && file.has_attribute(object, "pandas_type");
}

std::string only_pandas_store(const hdf5::File& file) {
  std::string only;
  for (const auto& entry : file.tree().entries) {
    if (entry.kind != hdf5::ObjectKind::group || !is_pandas_store(file, entry.path) ||
        (!only.empty() && entry.path.starts_with(only + "/"))) {
      continue;  // a store may have others inside, of its categories
    }
    if (!only.empty()) {
      return "";
    }
    only = entry.path;
  }
  return only;
}

OpenedFile open_pandas(const hdf5::File& file, const OpenRequest& request,
                       const std::string& object) {
  const bool is_table = file.holds_records(object + "/table");
  const auto store = std::make_shared<const PandasStore>(
      is_table ? open_table_store(file.path(), object) : open_fixed_store(file.path(), object));
  if (store->columns.empty() || store->rows == 0) {
    throw DataError(store->where + " has no rows of numbers or texts; there is nothing to import");
  }
  const bool is_x = request.role == Role::x;
  const auto labels =
      find_places(*store, is_x ? request.table.labels : std::vector<std::string>{}, "label");
  const auto dropped =
      find_places(*store, is_x ? request.table.dropped : std::vector<std::string>{}, "drop");
  std::vector<PandasColumn> kept;
  for (std::size_t k = 0; k < store->columns.size(); ++k) {
    if (!std::ranges::count(labels, k) && !std::ranges::count(dropped, k)) {
      kept.push_back(store->columns[k]);
    }
  }
  if (!is_x) {
    return {open_columns(store, kept, request.known.classes)};
  }
  if (kept.empty()) {
    throw DataError(store->where + " has no columns left for /x; drop or label fewer");
  }
  for (const PandasColumn& column : kept) {
    require_numbers(store, column);
  }
  OpenedFile opened{std::make_unique<PandasReader>(store, kept, false)};
  if (!labels.empty()) {
    std::vector<PandasColumn> chosen;
    chosen.reserve(labels.size());
    for (const std::size_t place : labels) {
      chosen.push_back(store->columns[place]);
    }
    opened.labels = open_columns(store, chosen, request.known.classes);
  }
  return opened;
}

}  // namespace infomax::importers
