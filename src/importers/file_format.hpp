// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace infomax::importers {

enum class FileFormat : std::uint8_t { idx, npy, hdf5, text };

/// A file to import, or a data set in one.
struct FileSource {
  std::filesystem::path path;
  std::string object;  ///< "/path"; empty: the file as a whole
  FileFormat format{};
};

/// Takes "FILE" or "FILE.h5:/path" apart and looks at how the file begins. Throws DataError where
/// it cannot be read or is of no such format, UsageError where a path is given into what is not
/// HDF5.
[[nodiscard]] FileSource find_source(const std::string& text);

}  // namespace infomax::importers
