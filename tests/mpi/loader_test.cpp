// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/loader.hpp"

#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/hdf5/file.hpp"
#include "support/scratch.hpp"

namespace infomax::data {
namespace {

using testing::HasSubstr;

class Loader : public test::SharedScratch {
 protected:
  template <class T>
  void make(const std::vector<std::size_t>& shape, const std::vector<T>& x,
            const std::vector<std::uint8_t>& y = {}) {
    on_root([&] {
      hdf5::File created = hdf5::File::create(file("F.h5"));
      created.create_dataset("/x", hdf5::element_type_of<T>(), shape)
          .template write<T>(0, shape.front(), x);
      created.create_dataset("/y", hdf5::ElementType::u8, {y.size()})
          .write<std::uint8_t>(0, y.size(), y);
      created.close();
    });
  }

  std::string complaint(const std::string& dataset, std::size_t rows) {
    const Shard shard = Blocks(rows, 5).shard(world_.rank(), world_.size());
    const std::string said =
        test::message_of<DataError>([&] { (void)load_rows(world_, file("F.h5"), dataset, shard); });
    EXPECT_EQ(said, world_.broadcast(said, 0));
    return said;
  }
};

TEST_F(Loader, ReadsEveryRankItsOwnShard) {
  std::vector<std::int16_t> x(19 * 6);
  std::iota(x.begin(), x.end(), std::int16_t{-20});
  std::vector<std::uint8_t> y(19);
  std::iota(y.begin(), y.end(), std::uint8_t{0});
  make({19, 2, 3}, x, y);

  // With one block all ranks but the last hold nothing.
  for (const std::size_t block_count : {1U, 3U, 7U, 240U}) {
    DatasetFile opened(world_, file("F.h5"));
    const DatasetShape shape = opened.shape("/x");
    ASSERT_EQ(shape.rows, 19U);
    EXPECT_EQ(shape.features, 6U);
    EXPECT_EQ(shape.trailing, (std::vector<std::size_t>{2, 3}));
    EXPECT_TRUE(opened.has("/y"));
    EXPECT_FALSE(opened.has("/lengths"));
    EXPECT_NO_THROW(require_equal_rows(shape, opened.shape("/y")));

    const Shard shard = Blocks(19, block_count).shard(world_.rank(), world_.size());
    const Rows images = opened.load("/x", shard);
    const Rows labels = opened.load("/y", shard);
    opened.close();

    EXPECT_EQ(images.type(), hdf5::ElementType::i16);
    EXPECT_EQ(labels.features(), 1U);
    std::uint64_t compared = 0;
    images.with_elements([&](auto elements) {
      for (std::size_t k = 0; k < elements.size(); ++k, ++compared) {
        EXPECT_EQ(static_cast<int>(elements[k]), x[shard.first_row * 6 + k]);
      }
    });
    labels.with_elements([&](auto elements) {
      for (std::size_t k = 0; k < elements.size(); ++k, ++compared) {
        EXPECT_EQ(static_cast<int>(elements[k]), y[shard.first_row + k]);
      }
    });
    EXPECT_EQ(world_.sum(compared), 19U * 7U);
  }
}

TEST_F(Loader, NamesTheFirstNumberThatIsNotFinite) {
  std::vector<double> x(40 * 5, 1.0);
  x[17 * 5 + 3] = std::numeric_limits<double>::quiet_NaN();
  x[17 * 5 + 4] = std::numeric_limits<double>::infinity();
  x[39 * 5] = std::numeric_limits<double>::infinity();
  make({40, 5}, x);
  EXPECT_EQ(complaint("/x", 40), "/x in " + file("F.h5").string() +
                                     " has nan at row 17, column 3 (counting from 0); remove or "
                                     "replace it");

  std::vector<float> large(3000 * 5, std::numeric_limits<float>::max());
  large[2999 * 5 + 2] = -std::numeric_limits<float>::infinity();
  make({3000, 5}, large);
  EXPECT_THAT(complaint("/x", 3000), HasSubstr("-inf at row 2999, column 2"));
}

TEST_F(Loader, RefusesEmptyAndMismatchedDataSets) {
  make<float>({0, 3}, {});
  EXPECT_THAT(complaint("/x", 0), HasSubstr("has no rows"));
  make<float>({3, 0}, {});
  EXPECT_THAT(complaint("/x", 3), HasSubstr("has no columns"));

  make<float>({3, 1}, {1, 2, 3}, {1, 2});
  DatasetFile opened(world_, file("F.h5"));
  const std::string said = test::message_of<DataError>(
      [&] { require_equal_rows(opened.shape("/x"), opened.shape("/y")); });
  EXPECT_THAT(said, HasSubstr("has 3 rows and /y in"));
  EXPECT_THAT(said, HasSubstr("has 2;"));
  opened.close();
}

}  // namespace
}  // namespace infomax::data
