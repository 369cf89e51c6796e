// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "infomax/hdf5/element_type.hpp"
#include "infomax/hdf5/handle.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::hdf5 {

/// A data set of numbers in an open file: N rows along the first axis, contiguous, chunked or
/// compressed. It must be destroyed before its file is closed.
class Dataset {
 public:
  /// Called by File. `where` names the data set and its file in messages. Throws DataError if the
  /// elements are not numbers or there is no axis of rows.
  Dataset(Handle handle, std::string where, std::optional<mpi::Communicator> communicator);

  [[nodiscard]] const std::vector<std::size_t>& shape() const { return shape_; }  ///< [N, ...]
  [[nodiscard]] std::size_t rows() const { return shape_.front(); }               ///< N
  [[nodiscard]] std::size_t features() const { return features_; }  ///< product of trailing axes
  /// In the file, but in this machine's byte order.
  [[nodiscard]] ElementType element_type() const { return element_type_; }
  [[nodiscard]] const std::string& where() const { return where_; }  ///< "/x in F.h5"

  /// Reads rows [first, first + count) as elements of `type`, converted by HDF5, into `out`
  /// [count, features]. Collective if the file is open in parallel; the counts may differ between
  /// ranks and be 0. Transfers a bounded number of bytes at a time; all ranks make as many
  /// transfers as the rank with the most rows. Throws DataError if the rows cannot be read.
  void read_rows(std::size_t first, std::size_t count, ElementType type,
                 std::span<std::byte> out) const;

  /// Reads columns [first, first + count) of all N rows of a data set of two axes, into `out` [N,
  /// count]. For a file that this process has opened alone. Throws DataError if they cannot be
  /// read.
  void read_columns(std::size_t first, std::size_t count, ElementType type,
                    std::span<std::byte> out) const;

  /// Writes rows [first, first + count) from elements of `type` [count, features]. Collective if
  /// the file is open in parallel; the counts may differ between ranks and be 0. Throws
  /// SystemError.
  void write_rows(std::size_t first, std::size_t count, ElementType type,
                  std::span<const std::byte> in);

  /// Returns the byte offset of the first element in the file. Throws SystemError unless the rows
  /// are contiguous in the file; chunked data sets, and those without written rows, are not.
  [[nodiscard]] std::uint64_t offset_bytes() const;

  /// The shape of a chunk; empty where rows are not in chunks.
  [[nodiscard]] std::vector<std::size_t> chunk_shape() const;
  /// The rows of a chunk; 0 where rows are not in chunks.
  [[nodiscard]] std::size_t chunk_rows() const {
    const auto shape = chunk_shape();
    return shape.empty() ? 0 : shape.front();
  }
  /// The names of the filters that chunks pass, in the order of writing: "deflate", "shuffle".
  [[nodiscard]] std::vector<std::string> filters() const;

  /// Does what read_rows() does, into elements of T.
  template <class T>
  void read(std::size_t first, std::size_t count, std::span<T> out) const {
    read_rows(first, count, element_type_of<T>(), std::as_writable_bytes(out));
  }

  /// Does what write_rows() does, from elements of T.
  template <class T>
  void write(std::size_t first, std::size_t count, std::span<const T> in) {
    write_rows(first, count, element_type_of<T>(), std::as_bytes(in));
  }

  /// Throws DataError unless the file holds all elements, or there are `few` at most. Called before
  /// memory is allocated for as many as a header declares, which may be damaged. For a file that
  /// this process has opened alone.
  void require_stored(std::size_t few = std::size_t{1} << 20U) const;

  /// Reads all rows; if the file is open in parallel, on every rank.
  template <class T>
  [[nodiscard]] std::vector<T> read_all() const {
    if (!communicator_) {
      require_stored();
    }
    std::vector<T> all(rows() * features());
    read<T>(0, rows(), all);
    return all;
  }

  /// Whether MPI-IO made the last transfer collectively. HDF5 transfers rank by rank if it has to
  /// convert elements, for example their byte order; the result is the same.
  [[nodiscard]] bool last_transfer_was_collective() const { return collective_; }

 private:
  friend class RawRows;  // which asks HDF5 where they lie

  template <class Byte, class Move>
  void transfer(std::size_t first, std::size_t count, ElementType type, std::span<Byte> memory,
                const Move& move) const;
  void check_range(std::size_t first, std::size_t count, std::size_t bytes_wanted,
                   std::size_t bytes_given) const;
  [[nodiscard]] Handle select_rows(std::size_t first, std::size_t count) const;
  [[nodiscard]] Handle memory_rows(std::size_t count) const;

  Handle handle_;
  std::string where_;
  std::optional<mpi::Communicator> communicator_;
  std::vector<std::size_t> shape_;
  std::size_t features_ = 1;
  ElementType element_type_ = ElementType::f64;
  mutable bool collective_ = false;
};

/// Sets the maximum number of bytes that a rank transfers at a time (at least a row; initially
/// 256 MiB), because MPI-IO fails in several ways beyond 2 GiB. It must be the same on every rank.
/// Returns the former limit. Tests lower it.
std::size_t set_transfer_limit(std::size_t bytes);

}  // namespace infomax::hdf5
