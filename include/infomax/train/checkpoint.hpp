// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <utility>

#include "infomax/core/error.hpp"
#include "infomax/core/matrix.hpp"
#include "infomax/hdf5/element_type.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::train {

class Sealer;

/// The attribute `format` of a checkpoint's root.
inline constexpr const char* checkpoint_format = "infomax-checkpoint";

/// Who owns a checkpoint's arrays. Borrowed arrays must stay unchanged until the checkpoint is
/// written.
enum class ArrayOwnership : std::uint8_t {
  copied,   ///< the checkpoint copies them
  borrowed  ///< others own them
};

/// Everything a run needs to go on, in memory.
class Checkpoint {
 public:
  /// A checkpoint of step 0 without texts and arrays.
  explicit Checkpoint(ArrayOwnership ownership = ArrayOwnership::copied) : ownership_(ownership) {}

  std::uint64_t step = 0;                    ///< steps done
  std::map<std::string, std::string> texts;  ///< by name, such as "config"

  /// Adds an array, which is copied or borrowed as the checkpoint's ownership says. An empty one is
  /// left out.
  template <class T>
  void put(const std::string& name, std::span<const T> values) {
    if (!values.empty()) {
      Array array{hdf5::element_type_of<T>(), {}, std::as_bytes(values)};
      if (ownership_ == ArrayOwnership::copied) {
        array.own.assign(array.bytes.begin(), array.bytes.end());
        array.bytes = array.own;
      }
      arrays_.insert_or_assign(name, std::move(array));
    }
  }

  /// Copies an array to `values`. Throws DataError unless it has their type and size.
  template <class T>
  void get(const std::string& name, std::span<T> values) const {
    const auto found = arrays_.find(name);
    const std::size_t bytes = found == arrays_.end() ? 0 : found->second.bytes.size();
    if (bytes != values.size_bytes() ||
        (bytes > 0 && found->second.type != hdf5::element_type_of<T>())) {
      throw DataError("the checkpoint's array " + name + " has " + std::to_string(bytes) +
                      " bytes, and this run's " + std::to_string(values.size_bytes()) +
                      "; it is of another model or optimiser");
    }
    if (bytes > 0) {
      std::memcpy(values.data(), found->second.bytes.data(), bytes);
    }
  }

  /// Returns the number of an array's elements, 0 where no array has the name.
  template <class T>
  [[nodiscard]] std::size_t size(const std::string& name) const {
    const auto found = arrays_.find(name);
    return found == arrays_.end() ? 0 : found->second.bytes.size() / sizeof(T);
  }

  /// The size and type of an array.
  struct ArrayKind {
    std::size_t elements;    ///< number of elements
    hdf5::ElementType type;  ///< of each element
  };

  /// Returns the size and the type of each array, by name.
  [[nodiscard]] std::map<std::string, ArrayKind> arrays() const;

  /// Throws DataError where no text has the name.
  [[nodiscard]] const std::string& text(const std::string& name) const;

 private:
  friend Checkpoint read_checkpoint(const std::filesystem::path& path);
  friend void write_checkpoint(const std::filesystem::path& path, Checkpoint checkpoint);

  /// Frees each array as soon as it is written.
  void write_to(const std::filesystem::path& path, Sealer& sealer) &&;

  struct Array {
    Array(hdf5::ElementType element, Buffer<std::byte> copy, std::span<const std::byte> content)
        : type(element), own(std::move(copy)), bytes(content) {}
    Array(const Array&) = delete;
    Array& operator=(const Array&) = delete;
    Array(Array&&) noexcept = default;
    Array& operator=(Array&&) noexcept = default;
    ~Array() = default;

    hdf5::ElementType type;
    Buffer<std::byte> own;             // empty where the array is borrowed
    std::span<const std::byte> bytes;  // a moved buffer keeps its memory
  };
  ArrayOwnership ownership_;
  std::map<std::string, Array> arrays_;
};

/// A checkpoint differs from what was written: it is cut off, or a bit of it has changed.
struct DamagedError : DataError {
  using DataError::DataError;
};

/// Called on one rank. Writes an HDF5 file behind a block of 512 bytes that holds the file's size
/// and checksum. Writes to a temporary name beside `path`, flushes, reads back, compares, and
/// renames, so that `path` is either a whole checkpoint or absent. Throws SystemError.
void write_checkpoint(const std::filesystem::path& path, Checkpoint checkpoint);

/// Called on one rank. Throws DamagedError where a byte of the file differs from what was written,
/// DataError where the checkpoint has another format version, SystemError where the file cannot be
/// read.
[[nodiscard]] Checkpoint read_checkpoint(const std::filesystem::path& path);

}  // namespace infomax::train
