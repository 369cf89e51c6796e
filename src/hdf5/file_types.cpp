// SPDX-License-Identifier: BSD-3-Clause
#include "hdf5/file_types.hpp"

#include "hdf5/check.hpp"

namespace infomax::hdf5 {
namespace {

std::string class_name(H5T_class_t found) {
  switch (found) {
    case H5T_STRING:
      return "strings";
    case H5T_COMPOUND:
      return "compound records";
    case H5T_BITFIELD:
      return "bit fields";
    case H5T_OPAQUE:
      return "opaque bytes";
    case H5T_REFERENCE:
      return "references";
    case H5T_ENUM:
      return "an enumeration";
    case H5T_VLEN:
      return "rows of varying length";
    case H5T_ARRAY:
      return "arrays as elements";
    case H5T_TIME:
      return "times";
    default:
      return "elements of an unknown kind";
  }
}

}  // namespace

hid_t native_type(ElementType type) {
  switch (type) {
    case ElementType::i8:
      return H5T_NATIVE_INT8;
    case ElementType::u8:
      return H5T_NATIVE_UINT8;
    case ElementType::i16:
      return H5T_NATIVE_INT16;
    case ElementType::u16:
      return H5T_NATIVE_UINT16;
    case ElementType::i32:
      return H5T_NATIVE_INT32;
    case ElementType::u32:
      return H5T_NATIVE_UINT32;
    case ElementType::i64:
      return H5T_NATIVE_INT64;
    case ElementType::u64:
      return H5T_NATIVE_UINT64;
    case ElementType::f32:
      return H5T_NATIVE_FLOAT;
    case ElementType::f64:
      return H5T_NATIVE_DOUBLE;
  }
  return H5I_INVALID_HID;
}

hid_t memory_type(hid_t file_type, ElementType type) {
  return type == ElementType::u8 && H5Tget_class(file_type) == H5T_BITFIELD ? H5T_NATIVE_B8
                                                                            : native_type(type);
}

std::string type_class_name(hid_t file_type) { return class_name(H5Tget_class(file_type)); }

ElementType nearest_element_type(hid_t file_type, const std::string& where) {
  const H5T_class_t found = H5Tget_class(file_type);
  const std::size_t bytes = H5Tget_size(file_type);
  if (found == H5T_INTEGER && bytes <= 8) {
    return integer_type(H5Tget_sign(file_type) == H5T_SGN_2, bytes);
  }
  if (found == H5T_FLOAT) {
    return bytes <= 4 ? ElementType::f32 : ElementType::f64;
  }
  if (found == H5T_BITFIELD && bytes == 1) {
    return ElementType::u8;
  }
  if (found == H5T_ENUM) {
    // NumPy's and h5py's booleans are enumerations over int8.
    const Handle base =
        checked<DataError>(H5Tget_super(file_type), H5Tclose, "cannot read " + where);
    return nearest_element_type(base.id(), where);
  }
  const std::string kind =
      found == H5T_INTEGER ? "integers of more than 64 bits" : class_name(found);
  throw DataError(where + " holds " + kind + "; store numbers (integers or floats) there");
}

}  // namespace infomax::hdf5
