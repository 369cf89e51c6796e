#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <vector>

#include "infomax/hdf5/element_type.hpp"

namespace infomax::data {

/// What an import wrote.
struct ImportedDataset {
  hdf5::ElementType type{};
  std::vector<std::size_t> shape;  ///< [N, ...]
};

struct ImportedIdx {
  ImportedDataset x;
  std::optional<ImportedDataset> y;
};

/// Makes a data set file of IDX files (the format of MNIST: two zero bytes, element type, number of
/// axes, big-endian extents, big-endian elements), plain or compressed by gzip: `x_path` becomes /x
/// and `y_path`, unless empty, /y, in the types they have. Goes in slabs, so files may be larger
/// than memory; the output appears under its name only when whole. Serial. Throws DataError where
/// an input is missing, no IDX file, shorter or longer than it says, or x and y differ in rows;
/// SystemError where the output cannot be written.
ImportedIdx import_idx(const std::filesystem::path& x_path, const std::filesystem::path& y_path,
                       const std::filesystem::path& output);

}  // namespace infomax::data
