// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "infomax/math/blas.hpp"
#include "infomax/mpi/communicator.hpp"
#include "infomax/mpi/shared_file.hpp"

namespace infomax::analysis {

/// The header of a NumPy file, format version 1.0, of a C-ordered array of this shape, whose
/// elements NumPy calls `type`, such as "<f4". Its length is a multiple of 64, as the format asks
/// for. Source: NumPy's NEP 1.
[[nodiscard]] std::string npy_header(std::string_view type, std::span<const std::size_t> shape);

/// The same of [rows, columns] little-endian floats of `element_bytes` (4 or 8).
[[nodiscard]] std::string npy_header(std::size_t element_bytes, std::size_t rows,
                                     std::size_t columns);

/// A NumPy file that all ranks write, each its own rows.
template <math::Real T>
class NpyFile {
 public:
  /// Collective. Throws SystemError.
  NpyFile(const mpi::Communicator& communicator, const std::filesystem::path& path,
          std::size_t rows, std::size_t columns);

  /// Collective. Rows [first, first + rows.size() / columns); their number may differ and be 0.
  void write(std::size_t first, std::span<const T> rows);

  /// Collective. Throws SystemError.
  void close() { file_.close(); }

 private:
  mpi::SharedFile file_;
  std::size_t header_bytes_;
  std::size_t columns_;
};

}  // namespace infomax::analysis
