// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "infomax/data/blocks.hpp"
#include "infomax/hdf5/element_type.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::data {

/// Rows [start, start + count) of a joined data set, which lie in one file from its row `first` on.
struct FileStretch {
  std::filesystem::path path;  ///< of the file
  std::size_t first = 0;       ///< row of the file
  std::size_t start = 0;       ///< row of the joined data set
  std::size_t count = 0;       ///< number of rows
};

/// Rows [first, end) of every data set of a file.
struct FilePiece {
  std::filesystem::path path;           ///< of the file
  std::size_t first = 0;                ///< row, from 0
  std::optional<std::size_t> end = {};  ///< unset: the file's last row is in it
};

/// Collective. The files that a text names, the same on every rank: the text itself; or those that
/// match a pattern (`part-*.h5`), in the order of their bytes; or those that a list names, a file
/// that ends in .txt, a line each, relative to the list (lines that begin with # are comments). A
/// line may end in the rows that are taken, counted from 0: `a.h5 0:500,700:`. Only the root looks
/// at the file system. Throws DataError where a pattern matches nothing, a list is empty, or a line
/// takes no rows.
[[nodiscard]] std::vector<FilePiece> find_files(const mpi::Communicator& communicator,
                                                const std::string& text);

/// Several files, or rows of them, whose data sets of the same name are one, piece after piece.
/// Ranks share the look at the files, and afterwards each opens those alone that have its rows.
class FileParts {
 public:
  /// The ranks of `communicator` share the files; `name` stands for them in messages.
  FileParts(const mpi::Communicator& communicator, std::vector<FilePiece> pieces, std::string name);

  /// The file that comes first.
  [[nodiscard]] const std::filesystem::path& first_file() const { return pieces_.front().path; }
  /// Whether there is more than one file, or other rows than all of it.
  [[nodiscard]] bool is_joined() const {
    return pieces_.size() > 1 || pieces_.front().first > 0 || pieces_.front().end.has_value();
  }
  [[nodiscard]] const std::string& name() const { return name_; }  ///< as users wrote it

  /// Collective. The rows of all pieces. Throws DataError, the same on every rank, where a file
  /// cannot be read, has no such data set, fewer rows than are taken of it, or rows of another
  /// shape or type than the first.
  [[nodiscard]] std::size_t rows(const std::string& dataset);

  /// Collective the first time. Where rows [first, first + count) lie.
  [[nodiscard]] std::vector<FileStretch> stretches(const std::string& dataset, std::size_t first,
                                                   std::size_t count);

 private:
  [[nodiscard]] const std::vector<std::size_t>& starts(const std::string& dataset);

  mpi::Communicator communicator_;
  std::vector<FilePiece> pieces_;
  std::string name_;
  std::map<std::string, std::vector<std::size_t>> starts_;  // [pieces + 1]: the first row of each
};

}  // namespace infomax::data
