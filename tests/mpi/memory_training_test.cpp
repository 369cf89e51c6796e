// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/memory_datasets.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/data/loader.hpp"
#include "infomax/hdf5/file.hpp"
#include "infomax/math/blas_runtime.hpp"
#include "infomax/train/training.hpp"
#include "support/memory_rows.hpp"
#include "support/scratch.hpp"

namespace infomax::train {
namespace {

using testing::HasSubstr;

constexpr std::size_t rows = 131;  // divisible by no number of ranks here
constexpr std::size_t features = 5;
constexpr std::size_t blocks = 7;

/// What a training came to on this rank.
struct Trained {
  std::vector<double> parameters;
  double objective = 0.0;
  std::optional<BestSummary> best;
  TrainingOverview overview;
};

/// Training from rows in memory beside the same training from a file.
class MemoryTraining : public test::SharedScratch {
 protected:
  void SetUp() override {
    test::SharedScratch::SetUp();
    threads_ = math::blas_threads();
    for (std::size_t i = 0; i < rows; ++i) {
      y_.push_back(x_(i, 0) < 0.0 ? 0 : x_(i, 1) < 0.5 ? 1 : 2);
    }
    on_root([&] {
      auto made = hdf5::File::create(file("data.h5"));
      made.create_dataset("/x", hdf5::ElementType::f64, {rows, features})
          .write<double>(0, rows, x_.span());
      made.create_dataset("/y", hdf5::ElementType::i32, {rows}).write<std::int32_t>(0, rows, y_);
      made.create_dataset("/lengths", hdf5::ElementType::i64, {lengths_.size()})
          .write<std::int64_t>(0, lengths_.size(), lengths_);
      made.close();
    });
  }
  void TearDown() override {
    math::set_blas_threads(threads_);
    test::SharedScratch::TearDown();
  }

  static Config config() {
    Config config;
    config.encoder = "dense:4,tanh,dense:2";
    config.precision = Precision::float64;
    config.blocks = blocks;
    config.batch = 40;
    config.epochs = 3;
    config.learning_rate = 0.05;
    config.threads = 1;
    return config;
  }

  static Trained train_all(Training& training) {
    const TrainingOverview overview = training.overview();
    const TrainSummary summary = training.run();
    const auto parameters = training.model<double>().parameters();
    return {{parameters.begin(), parameters.end()},
            summary.last.value.objective,
            summary.best,
            overview};
  }

  /// Expects a training from `memory` to be that from the file, bit for bit.
  Trained compare(const Config& config, data::Datasets& memory) const {
    Config of_file = config;
    of_file.data = file("data.h5").string();
    Training from_file(of_file, world_);
    const Trained expected = train_all(from_file);
    Training from_memory(config, memory, world_);
    const Trained found = train_all(from_memory);

    Config untrained = of_file;
    untrained.epochs = 0;
    Training start(untrained, world_);
    const auto before = start.model<double>().parameters();
    EXPECT_FALSE(std::ranges::equal(before, found.parameters));
    EXPECT_EQ(found.parameters, expected.parameters);
    EXPECT_EQ(found.objective, expected.objective);
    EXPECT_EQ(found.overview.samples, expected.overview.samples);
    EXPECT_EQ(found.overview.held_out_samples, expected.overview.held_out_samples);
    EXPECT_EQ(found.best.has_value(), expected.best.has_value());
    if (found.best && expected.best) {
      EXPECT_EQ(found.best->step, expected.best->step);
      EXPECT_EQ(found.best->objective, expected.best->objective);
    }
    return found;
  }

  [[nodiscard]] std::span<const double> rows_of_x(std::size_t first, std::size_t count) const {
    return x_.span().subspan(first * features, count * features);
  }

  /// This rank's shard of all three data sets but the lengths, which every rank has all of.
  [[nodiscard]] data::MemoryDatasets sharded() const {
    const auto shard = data::Blocks(rows, blocks).shard(world_.rank(), world_.size());
    data::MemoryDatasets memory(world_);
    memory.add_shard("/x", rows_of_x(shard.first_row, shard.row_count), {features}, shard.first_row,
                     rows);
    memory.add_shard("/y", std::span(y_).subspan(shard.first_row, shard.row_count), {},
                     shard.first_row, rows);
    return memory;
  }

  const Matrix<double> x_ = test::random_rows<double>(rows, features, 8);
  std::vector<std::int32_t> y_;
  const std::vector<std::int64_t> lengths_{60, 2, 69};

