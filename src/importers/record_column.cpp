// SPDX-License-Identifier: BSD-3-Clause
#include "importers/record_column.hpp"

#include <algorithm>
#include <utility>

#include "importers/text_class_reader.hpp"
#include "infomax/core/error.hpp"

namespace infomax::importers {
namespace {

/// A field of numbers.
class RecordColumn final : public RowFile {
 public:
  RecordColumn(std::shared_ptr<hdf5::File> file, const std::string& object, hdf5::RecordField field)
      : RowFile(field.name + " of " + object + " in " + file->path().string()),
        file_(std::move(file)),
        records_(file_->records(object)),
        field_(std::move(field)) {
    declare(field_.type, {records_.rows(), field_.elements});
  }

  void read(std::span<std::byte> rows) override {
    const std::size_t count = rows.size() / row_bytes();
    records_.read(field_, next_, count, rows);
    next_ += count;
  }

 private:
  std::shared_ptr<hdf5::File> file_;
  hdf5::Records records_;
  hdf5::RecordField field_;
  std::size_t next_ = 0;  ///< row
};

}  // namespace

std::unique_ptr<RowFile> open_record_column(const std::filesystem::path& path,
                                            const std::string& object, const std::string& field,
                                            const std::vector<std::string>& known) {
  auto file = std::make_shared<hdf5::File>(hdf5::File::open(path));
  const hdf5::Records records = file->records(object);
  const auto found = std::ranges::find(records.fields(), field, &hdf5::RecordField::name);
  if (found == records.fields().end() || found->content == hdf5::FieldContent::other) {
    throw DataError(object + " in " + path.string() + " has no field " + field +
                    " of numbers or texts");
  }
  if (found->content == hdf5::FieldContent::numbers) {
    return std::make_unique<RecordColumn>(file, object, *found);
  }
  return std::make_unique<TextClassReader>(
      field + " of " + object + " in " + path.string(), records.rows(),
      [file, object, chosen = *found](std::size_t first, std::size_t count) {
        return file->records(object).texts(chosen, first, count);
      },
      known);
}

}  // namespace infomax::importers
