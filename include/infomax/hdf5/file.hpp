// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/hdf5/dataset.hpp"
#include "infomax/hdf5/element_type.hpp"
#include "infomax/hdf5/handle.hpp"
#include "infomax/hdf5/records.hpp"
#include "infomax/hdf5/tree.hpp"
#include "infomax/mpi/communicator.hpp"

/// HDF5 files, data sets and attributes, serial and parallel, over HDF5's C API.
namespace infomax::hdf5 {

class Reading;

/// The layout of a new data set in its file.
struct Layout {
  std::size_t chunk_rows = 0;  ///< rows of a chunk; 0 = contiguous
  int deflate = 0;             ///< compression level, 0 to 9; above 0 requires chunks
};

/// Whether the seal of a file that Infomax wrote is still to be compared with the file's bytes, or
/// the caller has done so.
enum class SealCheck : std::uint8_t { due, done };

/// An open HDF5 file, without file locks, which fail on many shared file systems. Object paths are
/// absolute ("/networks/b/spec"). If a file is open in parallel, all ranks must make the same
/// calls, and writing is collective.
class File {
 public:
  /// Opens a file for reading in this process alone. Throws DataError if the file is missing, is
  /// not an HDF5 file or is truncated, or was sealed by Infomax and has changed since.
  [[nodiscard]] static File open(const std::filesystem::path& path,
                                 SealCheck seal = SealCheck::due);

  /// Creates a file in this process alone and replaces an existing one. Its first
  /// `user_block_bytes` bytes (0, or a power of 2 from 512 on) are left to the caller. Throws
  /// SystemError.
  [[nodiscard]] static File create(const std::filesystem::path& path,
                                   std::size_t user_block_bytes = 0);

  /// Collective. Opens a file for reading on all ranks, over MPI-IO. Throws what open() throws, the
  /// same on every rank.
  [[nodiscard]] static File open_parallel(const mpi::Communicator& communicator,
                                          const std::filesystem::path& path);

  /// Collective. Creates a file that all ranks write, over MPI-IO. Throws SystemError.
  [[nodiscard]] static File create_parallel(const mpi::Communicator& communicator,
                                            const std::filesystem::path& path);

  /// Closes the file if it is open. While an exception unwinds, a file that is open in parallel
  /// stays open until the process ends, because other ranks may not close it.
  ~File();
  /// Leaves the other file closed.
  File(File&&) = default;
  /// Closes the file that this held, and leaves the other one closed.
  File& operator=(File&&) = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  /// Closes the file, whose data sets must be destroyed. Collective if it is open in parallel.
  /// Throws SystemError if the written data do not reach the disk; the destructor can only warn of
  /// that.
  void close();

  /// The path that the file was opened by.
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Whether the group or data set `object` exists.
  [[nodiscard]] bool exists(const std::string& object) const;

  /// Returns the names of the data sets in a group, in alphabetical order.
  [[nodiscard]] std::vector<std::string> dataset_names(const std::string& group = "/") const;

  /// Returns the objects below a group, `most` of them at most, and not those that lie deeper than
  /// any hierarchy that serves people. Links are not followed.
  [[nodiscard]] Tree tree(std::size_t most = 10000, const std::string& group = "/") const;

  /// Whether `object` exists and is a group.
  [[nodiscard]] bool is_group(const std::string& object) const;

  /// Creates a group and its parent groups. Existing groups are left unchanged.
  void create_group(const std::string& group);

  /// Opens a data set. Throws DataError if it does not exist (the message lists those of the file
  /// and guesses which one is meant) or does not hold rows of numbers.
  [[nodiscard]] Dataset dataset(const std::string& object) const;

  /// Whether a data set has strings, one a row. By all ranks alike.
  [[nodiscard]] bool holds_texts(const std::string& object) const;

  /// The number of rows of a data set of strings. Throws DataError.
  [[nodiscard]] std::size_t text_count(const std::string& object) const;

  /// Returns rows [first, first + count) of a data set of strings, of any string type, in UTF-8.
  /// For a file that this process has opened alone. Throws DataError.
  [[nodiscard]] std::vector<std::string> texts(const std::string& object, std::size_t first,
                                               std::size_t count) const;

  /// Whether a data set has records (compound elements).
  [[nodiscard]] bool holds_records(const std::string& object) const;

  /// Opens a data set of records. For a file that this process has opened alone. Throws DataError.
  [[nodiscard]] Records records(const std::string& object) const;

  /// Creates a data set and its parent groups. Its elements are undefined until they are written.
  Dataset create_dataset(const std::string& object, ElementType type,
                         const std::vector<std::size_t>& shape, Layout layout = {});

  /// Creates a data set of strings in UTF-8, of variable length, one a row. For a file that this
  /// process has opened alone. Throws SystemError.
  void write_texts(const std::string& object, std::span<const std::string> texts);

  /// Whether the object exists and has an attribute of this name.
  [[nodiscard]] bool has_attribute(const std::string& object, const std::string& name) const;

  /// Whether an attribute is the string `text`.
  [[nodiscard]] bool has_text(const std::string& object, const std::string& name,
                              std::string_view text) const;

  /// Returns the names of an object's attributes, in alphabetical order. Throws DataError if the
  /// object does not exist.
  [[nodiscard]] std::vector<std::string> attribute_names(const std::string& object) const;

  /// @{ Returns the value of an attribute. Strings may have any string type of HDF5, and are
  /// returned in UTF-8. Throws DataError if it is missing or of another kind.
  [[nodiscard]] std::string string_attribute(const std::string& object,
                                             const std::string& name) const;
  /// The bytes of a string, whatever they stand for.
  [[nodiscard]] std::string bytes_attribute(const std::string& object,
                                            const std::string& name) const;
  [[nodiscard]] std::int64_t integer_attribute(const std::string& object,
                                               const std::string& name) const;
  [[nodiscard]] double real_attribute(const std::string& object, const std::string& name) const;
  [[nodiscard]] std::vector<double> reals_attribute(const std::string& object,
                                                    const std::string& name) const;
  [[nodiscard]] std::vector<std::string> strings_attribute(const std::string& object,
                                                           const std::string& name) const;
  /// @}

  /// @{ Writes an attribute and replaces an existing one. Throws SystemError.
  void write_attribute(const std::string& object, const std::string& name, std::string_view text);
  template <std::integral T>
  void write_attribute(const std::string& object, const std::string& name, T value) {
    write_integer_attribute(object, name, static_cast<std::int64_t>(value));
  }
  void write_attribute(const std::string& object, const std::string& name, double value);
  void write_attribute(const std::string& object, const std::string& name,
                       std::span<const double> values);
  void write_attribute(const std::string& object, const std::string& name,
                       std::span<const std::string> texts);
  /// @}

 private:
  File(Handle handle, std::filesystem::path path, std::optional<mpi::Communicator> communicator);

  /// Says that HDF5 reads this file, of which it may crash, until the result is destroyed.
  [[nodiscard]] Reading enter() const;
  [[nodiscard]] std::string where(const std::string& object) const;
  [[nodiscard]] Dataset open_dataset(const std::string& object) const;
  [[nodiscard]] Handle open_object(const std::string& object) const;
  void write_integer_attribute(const std::string& object, const std::string& name,
                               std::int64_t value);

  Handle handle_;
  std::filesystem::path path_;
  std::optional<mpi::Communicator> communicator_;
  int exceptions_at_start_;
};

}  // namespace infomax::hdf5
