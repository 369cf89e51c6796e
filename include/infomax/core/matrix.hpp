// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <new>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace infomax {

/// Allocates on cache-line boundaries (64 bytes, the size of an AVX-512 register) and leaves
/// numbers uninitialised: every buffer is written before it is read, and touching its pages twice
/// is slow.
template <class T>
struct AlignedAllocator {
  using value_type = T;                             ///< as allocators name it
  static constexpr std::align_val_t alignment{64};  ///< in bytes

  AlignedAllocator() = default;
  /// Allocators of all types are equal, so that a container can make its own from another one.
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>& /*other*/) noexcept {}

  /// Returns uninitialised memory for `count` elements. Throws std::bad_alloc.
  T* allocate(std::size_t count) {
    return static_cast<T*>(::operator new(count * sizeof(T), alignment));
  }
  /// Frees what allocate() returned.
  void deallocate(T* pointer, std::size_t /*count*/) noexcept {
    ::operator delete(pointer, alignment);
  }
  /// Default-initialises an element: a number keeps whatever bits its memory has.
  template <class U>
  void construct(U* pointer) noexcept(std::is_nothrow_default_constructible_v<U>) {
    ::new (static_cast<void*>(pointer)) U;
  }
  /// Constructs an element from its arguments.
  template <class U, class... Arguments>
  void construct(U* pointer, Arguments&&... arguments) {
    ::new (static_cast<void*>(pointer)) U(std::forward<Arguments>(arguments)...);
  }
  /// Always true: what one allocates, any other may free.
  friend bool operator==(const AlignedAllocator&, const AlignedAllocator&) noexcept { return true; }
};

/// A contiguous, aligned array. `Buffer<T>(n)` is uninitialised; `Buffer<T>(n, T{})` is zeroed.
template <class T>
using Buffer = std::vector<T, AlignedAllocator<T>>;

/// A borrowed row-major matrix: element (i, j) is at data[i * stride + j], stride >= columns.
template <class T>
class MatrixView {
 public:
  MatrixView() = default;
  /// A view of `data`, whose rows begin `stride` elements apart.
  MatrixView(T* data, std::size_t rows, std::size_t columns, std::size_t stride)
      : data_(data), rows_(rows), columns_(columns), stride_(stride) {}
  /// A view of `data` without gaps between rows.
  MatrixView(T* data, std::size_t rows, std::size_t columns)
      : MatrixView(data, rows, columns, columns) {}

  /// Converts a view of T to a view of const T.
  template <class U>
  requires std::is_same_v<const U, T> MatrixView(const MatrixView<U>& other)
      : MatrixView(other.data(), other.rows(), other.columns(), other.stride()) {}

  [[nodiscard]] T* data() const { return data_; }                 ///< element (0, 0)
  [[nodiscard]] std::size_t rows() const { return rows_; }        ///< number of rows
  [[nodiscard]] std::size_t columns() const { return columns_; }  ///< number of columns
  [[nodiscard]] std::size_t stride() const { return stride_; }    ///< from row to row, in elements
  [[nodiscard]] std::size_t size() const { return rows_ * columns_; }  ///< number of elements
  [[nodiscard]] bool empty() const { return size() == 0; }  ///< whether there are no elements
  /// Whether rows follow each other without gaps.
  [[nodiscard]] bool contiguous() const { return stride_ == columns_; }

  /// Element (i, j). Neither index is checked.
  [[nodiscard]] T& operator()(std::size_t i, std::size_t j) const { return data_[i * stride_ + j]; }
  /// Row i, [columns].
  [[nodiscard]] std::span<T> row(std::size_t i) const { return {data_ + i * stride_, columns_}; }

  /// The view of rows [first, first + count).
  [[nodiscard]] MatrixView row_range(std::size_t first, std::size_t count) const {
    return {data_ + first * stride_, count, columns_, stride_};
  }

 private:
  T* data_ = nullptr;
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  std::size_t stride_ = 0;
};

/// An owned, contiguous, row-major matrix. Its elements are uninitialised unless a fill is given.
template <class T>
class Matrix {
 public:
  Matrix() = default;
  /// Uninitialised elements.
  Matrix(std::size_t rows, std::size_t columns)
      : rows_(rows), columns_(columns), buffer_(rows * columns) {}
  /// All elements are `fill`.
  Matrix(std::size_t rows, std::size_t columns, T fill)
      : rows_(rows), columns_(columns), buffer_(rows * columns, fill) {}

  /// Gives it this shape, in memory that it has where that is enough. If it had another shape, its
  /// elements may be any.
  void resize(std::size_t rows, std::size_t columns) {
    rows_ = rows;
    columns_ = columns;
    buffer_.resize(rows * columns);
  }

  [[nodiscard]] std::size_t rows() const { return rows_; }           ///< number of rows
  [[nodiscard]] std::size_t columns() const { return columns_; }     ///< number of columns
  [[nodiscard]] std::size_t size() const { return buffer_.size(); }  ///< number of elements
  [[nodiscard]] bool empty() const { return buffer_.empty(); }  ///< whether there are no elements
  /// @{ Element (0, 0); row i begins i * columns() elements later.
  [[nodiscard]] T* data() { return buffer_.data(); }
  [[nodiscard]] const T* data() const { return buffer_.data(); }
  /// @}
  /// @{ All elements, row by row.
  [[nodiscard]] std::span<T> span() { return buffer_; }
  [[nodiscard]] std::span<const T> span() const { return buffer_; }
  /// @}

  /// @{ Element (i, j). Neither index is checked.
  [[nodiscard]] T& operator()(std::size_t i, std::size_t j) { return buffer_[i * columns_ + j]; }
  [[nodiscard]] const T& operator()(std::size_t i, std::size_t j) const {
    return buffer_[i * columns_ + j];
  }
  /// @}

  /// @{ The whole matrix, valid until it is resized, moved or destroyed.
  [[nodiscard]] MatrixView<T> view() { return {buffer_.data(), rows_, columns_}; }
  [[nodiscard]] MatrixView<const T> view() const { return {buffer_.data(), rows_, columns_}; }
  /// @}

 private:
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  Buffer<T> buffer_;
};

}  // namespace infomax
