// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace infomax::importers {

/// The description of a NumPy file's array.
struct NpyHeader {
  bool big_endian = false;
  char kind = 'f';        ///< b, i, u or f
  std::size_t bytes = 0;  ///< of an element
  std::vector<std::size_t> shape;
  bool is_fortran = false;  ///< whether the first index changes fastest from element to element
};

/// Parses the text of a header, a Python dictionary such as
/// {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }. Source: NumPy's NEP 1. Throws
/// DataError if the text is damaged or the elements are not numbers; the message says what to do.
/// `where` names the file.
[[nodiscard]] NpyHeader parse_npy_header(std::string_view text, const std::string& where);

}  // namespace infomax::importers
