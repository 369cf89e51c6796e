// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace infomax::hdf5 {

/// What a path of a file leads to.
enum class ObjectKind : std::uint8_t {
  group,    ///< which has other objects
  dataset,  ///< of elements of any type
  link,     ///< a soft or external link, which is not followed
  other     ///< such as a named type
};

/// An object of a file.
struct TreeEntry {
  std::string path;                     ///< "/rna/counts"
  ObjectKind kind = ObjectKind::group;  ///< what it is
  std::vector<std::size_t> shape;       ///< of a data set; empty for a scalar
  std::string type;         ///< of a data set: "f32", "strings", "records"; of a link its aim
  bool is_numbers = false;  ///< whether it is a data set with rows of numbers
};

/// The objects of a file, without the indices that PyTables hides.
struct Tree {
  std::vector<TreeEntry> entries;  ///< every group before what it holds, names in order
  bool is_complete = true;         ///< false if there are more, or deeper ones, than are listed
};

/// "500 x 64 f32", "group" or "link to /x".
[[nodiscard]] std::string describe(const TreeEntry& entry);

/// The data sets of numbers or strings, as a message lists them: "/data/images 500 x 64 f32,
/// /data/labels 500 i64", the first few and how many more. Empty if there are none.
[[nodiscard]] std::string list_datasets(const Tree& tree);

/// The data set of numbers that was probably meant by a path which leads to none; empty where no
/// guess is better than others. A name like the last part of the path is preferred, then the data
/// set with the most elements for "/x".
[[nodiscard]] std::string guess_dataset(const Tree& tree, const std::string& wanted);

}  // namespace infomax::hdf5
