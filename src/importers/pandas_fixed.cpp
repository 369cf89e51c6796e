// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "importers/pandas_parts.hpp"
#include "infomax/core/error.hpp"

// The format "fixed": of each type of columns a matrix, blockN_values [rows, columns], and the
// names of its columns, blockN_items; axis0 has all names.
namespace infomax::importers {
namespace {

class FixedBlock final : public PandasBlock {
 public:
  FixedBlock(std::shared_ptr<hdf5::File> file, const std::string& object)
      : file_(std::move(file)), dataset_(file_->dataset(object)) {}

  [[nodiscard]] const hdf5::Dataset& dataset() const { return dataset_; }

  void read(std::size_t first, std::size_t count, std::span<std::byte> out) const override {
    dataset_.read_rows(first, count, type, out);
  }
  [[nodiscard]] std::vector<std::string> texts(std::size_t /*first*/,
                                               std::size_t /*count*/) const override {
    return {};  // texts are pickled objects in this format
  }

 private:
  std::shared_ptr<hdf5::File> file_;
  hdf5::Dataset dataset_;
};

/// The columns of a block whose objects only Python reads.
class ObjectBlock final : public PandasBlock {
 public:
  void read(std::size_t /*first*/, std::size_t /*count*/,
            std::span<std::byte> /*out*/) const override {}
  [[nodiscard]] std::vector<std::string> texts(std::size_t /*first*/,
                                               std::size_t /*count*/) const override {
    return {};
  }
};

/// The labels of an axis: texts or integers; none of other kinds, which are pickled.
std::vector<std::string> axis_labels(const hdf5::File& file, const std::string& object) {
  if (file.holds_texts(object)) {
    return file.texts(object, 0, file.text_count(object));
  }
  std::vector<std::string> labels;
  try {
    const hdf5::Dataset dataset = file.dataset(object);
    if (hdf5::is_integer(dataset.element_type())) {
      for (const std::int64_t label : dataset.read_all<std::int64_t>()) {
        labels.push_back(std::to_string(label));
      }
    }
  } catch (const DataError&) {
    return {};
  }
  return labels;
}

std::unique_ptr<PandasBlock> open_block(const std::shared_ptr<hdf5::File>& file,
                                        const std::string& object) {
  try {
    auto block = std::make_unique<FixedBlock>(file, object);
    block->type = block->dataset().element_type();
    block->content =
        file->has_attribute(object, "value_type") ? ColumnContent::times : ColumnContent::numbers;
    return block;
  } catch (const DataError&) {
    return std::make_unique<ObjectBlock>();
  }
}

}  // namespace

PandasStore open_fixed_store(const std::filesystem::path& path, const std::string& object) {
  auto file = std::make_shared<hdf5::File>(hdf5::File::open(path));
  PandasStore store{object + " in " + path.string(), 0, {}, {}};
  if (file->exists(object + "/values")) {  // a series
    store.blocks.push_back(open_block(file, object + "/values"));
    store.blocks.back()->names = {"values"};
    if (const auto* const fixed = dynamic_cast<const FixedBlock*>(store.blocks.back().get())) {
      fixed->dataset().require_stored();
      store.rows = fixed->dataset().rows();
    }
    order_columns(store, {});
    return store;
  }
  std::optional<std::size_t> rows;  // of the first block that has numbers
  for (std::size_t k = 0;; ++k) {
    const std::string values = fmt::format("{}/block{}_values", object, k);
    if (!file->exists(values)) {
      break;
    }
    store.blocks.push_back(open_block(file, values));
    const std::string items = fmt::format("{}/block{}_items", object, k);
    store.blocks.back()->names = axis_labels(*file, items);
    const auto* const fixed = dynamic_cast<const FixedBlock*>(store.blocks.back().get());
    if (fixed != nullptr && store.blocks.back()->names.empty()) {
      for (std::size_t item = 0; item < fixed->dataset().features(); ++item) {
        store.blocks.back()->names.push_back(fmt::format("block{}_{}", k, item));
      }
    }
    if (fixed != nullptr) {
      fixed->dataset().require_stored();
      rows = rows.value_or(fixed->dataset().rows());
    }
    if (fixed != nullptr && (fixed->dataset().rows() != *rows ||
                             fixed->dataset().features() != store.blocks.back()->names.size())) {
      throw DataError(store.where +
                      " is no whole store of pandas; its blocks do not belong together");
    }
  }
  store.rows = rows.value_or(0);
  order_columns(store, axis_labels(*file, object + "/axis0"));
  return store;
}

}  // namespace infomax::importers
