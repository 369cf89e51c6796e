// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/paged_rows.hpp"

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/core/matrix.hpp"
#include "infomax/hdf5/file.hpp"
#include "infomax/hdf5/raw_rows.hpp"
#include "support/scratch.hpp"

namespace infomax::data {
namespace {

using testing::HasSubstr;

constexpr std::size_t rows_in_file = 101;
constexpr std::size_t columns = 6;

/// Row i of the file is {6 i, 6 i + 1, ...}.
class PagesOfFile : public test::Scratch {
 protected:
  template <class T>
  DatasetShape write(const std::string& name, const hdf5::Layout& layout) {
    std::vector<T> elements(rows_in_file * columns);
    std::iota(elements.begin(), elements.end(), T{0});
    return write(name, layout, elements);
  }

  template <class T>
  DatasetShape write(const std::string& name, const hdf5::Layout& layout,
                     const std::vector<T>& elements) {
    path_ = file(name);
    auto created = hdf5::File::create(path_);
    auto dataset = created.create_dataset("/x", hdf5::element_type_of<T>(),
                                          {rows_in_file, 2, columns / 2}, layout);
    dataset.write(0, rows_in_file, std::span<const T>(elements));
    return {"/x in " + path_.string(),
            hdf5::element_type_of<T>(),
            rows_in_file,
            {2, columns / 2},
            columns};
  }

  std::filesystem::path path_;
};

const std::vector<hdf5::Layout> layouts{{0, 0}, {10, 0}, {7, 6}, {101, 1}};

TEST_F(PagesOfFile, HaveTheRowsOfTheFile) {
  for (std::size_t k = 0; k < layouts.size(); ++k) {
    const auto shape = write<std::int16_t>("f" + std::to_string(k) + ".h5", layouts[k]);
    for (const std::size_t page_rows : {1U, 4U, 10U, 1000U}) {
      for (const auto& range : {std::pair{0U, 101U}, {13U, 50U}, {100U, 1U}, {7U, 0U}}) {
        const std::size_t first = range.first;
        const std::size_t count = range.second;
        SCOPED_TRACE(testing::Message() << "layout " << k << ", pages of " << page_rows << ", rows "
                                        << first << " + " << count);
        const PagedRows rows(shape, {{path_, first, first, count}}, "/x", first, count, page_rows,
                             0);
        EXPECT_LE(rows.held_pages(), PagedRows::fewest_pages);
        std::size_t seen = 0;
        rows.scan_elements([&](std::size_t from, auto elements) {
          EXPECT_EQ(from * columns, seen);
          for (const auto element : elements) {
            ASSERT_EQ(static_cast<std::size_t>(element), first * columns + seen);
            ++seen;
          }
        });
        EXPECT_EQ(seen, count * columns);

        // In an order that comes back to pages after others took their place.
        std::vector<std::size_t> order;
        for (std::size_t i = 0; i < 2 * count; ++i) {
          order.push_back(i * 37 % count);
        }
        (void)rows.prefetch(order);
        std::vector<std::int16_t> copied(order.size() * columns);
        rows.copy(order, std::as_writable_bytes(std::span(copied)));
        Matrix<double> converted(order.size(), columns);
        rows.convert(
            order,
            Normalization{std::vector<double>(columns, 1.0), std::vector<double>(columns, 0.5)},
            converted.view());
        for (std::size_t i = 0; i < order.size(); ++i) {
          for (std::size_t j = 0; j < columns; ++j) {
            const auto expected = (first + order[i]) * columns + j;
            ASSERT_EQ(static_cast<std::size_t>(copied[i * columns + j]), expected);
            ASSERT_EQ(converted.view()(i, j), (static_cast<double>(expected) - 1.0) * 0.5);
          }
        }
        if (count > 2) {
          Matrix<float> range(count - 2, columns);
          rows.convert(1, Normalization{{0.0}, {1.0}}, range.view());
          EXPECT_EQ(range.view()(0, 0), static_cast<float>((first + 1) * columns));
          EXPECT_EQ(range.view()(count - 3, columns - 1),
                    static_cast<float>((first + count - 1) * columns - 1));
        }
      }
    }
  }
}

TEST_F(PagesOfFile, HoldAsManyAsFitIntoMemoryAndTakeNoMoreAnnouncementsThanThat) {
  const auto shape = write<std::int16_t>("f.h5", {});
  const std::size_t page_bytes = 2 * columns * sizeof(std::int16_t);
  const PagedRows rows(shape, {{path_, 0, 0, rows_in_file}}, "/x", 0, rows_in_file, 2,
                       20 * page_bytes);
  EXPECT_EQ(rows.held_pages(), 20U);
  EXPECT_EQ(rows.size_bytes(), 20 * page_bytes);
  std::vector<std::size_t> some(40);
  std::iota(some.begin(), some.end(), std::size_t{0});
  EXPECT_TRUE(rows.prefetch(some));
  EXPECT_FALSE(rows.prefetch(std::vector<std::size_t>{60}));
  std::vector<std::byte> bytes(40 * rows.row_bytes());
  rows.copy(some, bytes);  // after which all may make room
  EXPECT_TRUE(rows.prefetch(std::vector<std::size_t>{60}));

  const PagedRows all(shape, {{path_, 0, 0, rows_in_file}}, "/x", 0, rows_in_file, 2, 1U << 20U);
  EXPECT_EQ(all.held_pages(), 51U);
}

TEST_F(PagesOfFile, NameANumberThatIsNotFinite) {
  std::vector<float> elements(rows_in_file * columns, 1.0F);
  elements[40 * columns + 2] = std::numeric_limits<float>::infinity();
  const auto shape = write("f.h5", {10, 1}, elements);
  const PagedRows rows(shape, {{path_, 30, 30, 20}}, "/x", 30, 20, 4, 0);
  std::vector<std::byte> bytes(rows.row_bytes());
  rows.copy(std::vector<std::size_t>{2}, bytes);
  try {
    rows.copy(std::vector<std::size_t>{11}, bytes);  // of the same page as row 40
    ADD_FAILURE() << "was read";
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("has inf at row 40, column 2 (counting from 0)"));
  }
}

TEST_F(PagesOfFile, SayThatTheFileWasCut) {
  const auto shape = write<double>("f.h5", {});
  const PagedRows rows(shape, {{path_, 0, 0, rows_in_file}}, "/x", 0, rows_in_file, 1, 0);
  std::filesystem::resize_file(path_, std::filesystem::file_size(path_) - 100 * columns * 8);
  std::vector<std::byte> bytes(rows.row_bytes());
  try {
    rows.copy(std::vector<std::size_t>{90}, bytes);
    ADD_FAILURE() << "was read";
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("shorter than when it was opened"));
  }
}

