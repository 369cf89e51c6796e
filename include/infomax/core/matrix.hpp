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
  using value_type = T;
  static constexpr std::align_val_t alignment{64};

  AlignedAllocator() = default;
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>& /*other*/) noexcept {}

  T* allocate(std::size_t count) {
    return static_cast<T*>(::operator new(count * sizeof(T), alignment));
  }
  void deallocate(T* pointer, std::size_t /*count*/) noexcept {
    ::operator delete(pointer, alignment);
  }
  template <class U>
  void construct(U* pointer) noexcept(std::is_nothrow_default_constructible_v<U>) {
    ::new (static_cast<void*>(pointer)) U;
  }
  template <class U, class... Arguments>
  void construct(U* pointer, Arguments&&... arguments) {
    ::new (static_cast<void*>(pointer)) U(std::forward<Arguments>(arguments)...);
  }
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
  MatrixView(T* data, std::size_t rows, std::size_t columns, std::size_t stride)
      : data_(data), rows_(rows), columns_(columns), stride_(stride) {}
  MatrixView(T* data, std::size_t rows, std::size_t columns)
      : MatrixView(data, rows, columns, columns) {}

  /// Converts a view of T to a view of const T.
  template <class U>
  requires std::is_same_v<const U, T> MatrixView(const MatrixView<U>& other)
      : MatrixView(other.data(), other.rows(), other.columns(), other.stride()) {}

  [[nodiscard]] T* data() const { return data_; }
  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t columns() const { return columns_; }
  [[nodiscard]] std::size_t stride() const { return stride_; }
  [[nodiscard]] std::size_t size() const { return rows_ * columns_; }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] bool contiguous() const { return stride_ == columns_; }

  [[nodiscard]] T& operator()(std::size_t i, std::size_t j) const { return data_[i * stride_ + j]; }
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
  Matrix(std::size_t rows, std::size_t columns)
      : rows_(rows), columns_(columns), buffer_(rows * columns) {}
  Matrix(std::size_t rows, std::size_t columns, T fill)
      : rows_(rows), columns_(columns), buffer_(rows * columns, fill) {}

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t columns() const { return columns_; }
  [[nodiscard]] std::size_t size() const { return buffer_.size(); }
  [[nodiscard]] bool empty() const { return buffer_.empty(); }
  [[nodiscard]] T* data() { return buffer_.data(); }
  [[nodiscard]] const T* data() const { return buffer_.data(); }
  [[nodiscard]] std::span<T> span() { return buffer_; }
  [[nodiscard]] std::span<const T> span() const { return buffer_; }

  [[nodiscard]] T& operator()(std::size_t i, std::size_t j) { return buffer_[i * columns_ + j]; }
  [[nodiscard]] const T& operator()(std::size_t i, std::size_t j) const {
    return buffer_[i * columns_ + j];
  }

  [[nodiscard]] MatrixView<T> view() { return {buffer_.data(), rows_, columns_}; }
  [[nodiscard]] MatrixView<const T> view() const { return {buffer_.data(), rows_, columns_}; }

 private:
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  Buffer<T> buffer_;
};

}  // namespace infomax
