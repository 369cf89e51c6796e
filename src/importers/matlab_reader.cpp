// SPDX-License-Identifier: BSD-3-Clause
#include "importers/matlab_reader.hpp"

#include <cstring>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "importers/hdf5_reader.hpp"
#include "infomax/core/logging.hpp"

namespace infomax::importers {

bool is_of_matlab(const std::filesystem::path& path, const std::string& object) {
  return hdf5::File::open(path).has_attribute(object, "MATLAB_class");
}

std::unique_ptr<RowFile> open_matlab(const std::filesystem::path& path, const std::string& object,
                                     Role role) {
  const hdf5::File file = hdf5::File::open(path);
  const std::vector<std::size_t> shape = file.dataset(object).shape();
  const std::string where = object + " in " + path.string();
  if (shape.size() != 2) {
    log::info(fmt::format(
        "{} is of MATLAB, whose files have the axes in reverse: its rows are those of MATLAB's "
        "last axis, {}",
        where, fmt::join(shape, " x ")));
    return std::make_unique<Hdf5Reader>(path, object);
  }
  if (role == Role::y && shape[1] == 1) {
    return std::make_unique<Hdf5Reader>(path, object);
  }
  log::info(fmt::format(
      "{} is of MATLAB, whose files have matrices transposed; it is transposed back to {} x {}",
      where, shape[1], shape[0]));
  return std::make_unique<TransposedReader>(path, object);
}

TransposedReader::TransposedReader(const std::filesystem::path& path, const std::string& object)
    : RowFile(object + " in " + path.string()),
      file_(hdf5::File::open(path)),
      dataset_(file_.dataset(object)) {
  declare(dataset_.element_type(), {dataset_.shape().at(1), dataset_.shape().at(0)});
  dataset_.require_stored(most_unwritten_elements);
}

void TransposedReader::read(std::span<std::byte> rows) {
  const std::size_t element = hdf5::size(type());
  const std::size_t width = shape()[1];
  const std::size_t count = rows.size() / row_bytes();
  columns_.resize(rows.size());
  dataset_.read_columns(next_, count, type(), columns_);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < width; ++j) {
      std::memcpy(rows.data() + (i * width + j) * element,
                  columns_.data() + (j * count + i) * element, element);
    }
  }
  next_ += count;
}

}  // namespace infomax::importers
