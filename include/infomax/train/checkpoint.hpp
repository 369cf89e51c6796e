#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <span>
#include <string>

#include "infomax/core/error.hpp"
#include "infomax/core/matrix.hpp"
#include "infomax/hdf5/element_type.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::train {

/// The attribute `format` of a checkpoint's root.
inline constexpr const char* checkpoint_format = "infomax-checkpoint";

/// Everything a run needs to go on, in memory.
class Checkpoint {
 public:
  std::uint64_t step = 0;                    ///< steps done
  std::map<std::string, std::string> texts;  ///< by name, such as "config"

  /// Copies an array; one of no elements is left out.
  template <class T>
  void put(const std::string& name, std::span<const T> values) {
    if (!values.empty()) {
      Array array{hdf5::element_type_of<T>(), Buffer<std::byte>(values.size_bytes())};
      std::memcpy(array.bytes.data(), values.data(), values.size_bytes());
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

  /// The whole as an HDF5 file behind a block of 512 bytes that tells its size and checksum. Each
  /// array is given up as it is written.
  [[nodiscard]] Buffer<std::byte> to_file_image(const std::filesystem::path& name) &&;

 private:
  friend Checkpoint read_checkpoint(const std::filesystem::path& path);

  struct Array {
    hdf5::ElementType type;
    Buffer<std::byte> bytes;
  };
  std::map<std::string, Array> arrays_;
};

/// A checkpoint that is not as it was written: cut off, or some bit of it changed.
struct DamagedError : DataError {
  using DataError::DataError;
};

/// By one rank alone. Writes beside `path`, flushes, reads back, compares, and renames: under the
/// name there is a whole checkpoint, or none. Throws SystemError.
void write_checkpoint(const std::filesystem::path& path, Checkpoint checkpoint);

/// By one rank alone. Throws DamagedError where any byte of the file is not what was written,
/// DataError where it is a checkpoint of another format version.
[[nodiscard]] Checkpoint read_checkpoint(const std::filesystem::path& path);

}  // namespace infomax::train
