// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/examples.hpp"
#include "infomax/data/loader.hpp"

#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/hdf5/file.hpp"
#include "infomax/model/views.hpp"
#include "support/scratch.hpp"

namespace infomax::model {
namespace {

constexpr std::size_t rows = 23;
constexpr std::size_t rare = 17;  ///< the row with the only label above 1

class ExamplesOfAFile : public test::SharedScratch {
 protected:
  void SetUp() override {
    test::SharedScratch::SetUp();
    on_root([&] {
      auto made = hdf5::File::create(file("data.h5"));
      std::vector<std::int32_t> numbers(rows * 2);
      std::iota(numbers.begin(), numbers.end(), 0);
      made.create_dataset("/x", hdf5::ElementType::i32, {rows, 2})
          .write<std::int32_t>(0, rows, numbers);
      std::vector<std::int32_t> labels(rows, 0);
      labels[1] = 1;
      labels[rare] = 5;
      made.create_dataset("/y", hdf5::ElementType::i32, {rows})
          .write<std::int32_t>(0, rows, labels);
    });
  }

  [[nodiscard]] SplitExamples load(const PairSettings& settings, std::uint64_t seed) const {
    data::DatasetFile source(world_, file("data.h5"));
    return load_split_examples(world_, source, settings, 4, {0.2, seed});
  }

  /// Expects each local row of x to hold the numbers of its row of the file, and returns whether
  /// any rank has `wanted` among them.
  bool has_row(const Examples& examples, std::size_t wanted) const {
    const auto& x = *examples.x;
    std::int64_t found = 0;
    x.scan_elements([&](std::size_t first, auto elements) {
      for (std::size_t i = 0; i < elements.size() / x.features(); ++i) {
        const std::size_t number = x.row_number(first + i);
        EXPECT_EQ(static_cast<std::size_t>(elements[i * x.features()]), 2 * number);
        found += number == wanted ? 1 : 0;
      }
    });
    return world_.max(found) > 0;
  }
};

TEST_F(ExamplesOfAFile, CountClassesOverHeldOutRowsToo) {
  PairSettings settings;
  settings.pair = Pair::target;
  bool held_out_once = false;
  for (std::uint64_t seed = 0; seed < 30 && !held_out_once; ++seed) {
    const auto loaded = load(settings, seed);
    held_out_once = has_row(*loaded.held_out, rare);
    EXPECT_NE(has_row(loaded.training, rare), held_out_once);
    EXPECT_EQ(count_classes(world_, loaded.training, TargetKind::automatic), 6U);
    EXPECT_EQ(count_classes(world_, *loaded.held_out, TargetKind::classes), 6U);
    EXPECT_EQ(count_classes(world_, loaded.training, TargetKind::values), 0U);
  }
  EXPECT_TRUE(held_out_once);
}

TEST_F(ExamplesOfAFile, HoldOutRowsInPlace) {
  PairSettings settings;
  settings.pair = Pair::target;
  const auto loaded = load(settings, 1);
  const auto& [training, held_out] = loaded;
  EXPECT_EQ(&training.x->whole(), &held_out->x->whole());
  EXPECT_EQ(training.x->count(), training.shard.row_count);
  EXPECT_EQ(held_out->y->count(), held_out->shard.row_count);
  EXPECT_EQ(world_.sum(std::uint64_t{training.x->count()}), rows - 4);
  EXPECT_EQ(world_.sum(std::uint64_t{held_out->x->count()}), 4U);
}

TEST_F(ExamplesOfAFile, KeepRowNumbersOfTheViewsOfASplit) {
  PairSettings settings;
  settings.pair = Pair::views;
  settings.split = "columns:1";
  const auto loaded = load(settings, 1);
  for (const Examples* examples : {&loaded.training, &*loaded.held_out}) {
    EXPECT_EQ(examples->x->features(), 1U);
    EXPECT_FALSE(has_row(*examples, rows));
    for (std::size_t i = 0; i < examples->y->count(); ++i) {
      EXPECT_EQ(examples->y->row_number(i), examples->x->row_number(i));
    }
  }
}

TEST_F(ExamplesOfAFile, OfLaggedPairsNameTheRowsOfBothSides) {
  PairSettings settings;
  settings.pair = Pair::lag;
  settings.lag = 3;
  const auto loaded = load(settings, 1);
  // Of 20 pairs the last 4 are held out, from row 16 on; those before must end below it.
  EXPECT_EQ(loaded.training.blocks.rows(), 13U);
  EXPECT_EQ(loaded.training.index.rows_used(), 16U);
  EXPECT_EQ(loaded.held_out->index.rows_used(), rows);
  const auto views = make_views(settings, *loaded.held_out, false);
  const auto& shard = loaded.held_out->shard;
  for (std::size_t i = 0; i < shard.row_count; ++i) {
    EXPECT_EQ(views.a.rows->row_number(views.a.index[i].first), 16 + shard.first_row + i);
    EXPECT_EQ(views.b.rows->row_number(views.b.index[i].first), 19 + shard.first_row + i);
  }
  EXPECT_EQ(world_.sum(std::uint64_t{shard.row_count}), 4U);
}

TEST_F(ExamplesOfAFile, RefuseLengthsWhoseSumOverflowsToTheRows) {
  on_root([&] {
    auto made = hdf5::File::create(file("lengths.h5"));
    made.create_dataset("/x", hdf5::ElementType::i32, {rows, 1})
        .write<std::int32_t>(0, rows, std::vector<std::int32_t>(rows));
    const std::vector<std::uint64_t> lengths{std::numeric_limits<std::uint64_t>::max() - 9,
                                             rows + 10};
    made.create_dataset("/lengths", hdf5::ElementType::u64, {2})
        .write<std::uint64_t>(0, 2, lengths);
  });
  PairSettings settings;
  settings.pair = Pair::lag;
  data::DatasetFile source(world_, file("lengths.h5"));
  const std::string said = test::message_of<DataError>(
      [&] { (void)load_split_examples(world_, source, settings, 4, {}); });
  EXPECT_NE(said.find("adds up to"), std::string::npos) << said;
}

}  // namespace
}  // namespace infomax::model
