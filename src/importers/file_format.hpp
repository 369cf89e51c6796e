// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "importers/row_file.hpp"
#include "infomax/importers/importer.hpp"

namespace infomax::importers {

/// The beginning of a file, by which its format is recognised.
struct FileStart {
  std::filesystem::path path;
  std::string head;            ///< the first bytes, 1 to 4096, decompressed
  bool is_compressed = false;  ///< by gzip
};

/// The data set that a file becomes.
enum class Role : std::uint8_t { x, y };

/// A file, or an array in a file, that is to be opened.
struct OpenRequest {
  std::filesystem::path path;
  std::string object;  ///< "/path" of an array in the file; empty for the file itself
  Role role = Role::x;
  const TableOptions& table;
  const std::vector<std::string>& known_classes;  ///< the only classes allowed; empty = any
};

/// The rows of an opened file.
struct OpenedFile {
  std::unique_ptr<RowFile> rows;
  std::unique_ptr<RowFile> labels = nullptr;  ///< the columns of a table that become /y, if any
};

/// A format that can be imported. To add one, define a function that returns its description in the
/// file of its reader, and add that function to the list in file_format.cpp.
struct FileFormat {
  std::string_view name;     ///< for messages
  bool is_table = false;     ///< whether TableOptions apply to its files
  bool has_objects = false;  ///< whether "FILE:/path" names an array in a file

  /// Whether a file that begins like this has the format. Throws DataError if it has the format in
  /// a form that cannot be read.
  bool (*recognises)(const FileStart& start);

  /// Opens a file. Throws DataError if it is damaged, UsageError if the options do not fit it.
  OpenedFile (*open)(const OpenRequest& request);
};

/// A file to import, and its format.
struct FileSource {
  std::filesystem::path path;
  std::string object;  ///< "/path" of an array in the file; empty if only the file was named
  FileFormat format{};
};

/// Takes "FILE" or "FILE.h5:/path" apart and recognises the format by the beginning of the file.
/// Throws DataError if the file cannot be read or has none of the formats, UsageError if a path is
/// given and the format has no arrays with paths.
[[nodiscard]] FileSource find_source(const std::string& text);

}  // namespace infomax::importers
