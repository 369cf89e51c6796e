// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <iterator>
#include <utility>

#include "importers/pandas_parts.hpp"
#include "importers/pickled_names.hpp"
#include "infomax/core/error.hpp"

// The format "table": records, one a row, with the index, blocks of columns of one type, and the
// columns that can be searched. Attributes have the names, pickled.
namespace infomax::importers {
namespace {

class TableBlock final : public PandasBlock {
 public:
  TableBlock(std::shared_ptr<hdf5::File> file, const std::string& table, hdf5::RecordField field)
      : file_(std::move(file)), records_(file_->records(table)), field_(std::move(field)) {
    type = field_.type;
  }

  void read(std::size_t first, std::size_t count, std::span<std::byte> out) const override {
    records_.read(field_, first, count, out);
  }
  [[nodiscard]] std::vector<std::string> texts(std::size_t first,
                                               std::size_t count) const override {
    return records_.texts(field_, first, count);
  }

 private:
  std::shared_ptr<hdf5::File> file_;
  hdf5::Records records_;
  hdf5::RecordField field_;
};

/// The bytes of an attribute, of which pickled ones are no UTF-8; none if it is no string.
std::string text_attribute(const hdf5::File& file, const std::string& object,
                           const std::string& name) {
  try {
    return file.has_attribute(object, name) ? file.bytes_attribute(object, name) : "";
  } catch (const DataError&) {
    return "";
  }
}

/// The categories of a field, which are a store of their own; empty if it has none.
std::vector<std::string> categories_of(const hdf5::File& file, const std::string& object,
                                       const std::string& field) {
  const std::string table = object + "/meta/" + field + "/meta/table";
  if (!file.holds_records(table)) {
    return {};
  }
  const hdf5::Records records = file.records(table);
  for (const auto& values : records.fields()) {
    if (values.name != "index" && values.content == hdf5::FieldContent::texts) {
      return records.texts(values, 0, records.rows());
    }
  }
  return {};
}

ColumnContent content_of(const hdf5::RecordField& field, const std::string& type) {
  if (type.starts_with("datetime") || type.starts_with("timedelta")) {
    return ColumnContent::times;
  }
  return field.content == hdf5::FieldContent::numbers ? ColumnContent::numbers
         : field.content == hdf5::FieldContent::texts ? ColumnContent::texts
                                                      : ColumnContent::objects;
}

}  // namespace

PandasStore open_table_store(const std::filesystem::path& path, const std::string& object) {
  auto file = std::make_shared<hdf5::File>(hdf5::File::open(path));
  const std::string table = object + "/table";
  const hdf5::Records records = file->records(table);
  records.require_stored();
  PandasStore store{object + " in " + path.string(), records.rows(), {}, {}};
  for (const auto& field : records.fields()) {
    if (field.name == "index") {
      continue;
    }
    auto block = std::make_unique<TableBlock>(file, table, field);
    block->names = pickled_names(text_attribute(*file, table, field.name + "_kind"));
    if (block->names.size() != field.elements) {
      block->names.assign(field.elements, field.name);
    }
    block->content = content_of(field, text_attribute(*file, table, field.name + "_dtype"));
    block->categories = categories_of(*file, object, field.name);
    if (!block->categories.empty() && block->content == ColumnContent::numbers) {
      block->content = ColumnContent::categories;
    }
    store.blocks.push_back(std::move(block));
  }
  // The axes that are no index: a number of an axis, and its names.
  std::vector<std::string> names = pickled_names(text_attribute(*file, object, "non_index_axes"));
  if (!names.empty()) {
    names.erase(names.begin());
  }
  order_columns(store, names);
  return store;
}

}  // namespace infomax::importers
