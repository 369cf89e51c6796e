// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/model/examples.hpp"
#include "infomax/data/loader.hpp"

#include <cstdint>
#include <limits>
#include <numeric>
#include <set>
#include <span>
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
  const Examples& training = loaded.training;
  const auto& held_out = loaded.held_out;
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
  data::DatasetFile source(world_, file("data.h5"));
  const auto loaded = load_split_examples(world_, source, settings, 4, {0.2, 1, 0});
  // Of 20 pairs the last 4 are held out, from row 16 on; those before must end below it.
  EXPECT_EQ(loaded.training.blocks.rows(), 13U);
  ASSERT_EQ(loaded.training.index.used().size(), 1U);
  EXPECT_EQ(loaded.training.index.used()[0], (data::Stretch{0, 16}));
  EXPECT_EQ(loaded.stretches, 0U);
  const auto views = make_views(settings, *loaded.held_out, false);
  const auto& shard = loaded.held_out->shard;
  for (std::size_t i = 0; i < shard.row_count; ++i) {
    EXPECT_EQ(views.a.rows->row_number(views.a.index[i].first), 16 + shard.first_row + i);
    EXPECT_EQ(views.b.rows->row_number(views.b.index[i].first), 19 + shard.first_row + i);
  }
  EXPECT_EQ(world_.sum(std::uint64_t{shard.row_count}), 4U);
}

/// Every pair's rows, by their numbers in the file, which the values of x confirm.
std::vector<std::vector<std::size_t>> pairs_of(const mpi::Communicator& communicator,
                                               const Examples& examples,
                                               const PairSettings& settings) {
  std::vector<std::uint64_t> starts(rows, 0);
  const auto views = make_views(settings, examples, false);
  for (std::size_t i = 0; i < examples.shard.row_count; ++i) {
    const std::size_t a = views.a.rows->row_number(views.a.index[i].first);
    const std::size_t b = views.b.rows->row_number(views.b.index[i].first);
    EXPECT_EQ(b, a + settings.lag);
    ++starts.at(a);
  }
  communicator.sum(std::span<std::uint64_t>(starts));
  std::vector<std::vector<std::size_t>> found;
  for (std::size_t row = 0; row < rows; ++row) {
    EXPECT_LE(starts[row], 1U);
    if (starts[row] == 1) {
      found.push_back({row, row + settings.lag});
    }
  }
  return found;
}

TEST_F(ExamplesOfAFile, OfLaggedPairsHoldOutStretchesThatShareNoRow) {
  PairSettings settings;
  settings.pair = Pair::lag;
  settings.lag = 2;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    data::DatasetFile source(world_, file("data.h5"));
    const auto loaded = load_split_examples(world_, source, settings, 4, {0.3, seed, 2});
    EXPECT_EQ(loaded.stretches, 2U);
    std::set<std::size_t> held_out_rows;
    const auto held_out = pairs_of(world_, *loaded.held_out, settings);
    for (const auto& pair : held_out) {
      held_out_rows.insert(pair.begin(), pair.end());
    }
    EXPECT_EQ(held_out.size(), 6U);  // of 21
    const auto training = pairs_of(world_, loaded.training, settings);
    EXPECT_EQ(training.size(), loaded.training.blocks.rows());
    EXPECT_GE(training.size(), 21U - 6 - 2 * 4);
    double sum = 0.0;
    std::set<std::size_t> training_rows;
    for (const auto& pair : training) {
      EXPECT_FALSE(held_out_rows.contains(pair[0]) || held_out_rows.contains(pair[1])) << seed;
      training_rows.insert({pair[0], pair[0] + 1, pair[1]});
    }
    for (const std::size_t row : training_rows) {
      sum += 2.0 * static_cast<double>(row);
    }
    // A rank holds the rows of its pairs alone, and the preprocessing is that of training rows.
    has_row(loaded.training, rows);
    has_row(*loaded.held_out, rows);
    const auto fitted =
        fit_x(world_, loaded.training, source, settings, data::NormalizeMode::center);
    EXPECT_NEAR(fitted.shift[0], sum / static_cast<double>(training_rows.size()), 1e-12);
  }
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
