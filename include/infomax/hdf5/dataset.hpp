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

/// A data set of numbers in an open file: N rows along the first axis. It must be gone before its
/// file is closed. Contiguous, chunked and compressed ones are read alike.
class Dataset {
 public:
  /// For File. `where` names the data set and its file in messages. Throws DataError where it holds
  /// no numbers or has no rows' axis.
  Dataset(Handle handle, std::string where, std::optional<mpi::Communicator> communicator);

  [[nodiscard]] const std::vector<std::size_t>& shape() const { return shape_; }  ///< [N, ...]
  [[nodiscard]] std::size_t rows() const { return shape_.front(); }               ///< N
  [[nodiscard]] std::size_t features() const { return features_; }  ///< product of trailing axes
  [[nodiscard]] ElementType element_type() const { return element_type_; }
  [[nodiscard]] const std::string& where() const { return where_; }  ///< "/x in F.h5"

  /// Reads rows [first, first + count) as elements of `type`, converted by HDF5, into `out`
  /// [count, features]. Collective where the file is open in parallel; count may differ and be 0.
  /// Goes in rounds of bounded bytes, of which all ranks do as many as the one with most rows.
  /// Throws DataError where the file does not yield the rows.
  void read_rows(std::size_t first, std::size_t count, ElementType type,
                 std::span<std::byte> out) const;

  /// Writes rows [first, first + count) from elements of `type` [count, features]. Collective where
  /// the file is open in parallel; count may differ and be 0. Throws SystemError.
  void write_rows(std::size_t first, std::size_t count, ElementType type,
                  std::span<const std::byte> in);

  /// Where in its file the first element is, in bytes. Throws SystemError unless the rows lie
  /// together there, which they do not in chunks or before some are written.
  [[nodiscard]] std::uint64_t offset_bytes() const;

  /// As read_rows, into elements of T.
  template <class T>
  void read(std::size_t first, std::size_t count, std::span<T> out) const {
    read_rows(first, count, element_type_of<T>(), std::as_writable_bytes(out));
  }

  /// As write_rows, from elements of T.
  template <class T>
  void write(std::size_t first, std::size_t count, std::span<const T> in) {
    write_rows(first, count, element_type_of<T>(), std::as_bytes(in));
  }

  /// All rows, serial or alike on every rank.
  template <class T>
  [[nodiscard]] std::vector<T> read_all() const {
    std::vector<T> all(rows() * features());
    read<T>(0, rows(), all);
    return all;
  }

  /// Whether MPI-IO really did the last transfer collectively. HDF5 does not where it has to
  /// convert elements (a foreign byte order): the transfer is right then, but each rank's own.
  [[nodiscard]] bool last_transfer_was_collective() const { return collective_; }

 private:
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

/// The most bytes one round of a transfer moves on a rank (at least a row; 256 MiB at start).
/// MPI-IO fails in several ways beyond 2 GiB. Lowered by tests; the same on every rank. Returns the
/// former.
std::size_t set_transfer_limit(std::size_t bytes);

}  // namespace infomax::hdf5
