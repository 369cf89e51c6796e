// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

#include "fuzz/fuzz.hpp"
#include "infomax/core/error.hpp"
#include "infomax/hdf5/file.hpp"
#include "infomax/hdf5/raw_rows.hpp"

// HDF5 files of others: their tree, attributes, numbers, texts and records; and of rows that are
// read without HDF5, whether they are those that HDF5 reads.
namespace {

using namespace infomax;

constexpr std::size_t most_bytes = std::size_t{256} << 10U;
constexpr std::size_t most_objects = 12;

void read_numbers(const hdf5::File& file, const std::string& object) {
  const hdf5::Dataset dataset = file.dataset(object);
  (void)dataset.filters();
  (void)dataset.chunk_shape();
  dataset.require_stored();
  const std::size_t row_bytes = dataset.features() * hdf5::size(dataset.element_type());
  if (row_bytes == 0 || row_bytes > most_bytes || dataset.rows() == 0) {
    return;
  }
  const std::size_t count = std::min(dataset.rows(), most_bytes / row_bytes);
  const std::size_t first = dataset.rows() - count;
  std::vector<std::byte> by_hdf5(count * row_bytes);
  fuzz::attempt([&] { dataset.read_rows(first, count, dataset.element_type(), by_hdf5); });
  fuzz::attempt([&] {
    const auto raw = hdf5::RawRows::find(dataset, file.path(), first, count);
    if (!raw) {
      return;
    }
    std::vector<std::byte> by_us(by_hdf5.size());
    raw->read(first, count, by_us);
  });
}

void read_texts(const hdf5::File& file, const std::string& object) {
  (void)file.texts(object, 0, std::min<std::size_t>(file.text_count(object), 1000));
}

void read_records(const hdf5::File& file, const std::string& object) {
  const hdf5::Records records = file.records(object);
  records.require_stored();
  for (const auto& field : records.fields()) {
    const std::size_t count = std::min<std::size_t>(records.rows(), 100);
    if (field.content == hdf5::FieldContent::texts) {
      fuzz::attempt([&] { (void)records.texts(field, 0, count); });
    } else if (field.content == hdf5::FieldContent::numbers &&
               field.elements < most_bytes / 8 / std::max<std::size_t>(1, count)) {
      std::vector<std::byte> values(count * field.elements * hdf5::size(field.type));
      fuzz::attempt([&] { records.read(field, 0, count, values); });
    }
  }
}

void read_attributes(const hdf5::File& file, const std::string& object) {
  for (const auto& name : file.attribute_names(object)) {
    fuzz::attempt([&] { (void)file.strings_attribute(object, name); });
    fuzz::attempt([&] { (void)file.reals_attribute(object, name); });
    fuzz::attempt([&] { (void)file.integer_attribute(object, name); });
    fuzz::attempt([&] { (void)file.string_attribute(object, name); });
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*count*/, char*** /*words*/) {
  fuzz::forgive_hdf5();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto& path = fuzz::as_file({data, size});
  fuzz::attempt([&] {
    const hdf5::File file = hdf5::File::open(path);
    fuzz::attempt([&] { read_attributes(file, "/"); });
    const hdf5::Tree tree = file.tree(100);
    std::size_t seen = 0;
    for (const auto& entry : tree.entries) {
      if (entry.kind != hdf5::ObjectKind::dataset || ++seen > most_objects) {
        continue;
      }
      fuzz::attempt([&] { read_attributes(file, entry.path); });
      fuzz::attempt([&] {
        if (file.holds_texts(entry.path)) {
          read_texts(file, entry.path);
        } else if (file.holds_records(entry.path)) {
          read_records(file, entry.path);
        } else {
          read_numbers(file, entry.path);
        }
      });
    }
  });
  return 0;
}