TEST_F(PagesOfFile, SayThatAChunkIsDamaged) {
  const auto shape = write<double>("f.h5", {50, 9});
  const PagedRows rows(shape, {{path_, 0, 0, rows_in_file}}, "/x", 0, rows_in_file, 50, 0);
  {
    std::fstream damage(path_, std::ios::in | std::ios::out | std::ios::binary);
    const auto size = static_cast<std::streamoff>(std::filesystem::file_size(path_));
    for (std::streamoff at = 600; at < size; ++at) {
      damage.seekp(at);
      damage.put('\x55');
    }
  }
  std::vector<std::byte> bytes(rows.row_bytes());
  EXPECT_THROW(rows.copy(std::vector<std::size_t>{60}, bytes), DataError);
}

TEST_F(PagesOfFile, LeaveTheirColumnsTogether) {
  const auto shape = write<double>("f.h5", {});
  const PagedRows rows(shape, {{path_, 0, 0, rows_in_file}}, "/x", 0, rows_in_file, 50, 0);
  EXPECT_THROW((void)rows.select_columns(std::vector<std::size_t>{0}), DataError);
}

TEST_F(PagesOfFile, WithoutRowsAreRefused) {
  path_ = file("f.h5");
  auto created = hdf5::File::create(path_);
  (void)created.create_dataset("/x", hdf5::ElementType::f64, {rows_in_file, columns}, {10, 0});
  created.close();
  const auto opened = hdf5::File::open(path_);
  EXPECT_THROW((void)hdf5::RawRows::find(opened.dataset("/x"), path_, 0, rows_in_file), DataError);
}

}  // namespace
}  // namespace infomax::data
