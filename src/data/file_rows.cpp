// SPDX-License-Identifier: BSD-3-Clause
#include "data/file_rows.hpp"

namespace infomax::data {

FileRows::FileRows(const std::filesystem::path& path, const std::string& dataset, std::size_t first,
                   std::size_t count)
    : file_(hdf5::File::open(path)), dataset_(file_.dataset(dataset)) {
  raw_ = hdf5::RawRows::find(*dataset_, path, first, count);
  if (raw_) {
    dataset_.reset();
    file_.close();
  }
}

void FileRows::read(std::size_t first, std::size_t count, std::span<std::byte> out) const {
  if (raw_) {
    raw_->read(first, count, out);
  } else {
    dataset_->read_rows(first, count, dataset_->element_type(), out);
  }
}

}  // namespace infomax::data