 private:
  int threads_ = 1;
};

TEST_F(MemoryTraining, WithAShareHeldOutIsThatFromAFile) {
  data::MemoryDatasets memory(world_);
  memory.add("/x", x_);
  Config wanted = config();
  wanted.validation = ValidationData{"", 0.2};
  wanted.validate_every = steps(2);
  const Trained found = compare(wanted, memory);
  EXPECT_TRUE(found.best);
  EXPECT_EQ(found.overview.samples + found.overview.held_out_samples, rows);
  EXPECT_EQ(found.overview.held_out_samples, blocks * 4);  // of 18 or 19 rows a block
}

TEST_F(MemoryTraining, WithAValidationFileIsThatFromAFile) {
  data::MemoryDatasets memory(world_);
  memory.add("/x", x_);
  Config wanted = config();
  wanted.validation = ValidationData{file("data.h5").string(), 0.0};
  const Trained found = compare(wanted, memory);
  EXPECT_TRUE(found.best);
  EXPECT_EQ(found.overview.held_out_samples, rows);
}

TEST_F(MemoryTraining, OfLaggedPairsIsThatFromAFile) {
  data::MemoryDatasets memory(world_);
  memory.add("/x", x_);
  memory.add("/lengths", std::span(lengths_));
  Config wanted = config();
  wanted.pair = model::Pair::lag;
  wanted.lag = 3;
  const Trained all = compare(wanted, memory);
  EXPECT_EQ(all.overview.samples, 60U - 3 + 69 - 3);  // the second trajectory has no pair
  EXPECT_FALSE(all.best);
  wanted.validation = ValidationData{"", 0.2};
  const Trained some = compare(wanted, memory);
  EXPECT_TRUE(some.best);
  EXPECT_LT(some.overview.samples + some.overview.held_out_samples, all.overview.samples);
}

TEST_F(MemoryTraining, FromRowsThatStayWhereTheyAreIsThatFromAFile) {
  data::MemoryDatasets memory = sharded();
  memory.keep_in_place();
  Config wanted = config();
  wanted.pair = model::Pair::target;
  (void)compare(wanted, memory);
  const auto shard = data::Blocks(rows, blocks).shard(world_.rank(), world_.size());
  const data::Rows loaded = memory.load("/x", shard);
  EXPECT_EQ(loaded.bytes().data(),
            std::as_bytes(rows_of_x(shard.first_row, shard.row_count)).data());
}

TEST_F(MemoryTraining, FromShardsIsThatFromAFile) {
  data::MemoryDatasets memory = sharded();
  (void)compare(config(), memory);
  Config wanted = config();
  wanted.validation = ValidationData{"", 0.2};
  wanted.pair = model::Pair::target;
  const Trained found = compare(wanted, memory);
  EXPECT_EQ(found.overview.held_out_samples, blocks * 4);
}

TEST_F(MemoryTraining, OfLaggedPairsFromTheRowsThatTheyNeedIsThatFromAFile) {
  // One trajectory, so that a rank's pairs start in the rows of its shard.
  constexpr std::size_t lag = 3;
  const int rank = world_.rank();
  const auto pairs = data::Blocks(rows - lag, blocks).shard(rank, world_.size());
  const auto shard = data::Blocks(rows, blocks).shard(rank, world_.size());
  const std::size_t first = std::min(pairs.first_row, shard.first_row);
  const std::size_t end =
      std::max(pairs.first_row + pairs.row_count + lag, shard.first_row + shard.row_count);
  data::MemoryDatasets memory(world_);
  memory.add_shard("/x", rows_of_x(first, end - first), {features}, first, rows);
  Config wanted = config();
  wanted.pair = model::Pair::lag;
  wanted.lag = lag;
  wanted.lengths = "/none";
  (void)compare(wanted, memory);
}

TEST_F(MemoryTraining, IsRefusedEverywhereWhereARankHasNotItsRows) {
  Config wanted = config();
  wanted.blocks = blocks + 1;  // other shards
  data::MemoryDatasets memory = sharded();
  if (world_.size() == 1) {
    EXPECT_NO_THROW(Training(wanted, memory, world_));
    return;
  }
  const std::string said = test::message_of<UsageError>([&] { Training(wanted, memory, world_); });
  EXPECT_THAT(said, HasSubstr("give every rank the rows of its shard"));
  EXPECT_EQ(said, world_.broadcast(said, 0));
}

TEST_F(MemoryTraining, IsRefusedEverywhereWhereARankHasNotTheDataSet) {
  data::MemoryDatasets memory(world_);
  if (world_.rank() + 1 < world_.size()) {
    memory.add("/x", x_);
  }
  EXPECT_EQ(memory.has("/x"), world_.size() > 1);
  EXPECT_FALSE(memory.has("/y"));
  EXPECT_THAT(test::message_of<DataError>([&] { Training(config(), memory, world_); }),
              HasSubstr("no data set /x in memory"));
}

TEST_F(MemoryTraining, IsRefusedEverywhereWhereRanksDisagreeOnTheDataSet) {
  const std::size_t mine = rows - (world_.rank() == 0 ? 0 : 1);
  data::MemoryDatasets memory(world_);
  memory.add("/x", rows_of_x(0, mine), {features});
  if (world_.size() == 1) {
    EXPECT_EQ(memory.shape("/x").rows, rows);
    return;
  }
  EXPECT_THAT(test::message_of<UsageError>([&] { (void)memory.shape("/x"); }),
              HasSubstr("130 rows of 5 f64 here and 131 rows of 5 f64 on rank 0"));
}

TEST_F(MemoryTraining, NamesTheFirstNumberThatIsNotFinite) {
  Matrix<double> damaged = x_;
  damaged(77, 2) = std::numeric_limits<double>::infinity();
  data::MemoryDatasets memory(world_);
  memory.add("/x", damaged);
  EXPECT_THAT(test::message_of<DataError>([&] { Training(config(), memory, world_); }),
              HasSubstr("/x in memory has inf at row 77, column 2"));
}

TEST(MemoryDatasets, TakeWholeRowsWithinTheDataSet) {
  const std::vector<float> numbers(12);
  data::MemoryDatasets memory(mpi::Communicator::world());
  const auto add = [&](std::size_t columns, std::size_t first, std::size_t all) {
    memory.add_shard("/x", std::span(numbers), {columns}, first, all);
  };
  EXPECT_NO_THROW(add(3, 6, 10));
  EXPECT_THROW(add(5, 0, 10), UsageError);
  EXPECT_THROW(add(3, 7, 10), UsageError);
  EXPECT_THROW(add(3, std::numeric_limits<std::size_t>::max(), 10), UsageError);
  EXPECT_THROW(memory.add("/x", std::span(numbers), {0}), UsageError);
}

}  // namespace
}  // namespace infomax::train
