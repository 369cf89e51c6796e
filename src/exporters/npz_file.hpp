// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "infomax/math/blas.hpp"

namespace infomax::exporters {

/// An archive of NumPy that one rank writes: a zip archive of .npy files, stored as they are, as
/// numpy.savez makes it. All throw SystemError.
class NpzFile {
 public:
  explicit NpzFile(const std::filesystem::path& path);
  ~NpzFile();
  NpzFile(const NpzFile&) = delete;
  NpzFile& operator=(const NpzFile&) = delete;

  /// An array of this shape, the last axis fastest.
  template <math::Real T>
  void add(const std::string& name, const std::vector<std::size_t>& shape,
           std::span<const T> values);

  /// A text of ASCII, as an array without axes.
  void add_text(const std::string& name, const std::string& text);

  /// Ends the archive, which is whole only then.
  void close();

 private:
  void write(const std::string& name, const std::string& header, std::span<const std::byte> data);
  [[noreturn]] void refuse() const;

  std::filesystem::path path_;
  void* archive_;
};

}  // namespace infomax::exporters
