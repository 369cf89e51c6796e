// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include <hdf5.h>

#include "infomax/hdf5/element_type.hpp"

namespace infomax::hdf5 {

/// The memory type of an element type; HDF5 owns it.
[[nodiscard]] hid_t native_type(ElementType type);

/// The memory type for elements of a file's type. PyTables stores booleans as fields of eight bits,
/// which HDF5 does not convert, so that they are u8 only.
[[nodiscard]] hid_t memory_type(hid_t file_type, ElementType type);

/// The element type nearest to the file's type. HDF5 converts byte orders and unusual sizes on
/// reading. Throws DataError if the elements are not numbers; `where` names the data set and its
/// file.
[[nodiscard]] ElementType nearest_element_type(hid_t file_type, const std::string& where);

/// What elements are that are no numbers: "strings", "compound records".
[[nodiscard]] std::string type_class_name(hid_t file_type);

}  // namespace infomax::hdf5
