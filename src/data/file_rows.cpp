// SPDX-License-Identifier: BSD-3-Clause
#include "data/file_rows.hpp"

#include <algorithm>

#include "infomax/hdf5/library.hpp"

namespace infomax::data {

FileRows::FileRows(const std::vector<FileStretch>& stretches, const std::string& dataset) {
  for (const FileStretch& stretch : stretches) {
    Part part{stretch, hdf5::File::open(stretch.path), std::nullopt, std::nullopt};
    part.dataset = part.file.dataset(dataset);
    part.raw = hdf5::RawRows::find(*part.dataset, stretch.path, stretch.first, stretch.count);
    if (part.raw) {
      part.dataset.reset();
      part.file.close();
    }
    parts_.push_back(std::move(part));
  }
}

bool FileRows::for_any_thread() const {
  return std::ranges::all_of(parts_, [](const Part& part) { return part.raw.has_value(); });
}

void FileRows::read(std::size_t first, std::size_t count, std::span<std::byte> out) const {
  if (count == 0) {
    return;
  }
  const std::size_t row_bytes = out.size() / count;
  for (const Part& part : parts_) {
    const FileStretch& stretch = part.stretch;
    const std::size_t from = std::max(first, stretch.start);
    const std::size_t to = std::min(first + count, stretch.start + stretch.count);
    if (from >= to) {
      continue;
    }
    const std::size_t row = stretch.first + (from - stretch.start);
    const auto bytes = out.subspan((from - first) * row_bytes, (to - from) * row_bytes);
    if (part.raw) {
      part.raw->read(row, to - from, bytes);
    } else {
      const auto turn = hdf5::take_turn();  // a checkpoint may be written meanwhile
      part.dataset->read_rows(row, to - from, part.dataset->element_type(), bytes);
    }
  }
}

}  // namespace infomax::data
