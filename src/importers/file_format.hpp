// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "importers/file_list.hpp"
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

/// What a data set file of an earlier import says of the one that shall be like it.
struct Known {
  std::vector<std::string> classes;  ///< the only classes allowed; empty = any
  std::vector<std::string> tokens;   ///< the only tokens with numbers of their own; empty = any
  std::vector<std::size_t> row;      ///< the shape of a row of /x; empty = any
  std::vector<std::string> columns;  ///< names of the columns to get; empty = any
  std::vector<double> fills;         ///< of missing cells, by column; empty = the file's own
};

/// A file, an array in a file, or several files, to be opened.
struct OpenRequest {
  std::filesystem::path path;  ///< the file
  std::string object;          ///< "/path" of an array in the file; empty for the file itself
  Role role = Role::x;
  const TableOptions& table;
  const ReadingOptions& reading;
  const Known& known;
  const FileList& list;  ///< all files, for formats that take several
};

/// The rows of an opened file.
struct OpenedFile {
  std::unique_ptr<RowFile> rows;
  std::unique_ptr<RowFile> labels = nullptr;  ///< what becomes /y, if the file says it too
  std::vector<std::string> ids = {};          ///< of all rows; empty unless the options name ids
  std::vector<bool> incomplete = {};          ///< the rows to leave out; empty if there are none
};

/// A format that can be imported. To add one, define a function that returns its description in the
/// file of its reader, and add that function to the list in file_format.cpp.
struct FileFormat {
  std::string_view name;       ///< for messages
  bool is_table = false;       ///< whether TableOptions apply to its files
  bool takes_labels = false;   ///< whether `label` and `drop` may name columns of its files
  bool has_objects = false;    ///< whether "FILE:/path" names an array in a file
  bool opens_several = false;  ///< whether open() takes all files of a list at once
  bool takes_frames = false;   ///< whether `frames` applies, and `length` with `frames` mel
  bool takes_tokens = false;   ///< whether `tokens` and `length` apply

  /// Whether a file that begins like this has the format. Throws DataError if it has the format in
  /// a form that cannot be read.
  bool (*recognises)(const FileStart& start) = nullptr;

  /// Opens a file. Throws DataError if it is damaged, UsageError if the options do not fit it.
  OpenedFile (*open)(const OpenRequest& request) = nullptr;
};

/// The files of an input, and their format.
struct FileSource {
  FileList list;
  std::string object;  ///< "/path" of an array in the file; empty if only the file was named
  FileFormat format{};
};

/// Takes "FILE" or "FILE.h5:/path" apart and recognises the format by the beginning of the file; of
/// several files by that of all. Files of a folder that have another format are left out, with a
/// line. Throws DataError if a file cannot be read or has none of the formats,
/// UsageError if a path is given and the format has no arrays with paths.
[[nodiscard]] FileSource find_source(const std::string& text, const ReadingOptions& reading);

/// Opens an input. Files of a format that does not take several are opened one after another, as
/// trajectories.
[[nodiscard]] OpenedFile open_source(const FileSource& source, Role role, const TableOptions& table,
                                     const ReadingOptions& reading, const Known& known);

}  // namespace infomax::importers
