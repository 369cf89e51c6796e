// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "infomax/core/matrix.hpp"
#include "infomax/data/normalization.hpp"
#include "infomax/hdf5/element_type.hpp"
#include "infomax/math/blas.hpp"

/// What a step reads: rows and their blocks, shards, samplers, normalisation, augmentation, labels.
namespace infomax::data {

/// Where rows are converted to: a matrix of any type that convert() takes.
using ConvertedRows = std::variant<MatrixView<float>, MatrixView<double>>;

/// The rows of a data set that this rank may read, in the element type of their file. All code
/// reads rows through this interface, which hides whether they are in memory, are a selection of
/// other rows, or come from a file page by page.
///
/// Local rows are numbered from 0 to count() - 1. A number in the data set, which error messages
/// name, is row_number() of a local row.
class RowStore {
 public:
  virtual ~RowStore() = default;

  /// Names the data set in messages: "/x in F.h5".
  [[nodiscard]] const std::string& where() const { return where_; }
  [[nodiscard]] hdf5::ElementType type() const { return type_; }  ///< of the elements
  /// The axes after the first: the shape of one row.
  [[nodiscard]] const std::vector<std::size_t>& trailing_shape() const { return trailing_; }
  [[nodiscard]] std::size_t features() const { return features_; }  ///< product of trailing axes
  [[nodiscard]] std::size_t count() const { return count_; }        ///< local rows
  /// T, where rows are sequences [T,...]: the extent of their first axis; 1 where they have no
  /// axes.
  [[nodiscard]] std::size_t steps() const { return trailing_.empty() ? 1 : trailing_.front(); }
  /// The bytes of one row in the element type.
  [[nodiscard]] std::size_t row_bytes() const { return features_ * hdf5::size(type_); }
  /// The bytes of all rows as the store holds them; of a selection, as if it held them.
  [[nodiscard]] virtual std::size_t size_bytes() const { return count_ * row_bytes(); }

  /// The number that local row `local` has in its data set. It ascends with `local`.
  [[nodiscard]] virtual std::size_t row_number(std::size_t local) const = 0;

  /// Returns all local rows of the data set that these rows were selected from, or this store if it
  /// is not a selection. Properties of the whole data set, such as its classes, are determined from
  /// them.
  [[nodiscard]] virtual const RowStore& whole() const { return *this; }

  /// Whether rows are sequences with lengths of their own, by all ranks alike: local row i has
  /// length(i) of the T steps. What follows them is padding, which is 0 in all that copy(),
  /// convert() and scan() give.
  [[nodiscard]] virtual bool has_lengths() const { return false; }

  /// The steps that a local row has, 0 to T.
  [[nodiscard]] virtual std::uint32_t length(std::size_t /*local*/) const {
    return static_cast<std::uint32_t>(steps());
  }

  /// The number of consecutive rows that are fetched together, so that a sampler should draw them
  /// close to each other; 0 if every order costs the same, as in memory.
  [[nodiscard]] virtual std::size_t page_rows() const { return 0; }

  /// The pages that are held at a time; 0 where all rows are in memory.
  [[nodiscard]] virtual std::size_t held_pages() const { return 0; }

  /// Announces rows that will be read soon, each of them once. Returns whether there is room for
  /// more announcements: never where rows are in memory, which takes none.
  [[nodiscard]] virtual bool prefetch(std::span<const std::size_t> local_rows) const;

  /// Copies rows one after another in the type of the store: out [local_rows.size() * row_bytes()].
  virtual void copy(std::span<const std::size_t> local_rows, std::span<std::byte> out) const = 0;

  /// Row i of `out` becomes local row local_rows[i], normalised: out [local_rows.size(), features].
  /// A normalisation of fewer columns, of which rows have a multiple, is that of one step, and
  /// applies to each. Allocates nothing.
  template <math::Real T>
  void convert(std::span<const std::size_t> local_rows, const Normalization& normalization,
               MatrixView<T> out) const {
    convert_rows(local_rows, normalization, out);
  }

  /// The same for local rows [first, first + out.rows()).
  template <math::Real T>
  void convert(std::size_t first, const Normalization& normalization, MatrixView<T> out) const {
    convert_range(first, normalization, out);
  }

  /// Consecutive local rows [first, first + count) as bytes of the store's element type, which are
  /// aligned for it.
  struct Run {
    std::size_t first = 0;             ///< local row
    std::size_t count = 0;             ///< number of rows
    std::span<const std::byte> bytes;  ///< [count * row_bytes()]
  };

  /// Calls `use` with all local rows in their order, run by run. The store chooses the lengths of
  /// the runs. A run's bytes are valid during the call.
  virtual void scan(const std::function<void(const Run&)>& use) const = 0;

  /// The same with typed elements: `use(first, elements)` with a span of the store's element type,
  /// [rows of the run, features].
  template <class Use>
  void scan_elements(Use&& use) const {
    hdf5::with_element_type(type_, [&]<class T>(std::type_identity<T> /*element*/) {
      scan([&](const Run& run) {
        use(run.first, std::span<const T>(reinterpret_cast<const T*>(run.bytes.data()),
                                          run.count * features_));
      });
    });
  }

  /// Returns the same rows with these columns alone. Throws DataError where rows are sequences with
  /// lengths of their own.
  [[nodiscard]] virtual std::shared_ptr<const RowStore> select_columns(
      std::span<const std::size_t> columns) const = 0;

 protected:
  /// `count` local rows of shape `trailing`; `where` names the data set in messages.
  RowStore(std::string where, hdf5::ElementType type, std::vector<std::size_t> trailing,
           std::size_t count);
  /// @{ For derived classes: a store is copied and moved as the type that it is.
  RowStore(const RowStore&) = default;
  RowStore(RowStore&&) = default;
  RowStore& operator=(const RowStore&) = default;
  RowStore& operator=(RowStore&&) = default;
  /// @}

 private:
  // Virtual functions cannot be templates: where convert() writes to says its T.
  virtual void convert_rows(std::span<const std::size_t> local_rows,
                            const Normalization& normalization, const ConvertedRows& out) const = 0;
  virtual void convert_range(std::size_t first, const Normalization& normalization,
                             const ConvertedRows& out) const = 0;

  std::string where_;
  hdf5::ElementType type_;
  std::vector<std::size_t> trailing_;
  std::size_t features_ = 1;
  std::size_t count_;
};

}  // namespace infomax::data
