// SPDX-License-Identifier: BSD-3-Clause
#include "importers/hdf5_reader.hpp"

#include "infomax/data/names.hpp"

namespace infomax::importers {

Hdf5Reader::Hdf5Reader(const std::filesystem::path& path, const std::string& object)
    : RowFile(object + " in " + path.string()),
      file_(hdf5::File::open(path)),
      dataset_(file_.dataset(object)) {
  declare(dataset_.element_type(), dataset_.shape());
  name_columns(data::read_names(file_, object, data::columns_attribute));
  name_classes(data::read_names(file_, object, data::classes_attribute));
}

void Hdf5Reader::read(std::span<std::byte> rows) {
  const std::size_t count = rows.size() / row_bytes();
  dataset_.read_rows(next_, count, type(), rows);
  next_ += count;
}

}  // namespace infomax::importers
