// SPDX-License-Identifier: BSD-3-Clause
#include "importers/hdf5_reader.hpp"

#include "importers/file_format.hpp"
#include "infomax/core/error.hpp"
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

namespace {

bool is_hdf5(const FileStart& start) {
  const bool found = start.head.starts_with("\x89HDF\r\n\x1a\n");
  if (found && start.is_compressed) {
    throw DataError(start.path.string() +
                    " is HDF5 compressed by gzip; decompress it by gunzip first");
  }
  return found;
}

OpenedFile open_hdf5(const OpenRequest& request) {
  const std::string usual = request.role == Role::x ? "/x" : "/y";
  return {
      std::make_unique<Hdf5Reader>(request.path, request.object.empty() ? usual : request.object)};
}

}  // namespace

FileFormat hdf5_format() { return {"HDF5", false, true, is_hdf5, open_hdf5}; }

}  // namespace infomax::importers
