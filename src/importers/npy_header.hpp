// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace infomax::importers {

/// What a NumPy file says of its array.
struct NpyHeader {
  bool big_endian = false;
  char kind = 'f';        ///< b, i, u or f
  std::size_t bytes = 0;  ///< of an element
  std::vector<std::size_t> shape;
};

/// Reads the text of a header, a Python dictionary such as
/// {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }. Source: NumPy's NEP 1. Throws
/// DataError, saying what to do, where it is damaged or the array is in Fortran order or holds what
/// are not numbers; `where` names the file.
[[nodiscard]] NpyHeader parse_npy_header(std::string_view text, const std::string& where);

}  // namespace infomax::importers
