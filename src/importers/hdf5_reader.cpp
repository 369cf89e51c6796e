// SPDX-License-Identifier: BSD-3-Clause
#include "importers/hdf5_reader.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "importers/file_format.hpp"
#include "importers/matlab_reader.hpp"
#include "infomax/core/error.hpp"
#include "infomax/data/labels.hpp"
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

constexpr std::size_t imported_at_once = 65536;

}  // namespace

Hdf5TextReader::Hdf5TextReader(const std::filesystem::path& path, const std::string& object,
                               const std::vector<std::string>& known)
    : RowFile(object + " in " + path.string()), file_(hdf5::File::open(path)), object_(object) {
  const std::size_t rows = file_.text_count(object);
  declare(hdf5::element_type_of<std::int32_t>(), {rows});
  for (const std::string& name : known) {
    numbers_.emplace(name, 0);
  }
  for (std::size_t first = 0; first < rows; first += imported_at_once) {
    const auto texts = file_.texts(object, first, std::min(imported_at_once, rows - first));
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const bool is_new = numbers_.emplace(texts[i], 0).second;
      if (is_new && !known.empty()) {
        throw DataError(fmt::format(
            "{} holds \"{}\" at row {}, which is none of the {} classes of `like`; import the file "
            "with all classes first, the other `like` it",
            where(), texts[i], first + i, known.size()));
      }
    }
    if (numbers_.size() > data::most_classes) {
      throw DataError(fmt::format(
          "{} has more than {} different strings; if they are not classes, store numbers", where(),
          data::most_classes));
    }
  }
  std::vector<std::string> names = known;
  if (known.empty()) {
    for (const auto& entry : numbers_) {
      names.push_back(entry.first);
    }
  }
  for (std::size_t c = 0; c < names.size(); ++c) {
    numbers_[names[c]] = static_cast<std::int32_t>(c);
  }
  name_classes(std::move(names));
}

void Hdf5TextReader::read(std::span<std::byte> rows) {
  const std::size_t count = rows.size() / row_bytes();
  const auto texts = file_.texts(object_, next_, count);
  for (std::size_t i = 0; i < count; ++i) {
    std::memcpy(rows.data() + i * sizeof(std::int32_t), &numbers_.at(texts[i]),
                sizeof(std::int32_t));
  }
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
  if (request.role == Role::y && hdf5::File::open(request.path).holds_texts(object)) {
    return {std::make_unique<Hdf5TextReader>(request.path, object, request.known.classes)};
  }
  if (is_of_matlab(request.path, object)) {
    return {open_matlab(request.path, object, request.role)};
  }
  return {std::make_unique<Hdf5Reader>(request.path, object)};
}

}  // namespace

FileFormat hdf5_format() {
  return {.name = "HDF5", .has_objects = true, .recognises = begins_hdf5, .open = open_hdf5};
}

}  // namespace infomax::importers
