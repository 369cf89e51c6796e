// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace infomax::importers {

/// The files that an input stands for, in the order of the bytes of their paths.
struct FileList {
  std::filesystem::path path;                ///< what was named, for messages
  std::vector<std::filesystem::path> files;  ///< at least one
  bool is_folder = false;
  bool is_single = true;  ///< whether a file itself was named
};

/// Finds the files of an input: those in a folder and its sub-folders, except hidden ones; those
/// that match a pattern such as "runs/*.npy"; those of a list with commas between them; otherwise
/// the file itself. Throws DataError if a folder has no files or no file matches.
[[nodiscard]] FileList list_files(const std::string& text);

/// Sub-folders of a folder as classes.
struct FolderClasses {
  std::vector<std::string> names;     ///< of the classes; empty if there are no sub-folders
  std::vector<std::size_t> of_files;  ///< the class of each file
};

/// The classes of a folder's files: the sub-folders in which they lie. Where `known` is not empty,
/// classes are numbered by it. Throws DataError if a sub-folder is none of the known classes, or
/// files lie beside sub-folders.
[[nodiscard]] FolderClasses folder_classes(const FileList& list,
                                           const std::vector<std::string>& known);

/// Whether a file's name ends with a full stop and this extension, in any case.
[[nodiscard]] bool has_extension(const std::filesystem::path& path, std::string_view extension);

}  // namespace infomax::importers
