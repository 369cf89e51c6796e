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

/// Whether a checkpoint has copies of its arrays, or shows them where they are, which must then
/// stay as they are until it is written.
enum class Holding : std::uint8_t { copies, views };

/// Everything a run needs to go on, in memory.
class Checkpoint {
 public:
  explicit Checkpoint(Holding holding = Holding::copies) : holding_(holding) {}

  std::uint64_t step = 0;                    ///< steps done
  std::map<std::string, std::string> texts;  ///< by name, such as "config"

  /// Takes an array in, as the checkpoint holds them; one of no elements is left out.
  template <class T>
  void put(const std::string& name, std::span<const T> values) {
    if (!values.empty()) {
      Array array{hdf5::element_type_of<T>(), {}, std::as_bytes(values)};
      if (holding_ == Holding::copies) {
        array.own.assign(array.bytes.begin(), array.bytes.end());
        array.bytes = array.own;
      }
      arrays_.insert_or_assign(name, std::move(array));
    }
  }

  /// Copies an array out. Throws DataError unless it has this type and size.
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

  /// Elements of an array, 0 where there is none of the name.
  template <class T>
  [[nodiscard]] std::size_t size(const std::string& name) const {
    const auto found = arrays_.find(name);
    return found == arrays_.end() ? 0 : found->second.bytes.size() / sizeof(T);
  }

  /// The elements and the type of each array, by name.
  struct ArrayKind {
    std::size_t elements;
    hdf5::ElementType type;
  };
  [[nodiscard]] std::map<std::string, ArrayKind> arrays() const;

  /// Throws DataError where there is none of the name.
  [[nodiscard]] const std::string& text(const std::string& name) const;

 private:
  friend Checkpoint read_checkpoint(const std::filesystem::path& path);
  friend void write_checkpoint(const std::filesystem::path& path, Checkpoint checkpoint);

  /// Each array is given up as it is written.
  void write_to(const std::filesystem::path& path, Sealer& sealer) &&;

  struct Array {
    Array(hdf5::ElementType element, Buffer<std::byte> kept, std::span<const std::byte> shown)
        : type(element), own(std::move(kept)), bytes(shown) {}
    Array(const Array&) = delete;
    Array& operator=(const Array&) = delete;
    Array(Array&&) noexcept = default;
    Array& operator=(Array&&) noexcept = default;
    ~Array() = default;

    hdf5::ElementType type;
    Buffer<std::byte> own;             // empty where another's are shown
    std::span<const std::byte> bytes;  // a moved buffer keeps its memory
  };
  Holding holding_;
  std::map<std::string, Array> arrays_;
};

/// A checkpoint that is not as it was written: cut off, or some bit of it changed.
struct DamagedError : DataError {
  using DataError::DataError;
};

/// By one rank alone. An HDF5 file behind a block of 512 bytes that tells its size and checksum.
/// Writes beside `path`, flushes, reads back, compares, and renames: under the name there is a
/// whole checkpoint, or none. Throws SystemError.
void write_checkpoint(const std::filesystem::path& path, Checkpoint checkpoint);

/// By one rank alone. Throws DamagedError where any byte of the file is not what was written,
/// DataError where it is a checkpoint of another format version.
[[nodiscard]] Checkpoint read_checkpoint(const std::filesystem::path& path);

}  // namespace infomax::train
