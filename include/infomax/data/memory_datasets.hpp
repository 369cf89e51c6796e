// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/data/datasets.hpp"

namespace infomax::data {

/// Data sets in the caller's memory. Their names are those of a file: "/x", "/y", "/lengths", and
/// for sequences "/x_lengths" or "/x_offsets". shape() and load() also throw UsageError, the same
/// on every rank: where ranks gave a data set different shapes or types, and where a rank does not
/// hold the rows of its shard.
///
/// The simplest way is to give the whole of a data set on every rank, of which load() copies the
/// rank's shard, or, after keep_in_place(), leaves it where it is. Where that is too much memory,
/// every rank gives its own rows with add_shard(): those of Blocks::shard for as many blocks as the
/// training will have. Of sequences that lie one after another, these are its offsets with the one
/// after them, and the steps between. The pair `lag` needs more: all rows that a rank's pairs span,
/// and for the preprocessing the shard of as many blocks of the rows that all pairs use. Every rank
/// adds the same data sets, also where it has no rows of them. The elements are borrowed until the
/// training has been made, or as keep_in_place() says.
class MemoryDatasets final : public Datasets {
 public:
  /// No data sets yet. The ranks of `communicator` share the rows.
  explicit MemoryDatasets(const mpi::Communicator& communicator) : Datasets(communicator) {}

  /// All N rows, the same on every rank; `elements` [N, trailing...] are row-major, of float,
  /// double or an integer type. Throws UsageError unless they are whole rows.
  template <class T>
  void add(const std::string& dataset, std::span<const T> elements,
           std::vector<std::size_t> trailing = {}) {
    add_bytes(dataset, hdf5::element_type_of<T>(), std::as_bytes(elements), std::move(trailing), 0,
              all_rows);
  }
  /// All N rows, the same on every rank, from a matrix [N, features].
  template <class T>
  void add(const std::string& dataset, const Matrix<T>& rows) {
    add(dataset, rows.span(), {rows.columns()});
  }

  /// This rank's rows of `global_rows`, from row `first_row` on; ranks may have rows in common.
  /// Throws UsageError as add(), and where there are rows beyond the last.
  template <class T>
  void add_shard(const std::string& dataset, std::span<const T> elements,
                 std::vector<std::size_t> trailing, std::size_t first_row,
                 std::size_t global_rows) {
    add_bytes(dataset, hdf5::element_type_of<T>(), std::as_bytes(elements), std::move(trailing),
              first_row, global_rows);
  }

  /// Says that the elements of all data sets outlive all that is loaded from them, such as a
  /// training: load() then gives rows that stay where they are. By all ranks alike.
  void keep_in_place() { in_place_ = true; }

  /// Collective. Whether any rank has it.
  [[nodiscard]] bool has(const std::string& dataset) const override;

 private:
  static constexpr std::size_t all_rows = static_cast<std::size_t>(-1);

  // They also throw UsageError, the same on every rank: where ranks gave a data set different
  // shapes or types, and where a rank does not hold the rows of its shard.
  [[nodiscard]] DatasetShape stored_shape(const std::string& dataset) override;
  [[nodiscard]] Rows load_stored(const std::string& dataset, const Shard& shard) override;
  // What this rank holds, where it does not hold all.
  [[nodiscard]] Shard part_to_check(const std::string& dataset, std::size_t rows,
                                    std::size_t more) const override;

  struct Array {
    DatasetShape shape;
    std::span<const std::byte> bytes;
    std::size_t first_row = 0;
    std::size_t row_count = 0;
  };

  void add_bytes(const std::string& dataset, hdf5::ElementType type,
                 std::span<const std::byte> bytes, std::vector<std::size_t> trailing,
                 std::size_t first_row, std::size_t global_rows);
  [[nodiscard]] const Array& array(const std::string& dataset) const;

  std::map<std::string, Array> arrays_;
  bool in_place_ = false;
};

}  // namespace infomax::data
