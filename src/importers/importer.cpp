// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/importers/importer.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include "importers/row_files.hpp"
#include "importers/test_rows.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/core/matrix.hpp"
#include "infomax/core/pending_file.hpp"
#include "infomax/data/datasets.hpp"
#include "infomax/data/names.hpp"
#include "infomax/hdf5/file.hpp"

namespace infomax::importers {
namespace {

constexpr std::size_t slab_bytes = std::size_t{8} << 20U;

/// A data set file in progress.
struct Output {
  explicit Output(const std::filesystem::path& path)
      : pending(path), file(hdf5::File::create(pending.path())) {}

  PendingFile pending;
  hdf5::File file;
};

/// Writes rows to a data set, one slab at a time.
class RowWriter {
 public:
  RowWriter(Output& output, const std::string& name, const RowFile& rows, std::size_t count,
            std::size_t slab_rows)
      : dataset_(make(output.pending, output.file, name, rows, count)),
        row_bytes_(rows.row_bytes()) {
    slab_.reserve(slab_rows * row_bytes_);
    places_.reserve(slab_rows);
  }

  /// Adds the row that goes behind those that were added.
  void add(std::span<const std::byte> row) { add(row, next_); }

  /// Adds the row of this place.
  void add(std::span<const std::byte> row, std::size_t place) {
    slab_.insert(slab_.end(), row.begin(), row.end());
    places_.push_back(place);
    next_ = place + 1;
  }

  /// Writes the rows that were added, in as few runs as their places allow.
  void write() {
    const std::span<const std::byte> all(slab_.data(), slab_.size());
    for (std::size_t first = 0; first < places_.size();) {
      std::size_t count = 1;
      while (first + count < places_.size() && places_[first + count] == places_[first] + count) {
        ++count;
      }
      dataset_.write_rows(places_[first], count, dataset_.element_type(),
                          all.subspan(first * row_bytes_, count * row_bytes_));
      first += count;
    }
    slab_.clear();
    places_.clear();
  }

 private:
  static hdf5::Dataset make(const PendingFile& pending, hdf5::File& file, const std::string& name,
                            const RowFile& rows, std::size_t count) {
    std::vector<std::size_t> shape = rows.shape();
    shape.front() = count;
    pending.require_room(count * rows.row_bytes());
    hdf5::Dataset dataset = file.create_dataset(name, rows.type(), shape);
    data::write_names(file, name, data::columns_attribute, rows.columns());
    data::write_names(file, name, data::classes_attribute, rows.classes());
    data::write_names(file, name, data::tokens_attribute, rows.tokens());
    data::write_fills(file, name, rows.fills());
    return dataset;
  }

