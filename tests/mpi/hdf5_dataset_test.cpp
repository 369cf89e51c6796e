// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/hdf5/dataset.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/hdf5/file.hpp"
#include "support/scratch.hpp"

namespace infomax::hdf5 {
namespace {

using Shape = std::vector<std::size_t>;

std::size_t element_count(const Shape& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

/// Element k of every test's data set: distinct neighbours, within the range of every type.
template <class T>
T element(std::size_t k) {
  return static_cast<T>((k * 7) % 101);
}

template <class T>
std::vector<T> elements(std::size_t first, std::size_t count) {
  std::vector<T> values(count);
  for (std::size_t k = 0; k < count; ++k) {
    values[k] = element<T>(first + k);
  }
  return values;
}

/// The rows of one rank: rank 1 has none, the others uneven parts.
struct Part {
  std::size_t first;
  std::size_t count;
};

Part uneven_part(const mpi::Communicator& world, std::size_t rows) {
  std::vector<std::size_t> weights;
  for (int rank = 0; rank < world.size(); ++rank) {
    weights.push_back(rank == 1 ? 0 : static_cast<std::size_t>(rank) + 2);
  }
  const std::size_t total = std::accumulate(weights.begin(), weights.end(), std::size_t{0});
  const auto here = weights.begin() + world.rank();
  const std::size_t before = std::accumulate(weights.begin(), here, std::size_t{0});
  const std::size_t first = rows * before / total;
  return {first, rows * (before + *here) / total - first};
}

class RoundLimit {
 public:
  explicit RoundLimit(std::size_t bytes) : former_(set_transfer_limit(bytes)) {}
  ~RoundLimit() { set_transfer_limit(former_); }
  RoundLimit(const RoundLimit&) = delete;
  RoundLimit& operator=(const RoundLimit&) = delete;

 private:
  std::size_t former_;
};

class Hdf5Dataset : public test::SharedScratch {
 protected:
  template <class T>
  void make(const std::string& name, const Shape& shape, Layout layout = {}) {
    on_root([&] {
      File created = File::create(file(name));
      created.create_dataset("/x", element_type_of<T>(), shape, layout)
          .template write<T>(0, shape.front(), elements<T>(0, element_count(shape)));
      created.close();
    });
  }

  /// Reads this rank's uneven part and compares it; returns whether it went collectively.
  template <class T>
  bool reads_back(const std::string& name, const Shape& shape) {
    File opened = File::open_parallel(world_, file(name));
    bool collective = false;
    {
      const Dataset x = opened.dataset("/x");
      EXPECT_EQ(x.shape(), shape);
      EXPECT_EQ(x.element_type(), element_type_of<T>());
      const Part part = uneven_part(world_, shape.front());
      std::vector<T> read(part.count * x.features());
      x.read<T>(part.first, part.count, read);
      EXPECT_EQ(read, elements<T>(part.first * x.features(), read.size()));
      EXPECT_EQ(world_.sum(std::uint64_t{read.size()}), element_count(shape));
      collective = x.last_transfer_was_collective();
    }
    opened.close();
    return collective;
  }
};

template <class T>
class Hdf5DatasetOf : public Hdf5Dataset {};
using Types = testing::Types<std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t,
                             std::uint32_t, std::int64_t, std::uint64_t, float, double>;
TYPED_TEST_SUITE(Hdf5DatasetOf, Types);

TYPED_TEST(Hdf5DatasetOf, ReadsItsOwnTypeCollectively) {
  const Shape shape{23, 5};
  this->template make<TypeParam>("x.h5", shape);
  EXPECT_TRUE(this->template reads_back<TypeParam>("x.h5", shape));
}

TEST_F(Hdf5Dataset, ReadsOneToFourAxesInAnyLayout) {
  for (const Shape& shape : {Shape{37}, Shape{37, 3}, Shape{37, 3, 4}, Shape{37, 3, 4, 2}}) {
    for (const Layout layout : {Layout{0, 0}, Layout{5, 0}, Layout{5, 6}, Layout{1000, 1}}) {
      SCOPED_TRACE(testing::Message() << shape.size() << " axes, chunks of " << layout.chunk_rows
                                      << " rows, deflate " << layout.deflate);
      make<std::uint16_t>("x.h5", shape, layout);
      EXPECT_TRUE(reads_back<std::uint16_t>("x.h5", shape));
    }
  }
}

TEST_F(Hdf5Dataset, ReadsInRoundsWhereRanksHaveUnequalRows) {
  const Shape shape{61, 3};
  make<double>("x.h5", shape, {4, 1});
  for (const std::size_t bytes : {1U, 24U, 100U, 10'000U}) {
    const RoundLimit limit(bytes);
    EXPECT_TRUE(reads_back<double>("x.h5", shape));
  }
}

TEST_F(Hdf5Dataset, OneRankMayReadAllRowsAndTheOthersNone) {
  const Shape shape{10, 2};
  make<float>("x.h5", shape);
  File opened = File::open_parallel(world_, file("x.h5"));
  {
    const Dataset x = opened.dataset("/x");
    const bool last = world_.rank() == world_.size() - 1;
    std::vector<float> read(last ? 20 : 0);
    x.read<float>(0, last ? 10 : 0, read);
    EXPECT_EQ(read, elements<float>(0, last ? 20 : 0));
    EXPECT_TRUE(x.last_transfer_was_collective());
  }
  opened.close();
}

TEST_F(Hdf5Dataset, WritesRowsInParallelAndInRounds) {
  const Shape shape{29, 3};
  const RoundLimit limit(50);
  for (const Layout layout : {Layout{0, 0}, Layout{4, 0}, Layout{4, 5}}) {
    File created = File::create_parallel(world_, file("w.h5"));
    {
      Dataset x = created.create_dataset("/group/x", ElementType::i32, shape, layout);
      const Part part = uneven_part(world_, shape.front());
      x.write<std::int32_t>(part.first, part.count,
                            elements<std::int32_t>(part.first * 3, part.count * 3));
    }
    created.close();
    world_.barrier();

    const File opened = File::open(file("w.h5"));
    EXPECT_EQ(opened.dataset("/group/x").read_all<std::int32_t>(), elements<std::int32_t>(0, 87));
  }
}

TEST_F(Hdf5Dataset, ConvertsToTheTypeAskedFor) {
  make<std::uint8_t>("x.h5", {9, 2});
  const File opened = File::open(file("x.h5"));
  EXPECT_EQ(opened.dataset("/x").read_all<double>(), elements<double>(0, 18));
}

TEST_F(Hdf5Dataset, TellsWhereItsRowsLieInTheFile) {
  std::vector<std::uint64_t> offset(1);
  on_root([&] {
    File created = File::create(file("x.h5"), 1024);
    {
      Dataset x = created.create_dataset("/x", ElementType::u8, {300, 3});
      EXPECT_THROW((void)x.offset_bytes(), SystemError);
      x.write<std::uint8_t>(0, 300, elements<std::uint8_t>(0, 900));
      offset[0] = x.offset_bytes();
      Dataset chunks = created.create_dataset("/chunks", ElementType::u8, {300, 3}, {10, 0});
      chunks.write<std::uint8_t>(0, 300, elements<std::uint8_t>(0, 900));
      EXPECT_THROW((void)chunks.offset_bytes(), SystemError);
    }
    created.close();
  });
  world_.broadcast(std::span<std::uint64_t>(offset), 0);
  std::vector<std::uint8_t> found(900);
  std::ifstream stream(file("x.h5"), std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(offset[0]));
  stream.read(reinterpret_cast<char*>(found.data()), 900);
  EXPECT_EQ(found, elements<std::uint8_t>(0, 900));
}

TEST_F(Hdf5Dataset, ADamagedChunkIsTheSameErrorOnEveryRank) {
  on_root([&] {
    File created = File::create(file("x.h5"));
    // Numbers that deflate cannot shorten, so that the chunk fills the file's middle.
    std::vector<std::uint64_t> noise(4096);
    for (std::size_t k = 0; k < noise.size(); ++k) {
      noise[k] = (k + 1) * 0x9E3779B97F4A7C15U;
      noise[k] ^= noise[k] >> 29U;
    }
    created.create_dataset("/x", ElementType::u64, {4096}, {4096, 6})
        .write<std::uint64_t>(0, 4096, noise);
    created.close();
    const auto middle = static_cast<std::streamoff>(std::filesystem::file_size(file("x.h5")) / 2);
    std::fstream damaged(file("x.h5"), std::ios::in | std::ios::out | std::ios::binary);
    damaged.seekp(middle);
    damaged << std::string(2000, '\xff');
  });
  File opened = File::open_parallel(world_, file("x.h5"));
  {
    const Dataset x = opened.dataset("/x");
    // Only the last rank reads what is damaged.
    const std::size_t count = world_.rank() == world_.size() - 1 ? 4096 : 0;
    std::vector<std::uint64_t> read(count);
    const std::string said =
        test::message_of<DataError>([&] { x.read<std::uint64_t>(0, count, read); });
    EXPECT_THAT(said, testing::HasSubstr("/x in " + file("x.h5").string()));
    EXPECT_THAT(said, testing::Not(testing::HasSubstr("\n")));
  }
  opened.close();
}

}  // namespace
}  // namespace infomax::hdf5
