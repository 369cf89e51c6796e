// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/rows.hpp"

#include <cstdint>
#include <stdexcept>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/data/joined_rows.hpp"
#include "infomax/data/labels.hpp"
#include "infomax/data/sources.hpp"
#include "support/memory_rows.hpp"

namespace infomax::data {
namespace {

using testing::ElementsAre;

template <class T>
class RowsOf : public testing::Test {};
using Types = testing::Types<std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t,
                             std::uint32_t, std::int64_t, std::uint64_t, float, double>;
TYPED_TEST_SUITE(RowsOf, Types);

TYPED_TEST(RowsOf, ConvertChosenAndConsecutiveRows) {
  const Rows rows = test::rows_of<TypeParam>({0, 1, 10, 11, 20, 21, 30, 31}, 2, 0, 4);
  const Normalization normalization{{1.0, 0.0}, {0.5, 2.0}};
  const std::vector<std::size_t> chosen{3, 0, 3};

  Matrix<double> out(3, 2);
  rows.convert<double>(chosen, normalization, out.view());
  EXPECT_THAT(out.span(), ElementsAre(14.5, 62.0, -0.5, 2.0, 14.5, 62.0));

  Matrix<float> range(2, 2);
  rows.convert<float>(1, normalization, range.view());
  EXPECT_THAT(range.span(), ElementsAre(4.5F, 22.0F, 9.5F, 42.0F));
}

TEST(Rows, KeepTheirShape) {
  const Rows rows("/x in F.h5", hdf5::ElementType::u16, {3, 4}, 7, 5);
  EXPECT_EQ(rows.features(), 12U);
  EXPECT_EQ(rows.bytes().size(), 120U);
  EXPECT_EQ(rows.first_row(), 7U);
}

TEST(Rows, ThatAreBorrowedStayWhereTheyAre) {
  const std::vector<std::uint16_t> elements{1, 2, 3, 4, 5, 6};
  const auto bytes = std::as_bytes(std::span(elements));
  Rows rows("/x in memory", hdf5::ElementType::u16, {3}, 7, 2, bytes);
  EXPECT_EQ(std::as_const(rows).bytes().data(), bytes.data());
  EXPECT_THROW((void)rows.bytes(), std::logic_error);
  EXPECT_THROW(Rows("/x in memory", hdf5::ElementType::u16, {3}, 0, 1, bytes), std::logic_error);

  Matrix<double> out(1, 3);
  rows.convert<double>(1, Normalization::identity(3), out.view());
  EXPECT_THAT(out.span(), ElementsAre(4, 5, 6));
  const Rows steps = Rows::from_padded(std::move(rows), 3, {1, 2});
  EXPECT_EQ(steps.size_bytes(), 3 * sizeof(std::uint16_t));
  EXPECT_EQ(elements.front(), 1);
  const Rows kept(Rows("/x in memory", hdf5::ElementType::u16, {1}, 0, 6, bytes), 4, 0, {4, 2});
  EXPECT_EQ(kept.bytes().data(), bytes.data());
}

TEST(Rows, ConvertIntoAWiderMatrix) {
  const Rows rows = test::rows_of<std::uint8_t>({1, 2, 3, 4}, 2, 0, 2);
  Matrix<double> wide(2, 5, -1.0);
  rows.convert<double>(0, Normalization::identity(2), MatrixView<double>(wide.data() + 1, 2, 2, 5));
  EXPECT_THAT(wide.span(), ElementsAre(-1, 1, 2, -1, -1, -1, 3, 4, -1, -1));
}

TEST(Rows, ApplyTheNormalisationOfAStepToEach) {
  const Rows flat = test::rows_of<std::uint8_t>({1, 2, 3, 4}, 4, 0, 1);
  Matrix<double> out(1, 4);
  flat.convert<double>(0, Normalization{{1.0, 0.0}, {1.0, 10.0}}, out.view());
  EXPECT_THAT(out.span(), ElementsAre(0, 20, 2, 40));
  flat.convert<double>(0, Normalization{{1.0}, {2.0}}, out.view());
  EXPECT_THAT(out.span(), ElementsAre(0, 2, 4, 6));
}

TEST(Rows, OfSequencesTakeNoColumns) {
  const Rows rows(test::rows_of<std::uint8_t>({1, 2, 3}, 1, 0, 3), 2, 0, {1, 2});
  const std::vector<std::size_t> first{0};
  EXPECT_THROW((void)rows.select_columns(first), DataError);
  EXPECT_THROW(Rows(test::rows_of<std::uint8_t>({1, 2, 3}, 1, 0, 3), 2, 0, {1, 1}),
               std::logic_error);
  EXPECT_THROW(Rows(test::rows_of<std::uint8_t>({1, 2, 3}, 1, 0, 3), 2, 0, {3}), std::logic_error);
}

TEST(DatasetRows, AreConvertedTileByTile) {
  const Rows rows = test::rows_of<std::int16_t>({0, 1, 2, 3, 4, 5}, 1, 0, 6);
  const std::vector<std::size_t> chosen{5, 4, 0, 2};
  const Normalization normalization{{1.0}, {10.0}};
  const DatasetRows<float> source(rows, chosen, normalization);
  Buffer<float> scratch;

  EXPECT_EQ(source.rows(), 4U);
  EXPECT_EQ(source.columns(), 1U);
  const auto tile = source.tile(1, 2, scratch);
  ASSERT_EQ(tile.rows(), 2U);
  EXPECT_EQ(tile(0, 0), 30.0F);
  EXPECT_EQ(tile(1, 0), -10.0F);
  EXPECT_EQ(source.tile(3, 1, scratch)(0, 0), 10.0F);
}

TEST(OneHotRows, HaveAOneInTheColumnOfTheLabel) {
  const Rows rows = test::rows_of<std::uint8_t>({2, 0, 1, 3}, 1, 0, 4);
  const std::vector<std::size_t> chosen{2, 0, 1};
  const OneHotRows<double> source(rows, chosen, 3);
  Buffer<double> scratch;

  const auto tile = source.tile(0, 3, scratch);
  EXPECT_EQ(source.columns(), 3U);
  EXPECT_THAT(std::vector<double>(tile.data(), tile.data() + 9),
              ElementsAre(0, 1, 0, 0, 0, 1, 1, 0, 0));
}

TEST(OneHot, RefusesALabelThatIsNoClass) {
  Matrix<float> out(1, 3);
  const std::vector<std::size_t> last{1};
  const Rows above = test::rows_of<std::uint8_t>({0, 3}, 1, 0, 2);
  const Rows below = test::rows_of<std::int32_t>({0, -1}, 1, 0, 2);
  const Rows wide = test::rows_of<std::int32_t>({0, 1, 2, 3}, 2, 0, 2);
  const Rows real = test::rows_of<float>({0, 1}, 1, 0, 2);
  EXPECT_THROW(one_hot<float>(above, last, 3, out.view()), DataError);
  EXPECT_THROW(one_hot<float>(below, last, 3, out.view()), DataError);
  EXPECT_THROW(one_hot<float>(wide, last, 3, out.view()), DataError);
  EXPECT_THROW(one_hot<float>(real, last, 3, out.view()), DataError);
}

TEST(NormalizeMode, IsReadByName) {
  for (const auto mode : {NormalizeMode::none, NormalizeMode::scale, NormalizeMode::center,
                          NormalizeMode::standardize}) {
    EXPECT_EQ(FieldText<NormalizeMode>::parse(name(mode)), mode);
  }
  EXPECT_EQ(FieldText<NormalizeMode>::parse("centre"), std::nullopt);
  EXPECT_EQ(default_normalize_mode(hdf5::ElementType::u8), NormalizeMode::scale);
  EXPECT_EQ(default_normalize_mode(hdf5::ElementType::f32), NormalizeMode::standardize);
}

TEST(JoinedRows, HaveTheColumnsOfTheirPartsInACommonType) {
  const Rows bytes = test::rows_of<std::uint8_t>({0, 1, 2, 10, 11, 255}, 3, 0, 2);
  const Rows floats = test::rows_of<float>({0.5F, -1.5F}, 1, 0, 2);
  const Rows integers = test::rows_of<std::int32_t>({7, 16777217}, 1, 0, 2);
  EXPECT_EQ(common_type(bytes.type(), bytes.type()), hdf5::ElementType::u8);
  EXPECT_EQ(common_type(bytes.type(), floats.type()), hdf5::ElementType::f32);
  EXPECT_EQ(common_type(floats.type(), integers.type()), hdf5::ElementType::f64);

  Rows joined("joined", hdf5::ElementType::f64, {4}, 0, 2);
  put_columns(bytes, 1, 2, joined, 0);
  put_columns(floats, 0, 1, joined, 2);
  put_columns(integers, 0, 1, joined, 3);
  const auto numbers = [](const Rows& rows) {
    Matrix<double> out(rows.count(), rows.features());
    rows.convert<double>(0, Normalization::identity(rows.features()), out.view());
    return std::vector<double>(out.span().begin(), out.span().end());
  };
  EXPECT_THAT(numbers(joined), ElementsAre(1.0, 2.0, 0.5, 7.0, 11.0, 255.0, -1.5, 16777217.0));
  Rows same("same", hdf5::ElementType::u8, {2}, 0, 2);
  put_columns(bytes, 0, 1, same, 1);
  put_columns(bytes, 2, 1, same, 0);
  EXPECT_THAT(numbers(same), ElementsAre(2.0, 0.0, 255.0, 10.0));
}

TEST(JoinedRows, AreNamedByAListOfRanges) {
  EXPECT_FALSE(is_list("/x"));
  EXPECT_TRUE(is_list("/x[2:3]"));
  EXPECT_THAT(entries_of(" /a, /b[1:2] ,/c"), ElementsAre("/a", "/b[1:2]", "/c"));
  const ColumnRange whole = parse_range("/a");
  EXPECT_TRUE(whole.whole);
  EXPECT_EQ(whole.dataset, "/a");
  const ColumnRange range = parse_range("/b[:20]");
  EXPECT_EQ(range.dataset, "/b");
  EXPECT_EQ(range.first, 0U);
  EXPECT_EQ(range.end, 20U);
  for (const char* wrong : {"/a[3:3]", "/a[3]", "/a[x:4]", "/a[1:2:3]", "/a[-1:2]"}) {
    EXPECT_THROW((void)parse_range(wrong), UsageError) << wrong;
  }
}

}  // namespace
}  // namespace infomax::data
