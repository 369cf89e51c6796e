#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <vector>

#include "infomax/hdf5/element_type.hpp"

namespace infomax::data {

/// What a data set file is made of.
struct ImportRequest {
  std::filesystem::path x;  ///< becomes /x
  std::filesystem::path y;  ///< becomes /y; may be empty
  std::filesystem::path output;
};

/// What an import wrote.
struct ImportedDataset {
  hdf5::ElementType type{};
  std::vector<std::size_t> shape;  ///< [N, ...]
};

struct Imported {
  ImportedDataset x;
  std::optional<ImportedDataset> y;
};

/// Makes a data set file of files in other formats, in the types they have. The formats: IDX, plain
/// or compressed by gzip. Goes in slabs, so files may be larger than memory; the output appears
/// under its name only when whole. Serial. Throws DataError where an input is missing, of no such
/// format or damaged, or x and y differ in rows; SystemError where the output cannot be written.
Imported import_dataset(const ImportRequest& request);

}  // namespace infomax::data
