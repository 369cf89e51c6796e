// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/hdf5/element_type.hpp"

namespace infomax::hdf5 {

std::size_t size(ElementType type) {
  return with_element_type(type,
                           []<class T>(std::type_identity<T> /*element*/) { return sizeof(T); });
}

bool is_integer(ElementType type) { return type != ElementType::f32 && type != ElementType::f64; }

const char* name(ElementType type) {
  static_assert(element_type_names.back().second == ElementType::f64);
  return element_type_names.at(static_cast<std::size_t>(type)).first;
}

}  // namespace infomax::hdf5
