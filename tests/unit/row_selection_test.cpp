// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/row_selection.hpp"

#include <cstdint>
#include <memory>
#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/data/labels.hpp"
#include "infomax/data/rows.hpp"
#include "support/memory_rows.hpp"

namespace infomax::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Indices = std::vector<std::size_t>;
using Store = std::shared_ptr<const RowStore>;

/// Rows 100, 101, ... of a data set, each {10 i, 10 i + 1}, i its local number.
Store rows_from_100(std::size_t count) {
  auto rows = std::make_shared<Rows>("/x in F.h5", hdf5::ElementType::i32, Indices{2},
                                     std::size_t{100}, count);
  auto* const elements = reinterpret_cast<std::int32_t*>(rows->bytes().data());
  for (std::size_t i = 0; i < count; ++i) {
    elements[2 * i] = static_cast<std::int32_t>(10 * i);
    elements[2 * i + 1] = static_cast<std::int32_t>(10 * i + 1);
  }
  return rows;
}

Store view_of(const Store& base, const Indices& rows) {
  return std::make_shared<RowSelection>(base, choose_rows(rows));
}

std::vector<double> scanned(const RowStore& rows) {
  std::vector<double> values;
  rows.scan_elements([&](std::size_t first, auto elements) {
    EXPECT_EQ(first * rows.features(), values.size());
    values.insert(values.end(), elements.begin(), elements.end());
  });
  return values;
}

TEST(RowSelection, IsSeenThroughAViewOfAView) {
  const Store all = rows_from_100(8);
  const Store odd = view_of(all, {1, 3, 5, 7});
  const Store view = view_of(odd, {0, 2, 3});  // rows 1, 5 and 7 of all

  EXPECT_EQ(view->where(), "/x in F.h5");
  EXPECT_EQ(view->count(), 3U);
  EXPECT_EQ(view->features(), 2U);
  EXPECT_EQ(view->size_bytes(), 24U);
  EXPECT_EQ(view->page_rows(), 0U);
  EXPECT_EQ((Indices{view->row_number(0), view->row_number(1), view->row_number(2)}),
            (Indices{101, 105, 107}));
  EXPECT_EQ(&view->whole(), all.get());
  EXPECT_EQ(&all->whole(), all.get());
  EXPECT_THAT(scanned(*view), ElementsAre(10, 11, 50, 51, 70, 71));

  const Normalization normalization{{1.0, 0.0}, {2.0, 1.0}};
  Matrix<double> chosen(2, 2);
  view->convert<double>(Indices{2, 0}, normalization, chosen.view());
  EXPECT_THAT(chosen.span(), ElementsAre(138, 71, 18, 11));
  Matrix<float> range(2, 2);
  view->convert<float>(1, normalization, range.view());
  EXPECT_THAT(range.span(), ElementsAre(98, 51, 138, 71));

  std::vector<std::int32_t> copied(4);
  view->copy(Indices{1, 1}, std::as_writable_bytes(std::span(copied)));
  EXPECT_THAT(copied, ElementsAre(50, 51, 50, 51));
}

TEST(RowSelection, TakesColumnsOfItsRows) {
  const Store view = view_of(view_of(rows_from_100(6), {0, 2, 4, 5}), {1, 3});
  const Store second = view->select_columns(Indices{1});
  EXPECT_EQ(second->features(), 1U);
  EXPECT_THAT(scanned(*second), ElementsAre(21, 51));
  EXPECT_EQ(second->row_number(0), 102U);
  EXPECT_EQ(second->row_number(1), 105U);
}

TEST(RowSelection, MayBeLongerThanWhatIsHandledAtOnce) {
  constexpr std::size_t count = 1300;
  const Store all = rows_from_100(2 * count);
  Indices even(count);
  for (std::size_t i = 0; i < count; ++i) {
    even[i] = 2 * i;
  }
  const Store view = view_of(all, even);
  Indices reversed(count);
  std::iota(reversed.rbegin(), reversed.rend(), std::size_t{0});
  Matrix<double> converted(count, 2);
  view->convert<double>(reversed, Normalization::identity(2), converted.view());
  const auto values = scanned(*view);
  ASSERT_EQ(values.size(), 2 * count);
  for (std::size_t i = 0; i < count; ++i) {
    ASSERT_EQ(values[2 * i], 20.0 * static_cast<double>(i));
    ASSERT_EQ(converted(count - 1 - i, 1), 20.0 * static_cast<double>(i) + 1.0);
  }
}

TEST(RowSelection, KeepsTheLengthsOfItsRows) {
  const auto base = std::make_shared<Rows>(test::rows_of<std::int32_t>({1, 2, 3, 4, 5, 6}, 1, 0, 6),
                                           3, 10, std::vector<std::uint32_t>{2, 0, 3, 1});
  const Store view = view_of(view_of(base, {1, 2, 3}), {1, 2});
  EXPECT_TRUE(view->has_lengths());
  EXPECT_EQ(view->steps(), 3U);
  EXPECT_EQ(view->length(0), 3U);
  EXPECT_EQ(view->length(1), 1U);
  EXPECT_THAT(scanned(*view), ElementsAre(3, 4, 5, 6, 0, 0));
  Matrix<double> out(2, 3);
  view->convert<double>(0, Normalization{{1.0}, {1.0}}, out.view());
  EXPECT_THAT(out.span(), ElementsAre(2, 3, 4, 5, 0, 0));
}

TEST(RowSelection, MayBeEmpty) {
  const Store none = view_of(rows_from_100(3), {});
  EXPECT_EQ(none->count(), 0U);
  EXPECT_TRUE(scanned(*none).empty());
  EXPECT_EQ(view_of(rows_from_100(0), {})->count(), 0U);
}

TEST(ChosenRows, AreDividedIntoThoseNamedAndTheOthers) {
  const Indices named{0, 3, 4};
  EXPECT_THAT(*choose_rows(named), ElementsAre(0, 3, 4));
  EXPECT_THAT(*choose_other_rows(named, 7), ElementsAre(1, 2, 5, 6));
  EXPECT_TRUE(choose_other_rows(Indices{0, 1}, 2)->empty());
  EXPECT_THAT(*choose_other_rows({}, 2), ElementsAre(0, 1));
  EXPECT_THROW((void)choose_rows(Indices{std::size_t{1} << 32U}), DataError);
}

TEST(OneHot, NamesAWrongLabelByItsRowOfTheDataSet) {
  auto labels = std::make_shared<Rows>("/y in F.h5", hdf5::ElementType::u8, Indices{},
                                       std::size_t{40}, std::size_t{6});
  const std::vector<std::uint8_t> values{0, 1, 0, 1, 9, 1};
  std::ranges::transform(values, labels->bytes().begin(),
                         [](std::uint8_t label) { return std::byte{label}; });
  const Store view = view_of(view_of(labels, {1, 3, 4, 5}), {1, 2});
  Matrix<float> out(2, 2);
  try {
    one_hot<float>(*view, Indices{0, 1}, 2, out.view());
    FAIL() << "nothing was thrown";
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("at row 44 "));
  }
  EXPECT_THAT(out.view().row(0), ElementsAre(0, 1));
}

}  // namespace
}  // namespace infomax::data
