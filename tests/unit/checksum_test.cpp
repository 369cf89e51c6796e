// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/core/checksum.hpp"

#include <fstream>
#include <span>
#include <string_view>

#include <gtest/gtest.h>

#include "support/scratch.hpp"

namespace infomax {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// What catalogues of CRCs give for CRC-32/ISO-HDLC.
constexpr std::string_view digits = "123456789";
constexpr std::uint32_t sum_of_digits = 0xcbf43926U;

TEST(Checksum, IsTheKnownOneInOnePieceAndInTwo) {
  EXPECT_EQ(checksum({}), 0U);
  EXPECT_EQ(checksum(bytes_of(digits)), sum_of_digits);
  for (std::size_t cut = 0; cut <= digits.size(); ++cut) {
    const auto before = checksum(bytes_of(digits.substr(0, cut)));
    const auto after = bytes_of(digits.substr(cut));
    EXPECT_EQ(checksum(after, before), sum_of_digits);
    EXPECT_EQ(joined_checksum(before, checksum(after), after.size()), sum_of_digits);
  }
}

class FileChecksum : public test::Scratch {};

TEST_F(FileChecksum, IsThatOfItsBytes) {
  std::ofstream(file("digits"), std::ios::binary) << digits;
  EXPECT_EQ(file_checksum(file("digits")), "crc32:cbf43926");
  EXPECT_THROW((void)file_checksum(file("nowhere")), DataError);
}

}  // namespace
}  // namespace infomax
