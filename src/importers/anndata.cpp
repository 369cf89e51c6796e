// SPDX-License-Identifier: BSD-3-Clause
#include "importers/anndata.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "importers/category_reader.hpp"
#include "importers/hdf5_reader.hpp"
#include "importers/record_column.hpp"
#include "importers/sparse_reader.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/suggestion.hpp"

namespace infomax::importers {
namespace {

/// The group in which files of before 2021 keep the categories of a column.
std::string old_categories(const std::string& object) {
  const std::size_t slash = object.rfind('/');
  return object.substr(0, slash) + "/__categories" + object.substr(slash);
}

/// The texts of categories, which may be numbers too.
std::vector<std::string> category_names(const hdf5::File& file, const std::string& object) {
  if (file.holds_texts(object)) {
    return file.texts(object, 0, file.text_count(object));
  }
  std::vector<std::string> names;
  for (const double number : file.dataset(object).read_all<double>()) {
    names.push_back(fmt::format("{}", number));
  }
  return names;
}

std::unique_ptr<RowFile> open_codes(const hdf5::File& file, const std::string& object,
                                    const std::string& codes, const std::string& categories,
                                    const std::vector<std::string>& known) {
  auto opened = std::make_shared<hdf5::File>(hdf5::File::open(file.path()));
  const std::size_t rows = opened->dataset(codes).rows();
  return std::make_unique<CategoryReader>(
      object + " in " + file.path().string(), rows,
      [opened, codes](std::size_t first, std::span<std::int64_t> out) {
        opened->dataset(codes).read<std::int64_t>(first, out.size(), out);
      },
      category_names(file, categories), known);
}

/// The names of the columns of a table, such as /obs.
std::vector<std::string> column_names(const hdf5::File& file, const std::string& table) {
  std::vector<std::string> names;
  if (file.holds_records(table)) {
    const hdf5::Records records = file.records(table);
    for (const auto& field : records.fields()) {
      names.push_back(field.name);
    }
    return names;
  }
  const std::string before = table + "/";
  for (const auto& entry : file.tree().entries) {
    if (entry.path.starts_with(before) &&
        entry.path.find('/', before.size()) == std::string::npos &&
        !entry.path.ends_with("/__categories")) {
      names.push_back(entry.path.substr(before.size()));
    }
  }
  return names;
}

/// The names of the variables, which are the columns of X.
std::vector<std::string> variable_names(const hdf5::File& file, const std::string& object) {
  const std::string table = object.starts_with("/raw/") ? "/raw/var" : "/var";
  if (file.holds_records(table)) {
    const auto records = file.records(table);
    const auto& index = records.fields().front();
    return index.content == hdf5::FieldContent::texts ? records.texts(index, 0, records.rows())
                                                      : std::vector<std::string>{};
  }
  if (!file.is_group(table)) {
    return {};
  }
  const std::string index =
      table + "/" +
      (file.has_attribute(table, "_index") ? file.string_attribute(table, "_index") : "_index");
  return file.holds_texts(index) ? file.texts(index, 0, file.text_count(index))
                                 : std::vector<std::string>{};
}

/// The column of `obs` that `label` names.
std::unique_ptr<RowFile> open_observation(const hdf5::File& file, const OpenRequest& request) {
  const std::vector<std::string>& wanted = request.table.labels;
  if (wanted.size() != 1) {
    throw UsageError(fmt::format("`label` names {} columns; name one column of /obs in {}",
                                 wanted.size(), file.path().string()));
  }
  const std::vector<std::string> names = column_names(file, "/obs");
  if (std::ranges::find(names, wanted.front()) == names.end()) {
    const std::vector<std::string_view> views(names.begin(), names.end());
    throw DataError(fmt::format("/obs in {} has no column {}; it has {}{}", file.path().string(),
                                wanted.front(), fmt::join(names, ", "),
                                did_you_mean(wanted.front(), views)));
  }
  if (file.holds_records("/obs")) {
    return open_record_column(file.path(), "/obs", wanted.front(), request.known.classes);
  }
  return open_label_column(file, "/obs/" + wanted.front(), request.known.classes);
}

}  // namespace

bool is_anndata(const hdf5::File& file) {
  return file.has_text("/", "encoding-type", "anndata") ||
         (file.exists("/X") && file.exists("/obs") && file.exists("/var"));
}

OpenedFile open_anndata(const hdf5::File& file, const OpenRequest& request,
                        const std::string& object) {
  if (!request.table.dropped.empty()) {
    throw UsageError("`drop` is for tables; " + object + " in " + file.path().string() +
                     " has all its columns in one matrix");
  }
  const bool has_variables = object == "/X" || object == "/raw/X" || object.starts_with("/layers/");
  std::vector<std::string> names =
      has_variables ? variable_names(file, object) : std::vector<std::string>{};
  OpenedFile opened;
  if (is_sparse(file, object)) {
    opened.rows = open_sparse(file.path(), object, std::move(names));
  } else {
    opened.rows = std::make_unique<Hdf5Reader>(file.path(), object, std::move(names));
  }
  if (!request.table.labels.empty()) {
    opened.labels = open_observation(file, request);
    if (opened.labels->rows() != opened.rows->rows()) {
      throw DataError(fmt::format("{} has {} rows, and {} has {}; is the file damaged?",
                                  opened.labels->where(), opened.labels->rows(),
                                  opened.rows->where(), opened.rows->rows()));
    }
  }
  return opened;
}

bool is_categories(const hdf5::File& file, const std::string& object) {
  return file.exists(object + "/codes") && file.exists(object + "/categories");
}

std::unique_ptr<RowFile> open_label_column(const hdf5::File& file, const std::string& object,
                                           const std::vector<std::string>& known) {
  if (is_categories(file, object)) {
    return open_codes(file, object, object + "/codes", object + "/categories", known);
  }
  if (file.is_group(object) && file.exists(object + "/values")) {
    throw DataError(object + " in " + file.path().string() +
                    " is a column in which numbers may be missing; store it as plain integers, "
                    "floats or categories");
  }
  if (file.holds_texts(object)) {
    return read_text_classes(file.path(), object, known);
  }
  if (const std::string categories = old_categories(object); file.exists(categories)) {
    return open_codes(file, object, object, categories, known);
  }
  return std::make_unique<Hdf5Reader>(file.path(), object);
}

}  // namespace infomax::importers
