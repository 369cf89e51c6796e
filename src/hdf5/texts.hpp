// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include <hdf5.h>

#include "infomax/hdf5/handle.hpp"

namespace infomax::hdf5 {

/// The strings that are read without a look at whether the file holds as many.
inline constexpr std::size_t few_texts = std::size_t{1} << 20U;

/// Fills memory with elements of a type, as H5Aread and H5Dread do.
using ReadElements = std::function<herr_t(hid_t memory_type, void* memory)>;

/// Returns `count` strings of the file's string type: of variable length, or of a fixed length that
/// ends with a null, is padded by nulls or is padded by spaces; in UTF-8. Bytes that are not UTF-8
/// are taken for Latin-1, with a warning that names `what`, whatever character set the type says.
/// Throws DataError, which starts with `failure`.
[[nodiscard]] std::vector<std::string> read_strings(hid_t file_type, std::size_t count,
                                                    const ReadElements& read,
                                                    const std::string& what,
                                                    const std::string& failure);

/// The same without any conversion of the bytes.
[[nodiscard]] std::vector<std::string> read_string_bytes(hid_t file_type, std::size_t count,
                                                         const ReadElements& read,
                                                         const std::string& failure);

/// The string type that h5py reads as text: variable length, UTF-8. It reads others as bytes.
/// Throws SystemError, which names `what`.
[[nodiscard]] Handle text_type(const std::string& what);

}  // namespace infomax::hdf5
