// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/hdf5/element_type.hpp"

#include <array>

namespace infomax::hdf5 {

std::size_t size(ElementType type) {
  return with_element_type(type,
                           []<class T>(std::type_identity<T> /*element*/) { return sizeof(T); });
}

bool is_integer(ElementType type) { return type != ElementType::f32 && type != ElementType::f64; }

const char* name(ElementType type) {
  static constexpr std::array names{"i8",  "u8",  "i16", "u16", "i32",
                                    "u32", "i64", "u64", "f32", "f64"};
  return names.at(static_cast<std::size_t>(type));
}

}  // namespace infomax::hdf5
