#include "infomax/data/importer_idx.hpp"

#include <algorithm>
#include <string>

#include "data/idx_reader.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/matrix.hpp"
#include "infomax/core/pending_file.hpp"
#include "infomax/hdf5/file.hpp"

namespace infomax::data {
namespace {

constexpr std::size_t slab_bytes = std::size_t{8} << 20U;

ImportedDataset copy(IdxReader& reader, hdf5::File& file, const std::string& name) {
  hdf5::Dataset dataset = file.create_dataset(name, reader.type(), reader.shape());
  const std::size_t rows = dataset.rows();
  const std::size_t slab_rows = std::clamp<std::size_t>(slab_bytes / reader.row_bytes(), 1, rows);
  Buffer<std::byte> slab(slab_rows * reader.row_bytes());
  for (std::size_t first = 0; first < rows; first += slab_rows) {
    const std::size_t count = std::min(slab_rows, rows - first);
    const std::span<std::byte> part(slab.data(), count * reader.row_bytes());
    reader.read(part);
    dataset.write_rows(first, count, reader.type(), part);
  }
  reader.expect_end();
  return {reader.type(), reader.shape()};
}

}  // namespace

ImportedIdx import_idx(const std::filesystem::path& x_path, const std::filesystem::path& y_path,
                       const std::filesystem::path& output) {
  IdxReader x(x_path);
  std::optional<IdxReader> y;
  if (!y_path.empty()) {
    y.emplace(y_path);
    if (y->shape().front() != x.shape().front()) {
      throw DataError(x_path.string() + " has " + std::to_string(x.shape().front()) + " rows and " +
                      y_path.string() + " has " + std::to_string(y->shape().front()) +
                      "; give files of the same samples");
    }
  }

  PendingFile pending(output);
  hdf5::File file = hdf5::File::create(pending.path());
  ImportedIdx imported{copy(x, file, "/x"), std::nullopt};
  if (y) {
    imported.y = copy(*y, file, "/y");
  }
  file.close();
  pending.commit();
  return imported;
}

}  // namespace infomax::data
