// SPDX-License-Identifier: BSD-3-Clause
#include "importers/hdf5_reader.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>

#include "importers/step_counts.hpp"
#include "importers/text_class_reader.hpp"
#include "infomax/core/error.hpp"
#include "infomax/data/datasets.hpp"
#include "infomax/data/names.hpp"

namespace infomax::importers {

Hdf5Reader::Hdf5Reader(const std::filesystem::path& path, const std::string& object,
                       std::vector<std::string> columns)
    : RowFile(object + " in " + path.string()),
      file_(hdf5::File::open(path)),
      dataset_(file_.dataset(object)) {
  declare(dataset_.element_type(), dataset_.shape());
  dataset_.require_stored(most_unwritten_elements);
  name_columns(columns.size() == dataset_.features() && !columns.empty()
                   ? std::move(columns)
                   : data::read_names(file_, object, data::columns_attribute));
  name_classes(data::read_names(file_, object, data::classes_attribute));
  name_tokens(data::read_names(file_, object, data::tokens_attribute));
  if (auto fills = data::read_fills(file_, object); fills.size() == dataset_.features()) {
    set_fills(std::move(fills));
  }
  if (object == "/x") {
    take_lengths();
    take_step_counts();
  }
}

/// Takes the steps of padded rows along.
void Hdf5Reader::take_step_counts() {
  const std::string lengths_name = data::lengths_of("/x");
  if (shape().size() < 2 || !file_.exists(lengths_name)) {
    return;
  }
  try {
    const auto lengths = file_.dataset(lengths_name).read_all<std::uint64_t>();
    const bool fits =
        lengths.size() == rows() &&
        std::ranges::all_of(lengths, [&](std::uint64_t n) { return n <= shape()[1]; });
    if (fits) {
      set_step_counts(step_counts_of(lengths, shape()[1]));
    }
  } catch (const DataError&) {
    return;  // another program's, of the same name
  }
}

/// Takes the trajectories of a data set file along, as training would find them.
void Hdf5Reader::take_lengths() {
  constexpr const char* lengths_name = "/lengths";
  if (!file_.exists(lengths_name)) {
    return;
  }
  try {
    const auto lengths = file_.dataset(lengths_name).read_all<std::uint64_t>();
    if (std::accumulate(lengths.begin(), lengths.end(), std::uint64_t{0}) == rows()) {
      set_lengths({lengths.begin(), lengths.end()});
    }
  } catch (const DataError&) {
    return;  // another program's, of the same name
  }
}

void Hdf5Reader::read(std::span<std::byte> rows) {
  const std::size_t count = rows.size() / row_bytes();
  dataset_.read_rows(next_, count, type(), rows);
  next_ += count;
}

std::unique_ptr<RowFile> read_text_classes(const std::filesystem::path& path,
                                           const std::string& object,
                                           const std::vector<std::string>& known) {
  auto file = std::make_shared<hdf5::File>(hdf5::File::open(path));
  const std::size_t rows = file->text_count(object);
  return std::make_unique<TextClassReader>(
      object + " in " + path.string(), rows,
      [file, object](std::size_t first, std::size_t count) {
        return file->texts(object, first, count);
      },
      known);
}

}  // namespace infomax::importers
