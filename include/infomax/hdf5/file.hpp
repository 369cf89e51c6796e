// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
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
#include "infomax/mpi/communicator.hpp"

namespace infomax::hdf5 {

/// How a new data set lies in its file.
struct Layout {
  std::size_t chunk_rows = 0;  ///< rows a chunk; 0: contiguous
  int deflate = 0;             ///< 0 to 9; above 0 compresses chunks, which it needs
};

/// An open HDF5 file, without file locks, which fail on many shared file systems. Object paths are
/// absolute ("/networks/b/spec"). Where a file is open in parallel all members are called by all
/// ranks alike, and writing is collective.
class File {
 public:
  /// For reading, by this process alone. Throws DataError where it is missing, no HDF5 file or cut
  /// off.
  [[nodiscard]] static File open(const std::filesystem::path& path);

  /// A new file, in place of one that is there, by this process alone; its first `user_block_bytes`
  /// (0, or a power of 2 from 512 on) are left to the caller. Throws SystemError.
  [[nodiscard]] static File create(const std::filesystem::path& path,
                                   std::size_t user_block_bytes = 0);

  /// Collective. For reading by all ranks, over MPI-IO; throws as open(), alike on every rank.
  [[nodiscard]] static File open_parallel(const mpi::Communicator& communicator,
                                          const std::filesystem::path& path);

  /// Collective. A new file that all ranks write, over MPI-IO. Throws SystemError.
  [[nodiscard]] static File create_parallel(const mpi::Communicator& communicator,
                                            const std::filesystem::path& path);

  /// Closes a file that was not closed, but for one open in parallel while an exception unwinds:
  /// peers may be elsewhere, so it is left to the end of the process.
  ~File();
  File(File&&) = default;
  File& operator=(File&&) = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  /// Collective where open in parallel. Its data sets must be gone. Throws SystemError where what
  /// was written does not reach the disk, of which a destructor could only warn.
  void close();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Whether `object` is there: a group or a data set.
  [[nodiscard]] bool exists(const std::string& object) const;

  /// The names of the data sets in a group, in alphabetical order.
  [[nodiscard]] std::vector<std::string> dataset_names(const std::string& group = "/") const;

  /// Makes a group and those above it; one that is there is left as it is.
  void create_group(const std::string& group);

  /// Throws DataError where there is none (it lists those at the root) or it holds no rows of
  /// numbers.
  [[nodiscard]] Dataset dataset(const std::string& object) const;

  /// A new data set, with the groups above it. Its elements are undefined until written.
  Dataset create_dataset(const std::string& object, ElementType type,
                         const std::vector<std::size_t>& shape, Layout layout = {});

  [[nodiscard]] bool has_attribute(const std::string& object, const std::string& name) const;

  /// In alphabetical order. Throws DataError where there is no such object.
  [[nodiscard]] std::vector<std::string> attribute_names(const std::string& object) const;

  /// These throw DataError where the attribute is missing or of another kind.
  [[nodiscard]] std::string string_attribute(const std::string& object,
                                             const std::string& name) const;
  [[nodiscard]] std::int64_t integer_attribute(const std::string& object,
                                               const std::string& name) const;
  [[nodiscard]] double real_attribute(const std::string& object, const std::string& name) const;
  [[nodiscard]] std::vector<double> reals_attribute(const std::string& object,
                                                    const std::string& name) const;
  [[nodiscard]] std::vector<std::string> strings_attribute(const std::string& object,
                                                           const std::string& name) const;

  /// These replace an attribute that is there. Throw SystemError.
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

 private:
  File(Handle handle, std::filesystem::path path, std::optional<mpi::Communicator> communicator);

  [[nodiscard]] std::string where(const std::string& object) const;
  [[nodiscard]] Dataset open_dataset(const std::string& object) const;
  void write_integer_attribute(const std::string& object, const std::string& name,
                               std::int64_t value);

  Handle handle_;
  std::filesystem::path path_;
  std::optional<mpi::Communicator> communicator_;
  int exceptions_at_start_;
};

}  // namespace infomax::hdf5
