// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "infomax/core/field_text.hpp"

namespace infomax::hdf5 {

/// The types of numbers in data sets, in this machine's byte order.
enum class ElementType : std::uint8_t { i8, u8, i16, u16, i32, u32, i64, u64, f32, f64 };

/// Names of the types, as a command line gives them.
inline constexpr std::array element_type_names{
    std::pair{"i8", ElementType::i8},   std::pair{"u8", ElementType::u8},
    std::pair{"i16", ElementType::i16}, std::pair{"u16", ElementType::u16},
    std::pair{"i32", ElementType::i32}, std::pair{"u32", ElementType::u32},
    std::pair{"i64", ElementType::i64}, std::pair{"u64", ElementType::u64},
    std::pair{"f32", ElementType::f32}, std::pair{"f64", ElementType::f64}};

/// Calls `use(std::type_identity<T>{})` with the C++ type of `type`.
template <class Use>
decltype(auto) with_element_type(ElementType type, Use&& use) {
  switch (type) {
    case ElementType::i8:
      return use(std::type_identity<std::int8_t>{});
    case ElementType::u8:
      return use(std::type_identity<std::uint8_t>{});
    case ElementType::i16:
      return use(std::type_identity<std::int16_t>{});
    case ElementType::u16:
      return use(std::type_identity<std::uint16_t>{});
    case ElementType::i32:
      return use(std::type_identity<std::int32_t>{});
    case ElementType::u32:
      return use(std::type_identity<std::uint32_t>{});
    case ElementType::i64:
      return use(std::type_identity<std::int64_t>{});
    case ElementType::u64:
      return use(std::type_identity<std::uint64_t>{});
    case ElementType::f32:
      return use(std::type_identity<float>{});
    case ElementType::f64:
      return use(std::type_identity<double>{});
  }
  throw std::logic_error("an element type that does not exist");
}

/// The narrowest integer type of at least `bytes` bytes; of 8 where these are more.
constexpr ElementType integer_type(bool is_signed, std::size_t bytes) {
  if (bytes <= 1) {
    return is_signed ? ElementType::i8 : ElementType::u8;
  }
  if (bytes <= 2) {
    return is_signed ? ElementType::i16 : ElementType::u16;
  }
  if (bytes <= 4) {
    return is_signed ? ElementType::i32 : ElementType::u32;
  }
  return is_signed ? ElementType::i64 : ElementType::u64;
}

/// The element type of a C++ type.
template <class T>
requires(std::is_arithmetic_v<T>) constexpr ElementType element_type_of() {
  if constexpr (std::is_floating_point_v<T>) {
    static_assert(sizeof(T) == 4 || sizeof(T) == 8);
    return sizeof(T) == 4 ? ElementType::f32 : ElementType::f64;
  } else {
    return integer_type(std::is_signed_v<T>, sizeof(T));
  }
}

/// The size of an element in bytes.
[[nodiscard]] std::size_t size(ElementType type);

/// Whether elements of this type are integers, signed or unsigned.
[[nodiscard]] bool is_integer(ElementType type);

/// The name of a type: "u8", "f32", ...
[[nodiscard]] const char* name(ElementType type);

}  // namespace infomax::hdf5

template <>
struct infomax::FieldText<infomax::hdf5::ElementType>
    : infomax::ChoiceText<infomax::hdf5::ElementType, infomax::hdf5::element_type_names> {};