  hdf5::Dataset dataset_;
  std::size_t row_bytes_;
  std::size_t next_ = 0;
  Buffer<std::byte> slab_;
  std::vector<std::size_t> places_;  ///< of the rows in slab_
};

/// Where a row of the data set goes: to one of two files, and there to this row.
struct Destination {
  bool is_test = false;
  std::size_t place = 0;
};

/// The destinations of all rows of the data set, for files that do not have them in order.
std::vector<Destination> destinations(std::size_t rows, std::optional<TestRows> test) {
  std::vector<Destination> all(rows);
  std::size_t kept = 0;
  std::size_t taken = 0;
  for (Destination& one : all) {
    one.is_test = test && test->take_next();
    one.place = one.is_test ? taken++ : kept++;
  }
  return all;
}

/// Copies all rows: those that `test` chooses to the second output, the others to the first.
ImportedDataset copy(RowFile& rows, const std::string& name, Output& output, Output* test_output,
                     std::optional<TestRows> test) {
  const std::size_t row_bytes = rows.row_bytes();
  const std::size_t slab_rows = std::clamp<std::size_t>(slab_bytes / row_bytes, 1, rows.rows());
  RowWriter kept(output, name, rows, rows.rows() - (test ? test->count() : 0), slab_rows);
  std::optional<RowWriter> taken;
  if (test) {
    taken.emplace(*test_output, name, rows, test->count(), slab_rows);
  }
  const auto places =
      rows.places().empty() ? std::vector<Destination>{} : destinations(rows.rows(), test);
  const auto add = [&](std::size_t row, std::span<const std::byte> bytes) {
    if (!places.empty()) {
      const Destination& to = places[rows.places()[row]];
      (to.is_test ? *taken : kept).add(bytes, to.place);
    } else {
      (test && test->take_next() ? *taken : kept).add(bytes);
    }
  };
  Buffer<std::byte> slab(slab_rows * row_bytes);
  for (std::size_t first = 0; first < rows.rows(); first += slab_rows) {
    const std::size_t count = std::min(slab_rows, rows.rows() - first);
    const std::span<std::byte> read(slab.data(), count * row_bytes);
    rows.read(read);
    for (std::size_t i = 0; i < count; ++i) {
      add(first + i, read.subspan(i * row_bytes, row_bytes));
    }
    kept.write();
    if (taken) {
      taken->write();
    }
  }
  rows.expect_end();
  return {rows.type(), rows.shape(), rows.columns(), rows.classes()};
}

/// Writes the numbers of rows of the trajectories that /x has, if it has several.
void write_lengths(hdf5::File& file, const std::vector<std::size_t>& lengths) {
  if (!lengths.empty()) {
    const std::vector<std::int64_t> stored(lengths.begin(), lengths.end());
    hdf5::Dataset dataset =
        file.create_dataset("/lengths", hdf5::element_type_of<std::int64_t>(), {stored.size()});
    dataset.write<std::int64_t>(0, stored.size(), stored);
  }
}

/// Writes the steps that each row of /x has, if some have fewer than there is room for.
bool write_step_counts(const RowFile& rows, Output& output, Output* test_output,
                       std::optional<TestRows> test) {
  const auto& counts = rows.step_counts();
  if (counts.empty()) {
    return false;
  }
  std::vector<std::uint32_t> in_order = counts;
  for (std::size_t k = 0; k < rows.places().size(); ++k) {
    in_order[rows.places()[k]] = counts[k];
  }
  std::vector<std::uint32_t> kept;
  std::vector<std::uint32_t> taken;
  for (const std::uint32_t count : in_order) {
    (test && test->take_next() ? taken : kept).push_back(count);
  }
  const auto write = [](hdf5::File& file, const std::vector<std::uint32_t>& lengths) {
    file.create_dataset(data::lengths_of("/x"), hdf5::element_type_of<std::uint32_t>(),
                        {lengths.size()})
        .write<std::uint32_t>(0, lengths.size(), lengths);
  };
  write(output.file, kept);
  if (test_output != nullptr) {
    write(test_output->file, taken);
  }
  return true;
}

/// Writes the names of the samples beside their rows.
void write_ids(const std::vector<std::string>& ids, Output& output, Output* test_output,
               std::optional<TestRows> test) {
  std::vector<std::string> kept;
  std::vector<std::string> taken;
  for (const std::string& id : ids) {
    (test && test->take_next() ? taken : kept).push_back(id);
  }
  output.file.write_texts(data::ids_dataset, kept);
  if (test_output != nullptr) {
    test_output->file.write_texts(data::ids_dataset, taken);
  }
}

}  // namespace

Imported import_dataset(const ImportRequest& request) {
  const RowFiles files = open_row_files(request);
  std::optional<TestRows> test;
  std::optional<Output> test_output;
  Output output(request.output);
  if (request.test) {
    if (!files.x->lengths().empty()) {
      throw UsageError(files.x->where() +
                       " has several trajectories, and `test_fraction` would take single rows out "
                       "of them; import some of the files as the test file");
    }
    test.emplace(files.x->rows(), request.test->fraction, request.test->seed);
    if (request.table.missing == MissingCells::mean ||
        request.table.missing == MissingCells::median) {
      log::warning(
          "missing cells are filled by what all rows have, also those of the test file; to keep "
          "test rows out of it, divide the table first, and import its test part with `like` the "
          "other");
    }
    test_output.emplace(request.test->output);
  }
  Output* const beside = test_output ? &*test_output : nullptr;
  Imported imported{copy(*files.x, "/x", output, beside, test), std::nullopt, false,
                    test ? test->count() : 0, files.x->lengths().size()};
  if (files.y) {
    imported.y = copy(*files.y, "/y", output, beside, test);
  }
  write_lengths(output.file, files.x->lengths());
  imported.has_step_counts = write_step_counts(*files.x, output, beside, test);
  if (!files.ids.empty()) {
    write_ids(files.ids, output, beside, test);
    imported.has_ids = true;
  }
  output.file.close();
  if (test_output) {
    test_output->file.close();
    test_output->pending.commit();
  }
  output.pending.commit();
  return imported;
}

}  // namespace infomax::importers
