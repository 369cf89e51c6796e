// SPDX-License-Identifier: BSD-3-Clause
#include "importers/hdf5_reader.hpp"

#include <algorithm>

#include "importers/file_format.hpp"
#include "importers/matlab_reader.hpp"
#include "infomax/core/error.hpp"
#include "infomax/data/names.hpp"
#include "infomax/hdf5/library.hpp"

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

bool begins_hdf5(const FileStart& start) {
  if (!start.is_compressed) {
    return hdf5::is_hdf5(start.path);
  }
  // The signature stands behind a user block of 0, 512, 1024, 2048, ... bytes.
  for (std::size_t place = 0; place < start.head.size();
       place = std::max(std::size_t{512}, 2 * place)) {
    if (start.head.compare(place, 8, "\x89HDF\r\n\x1a\n") == 0) {
      throw DataError(start.path.string() +
                      " is HDF5 compressed by gzip; decompress it by gunzip first");
    }
  }
  return false;
}

OpenedFile open_hdf5(const OpenRequest& request) {
  const std::string usual = request.role == Role::x ? "/x" : "/y";
  const std::string object = request.object.empty() ? usual : request.object;
  if (is_of_matlab(request.path, object)) {
    return {open_matlab(request.path, object, request.role)};
  }
  return {std::make_unique<Hdf5Reader>(request.path, object)};
}

}  // namespace

FileFormat hdf5_format() { return {"HDF5", false, true, begins_hdf5, open_hdf5}; }

}  // namespace infomax::importers
