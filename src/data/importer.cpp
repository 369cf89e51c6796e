#include "infomax/data/importer.hpp"

#include <algorithm>
#include <memory>
#include <string>

#include "data/idx_reader.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/matrix.hpp"
#include "infomax/core/pending_file.hpp"
#include "infomax/hdf5/file.hpp"

namespace infomax::data {
namespace {

constexpr std::size_t slab_bytes = std::size_t{8} << 20U;

std::unique_ptr<RowFile> open_rows(const std::filesystem::path& path) {
  return std::make_unique<IdxReader>(path);
}

ImportedDataset copy(RowFile& rows, hdf5::File& file, const std::string& name) {
  hdf5::Dataset dataset = file.create_dataset(name, rows.type(), rows.shape());
  const std::size_t row_bytes = rows.row_bytes();
  const std::size_t slab_rows = std::clamp<std::size_t>(slab_bytes / row_bytes, 1, rows.rows());
  Buffer<std::byte> slab(slab_rows * row_bytes);
  for (std::size_t first = 0; first < rows.rows(); first += slab_rows) {
    const std::size_t count = std::min(slab_rows, rows.rows() - first);
    const std::span<std::byte> part(slab.data(), count * row_bytes);
    rows.read(part);
    dataset.write_rows(first, count, rows.type(), part);
  }
  rows.expect_end();
  return {rows.type(), rows.shape()};
}

}  // namespace

Imported import_dataset(const ImportRequest& request) {
  const auto x = open_rows(request.x);
  const auto y = request.y.empty() ? nullptr : open_rows(request.y);
  if (y && y->rows() != x->rows()) {
    throw DataError(x->where() + " has " + std::to_string(x->rows()) + " rows and " + y->where() +
                    " has " + std::to_string(y->rows()) + "; give files of the same samples");
  }

  PendingFile pending(request.output);
  hdf5::File file = hdf5::File::create(pending.path());
  Imported imported{copy(*x, file, "/x"), std::nullopt};
  if (y) {
    imported.y = copy(*y, file, "/y");
  }
  file.close();
  pending.commit();
  return imported;
}

}  // namespace infomax::data
