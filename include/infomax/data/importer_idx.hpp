#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "infomax/data/destination.hpp"

namespace infomax::data {

struct IdxImport {
  std::string x_file;                 ///< rows, IDX, plain or gzip
  std::optional<std::string> y_file;  ///< labels or targets, as many as rows
  Destination destination;
};

struct Imported {
  std::size_t rows = 0;
  std::size_t features = 0;
};

/// By one rank. IDX files (the format of the MNIST family, by Y. LeCun: two zero bytes, a type, the
/// number of axes, their lengths, then big-endian elements) -> /x and /y, in the files' own element
/// types and shapes. Read in slabs, never whole. Throws DataError where a file is not IDX, ends
/// early or goes on too long, or where the counts differ.
[[nodiscard]] Imported import_idx(const IdxImport& request);

}  // namespace infomax::data
