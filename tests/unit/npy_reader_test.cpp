// SPDX-License-Identifier: BSD-3-Clause
#include "importers/npy_reader.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "importers/byte_file.hpp"
#include "importers/npy_header.hpp"
#include "infomax/core/error.hpp"
#include "support/scratch.hpp"

namespace infomax::importers {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

NpyHeader parse(const std::string& text) { return parse_npy_header(text, "F.npy"); }

std::string complaint(const std::string& text) {
  return test::message_of<DataError>([&] { (void)parse(text); });
}

TEST(NpyHeader, ReadsWhatPythonWrites) {
  const NpyHeader header =
      parse("{'descr': '>f4', 'fortran_order': False, 'shape': (3, 4), }          \n");
  EXPECT_TRUE(header.big_endian);
  EXPECT_EQ(header.kind, 'f');
  EXPECT_FALSE(header.is_fortran);
  EXPECT_TRUE(parse("{'descr': '<f4', 'fortran_order': True, 'shape': (3, 4), }").is_fortran);
  EXPECT_EQ(header.bytes, 4U);
  EXPECT_THAT(header.shape, ElementsAre(3, 4));
  EXPECT_THAT(parse("{\"shape\":(7,),\"fortran_order\":False,\"descr\":\"|u1\"}").shape,
              ElementsAre(7));
  EXPECT_TRUE(parse("{'descr':'<i8','fortran_order':False,'shape':()}").shape.empty());
}

TEST(NpyHeader, SaysWhatToDo) {
  const std::string rest = "'fortran_order': False, 'shape': (3,), }";
  for (const char* type :
       {"'<c8'", "'<f16'", "'<U10'", "'|O'", "'<i3'", "'f4'", "[('a', '<f4')]"}) {
    EXPECT_THAT(complaint(std::string("{'descr': ") + type + ", " + rest),
                HasSubstr("save integers of 8 to 64 bits"))
        << type;
  }
}

TEST(NpyHeader, RefusesDamage) {
  const std::string whole = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THAT(complaint(whole.substr(0, size)), HasSubstr("F.npy")) << size;
  }
  for (const char* text :
       {"{}", "{'descr': '<f4', 'fortran_order': 0, 'shape': (3,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-3,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': 3}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
        "{'other': '<f4', 'fortran_order': False, 'shape': (3,)}"}) {
    EXPECT_THAT(complaint(text), HasSubstr("is it damaged")) << text;
  }
}

using FortranOrder = test::Scratch;

TEST_F(FortranOrder, IsReadInBlocksOfAnySize) {
  // [5, 2, 3]: element (n, i, j) is 100 n + 10 i + j, and the first index changes fastest.
  constexpr std::size_t rows = 5;
  std::string bytes = "\x93NUMPY\x01";
  const std::string text = "{'descr': '<i2', 'fortran_order': True, 'shape': (5, 2, 3), }\n";
  bytes += std::string{'\0', static_cast<char>(text.size()), '\0'} + text;
  for (int j = 0; j < 3; ++j) {
    for (int i = 0; i < 2; ++i) {
      for (std::size_t n = 0; n < rows; ++n) {
        const auto value = static_cast<std::int16_t>(100 * static_cast<int>(n) + 10 * i + j);
        bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
      }
    }
  }
  std::ofstream(file("x.npy"), std::ios::binary) << bytes;
  std::vector<std::int16_t> expected;
  for (int n = 0; n < static_cast<int>(rows); ++n) {
    for (int k = 0; k < 6; ++k) {
      expected.push_back(static_cast<std::int16_t>(100 * n + 10 * (k / 3) + k % 3));
    }
  }
  for (const std::size_t block_bytes : {1U, 12U, 30U, 59U, 60U, 1000U}) {
    for (const std::size_t at_once : {1U, 2U, 5U}) {
      NpyReader reader(std::make_unique<ByteFile>(file("x.npy")), block_bytes);
      EXPECT_THAT(reader.shape(), ElementsAre(5, 2, 3));
      std::vector<std::int16_t> found(expected.size());
      for (std::size_t first = 0; first < rows; first += at_once) {
        const std::size_t count = std::min(at_once, rows - first);
        reader.read(std::as_writable_bytes(std::span(found).subspan(6 * first, 6 * count)));
      }
      reader.expect_end();
      EXPECT_EQ(found, expected) << block_bytes << " " << at_once;
    }
  }
}

TEST(NpyReader, KnowsEveryHalf) {
  // The definition in IEEE 754, in the order of its cases.
  for (unsigned bits = 0; bits < 0x10000U; ++bits) {
    const float found = from_half(static_cast<std::uint16_t>(bits));
    const unsigned exponent = bits >> 10U & 31U;
    const unsigned fraction = bits & 1023U;
    EXPECT_EQ(std::signbit(found), bits >= 0x8000U || (std::isnan(found) && std::signbit(found)));
    if (exponent == 31) {
      EXPECT_TRUE(fraction == 0 ? std::isinf(found) : std::isnan(found)) << bits;
    } else {
      const double magnitude = exponent == 0
                                   ? fraction / 1024.0 * std::pow(2.0, -14)
                                   : (1.0 + fraction / 1024.0) * std::pow(2.0, exponent - 15.0);
      EXPECT_EQ(static_cast<double>(std::abs(found)), magnitude) << bits;
    }
  }
}

}  // namespace
}  // namespace infomax::importers
