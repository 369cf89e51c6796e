// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/core/random.hpp"
#include "infomax/data/loader.hpp"
#include "infomax/data/memory_datasets.hpp"
#include "infomax/data/normalization.hpp"
#include "infomax/data/tokens.hpp"
#include "infomax/hdf5/file.hpp"
#include "support/scratch.hpp"

namespace infomax::data {
namespace {

using testing::HasSubstr;

constexpr std::size_t width = 3;  // F
constexpr double padding = -7.0;
constexpr double junk = std::numeric_limits<double>::quiet_NaN();

/// Lengths 0 to 6, with the longest and an empty one at the ends of the data set.
std::vector<std::int32_t> lengths_of_sequences() {
  return {0, 2, 5, 1, 1, 0, 3, 4, 5, 2, 2, 0, 1, 3, 4, 0, 6};
}

/// The step's numbers, none of which is the padding.
double number(std::size_t sequence, std::size_t step, std::size_t feature) {
  const CounterRandom random(11, RandomStream::generation, sequence);
  return 100.0 * static_cast<double>(feature) + random.normal(step * width + feature);
}

/// Sequences [steps,F] one after another, or, of `steps` steps each, with `filler` after them.
std::vector<double> numbers_of(const std::vector<std::int32_t>& lengths, std::size_t steps,
                               std::optional<double> filler) {
  std::vector<double> all;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    for (std::size_t t = 0; t < steps; ++t) {
      const bool is_step = t < static_cast<std::size_t>(lengths[i]);
      for (std::size_t f = 0; f < width && (is_step || filler); ++f) {
        all.push_back(is_step ? number(i, t, f) : *filler);
      }
    }
  }
  return all;
}

std::vector<std::int64_t> offsets_of_sequences(const std::vector<std::int32_t>& lengths) {
  std::vector<std::int64_t> offsets(lengths.size() + 1, 0);
  std::partial_sum(lengths.begin(), lengths.end(), offsets.begin() + 1);
  return offsets;
}

template <class T>
void write(hdf5::File& file, const std::string& name, std::vector<std::size_t> shape,
           const std::vector<T>& values) {
  file.create_dataset(name, hdf5::element_type_of<T>(), shape)
      .template write<T>(0, shape.front(), values);
}

class Sequences : public test::SharedScratch {
 protected:
  void SetUp() override {
    SharedScratch::SetUp();
    on_root([&] {
      const std::size_t n = lengths_.size();
      hdf5::File file = hdf5::File::create(this->file("S.h5"));
      const auto offsets = offsets_of_sequences(lengths_);
      const auto flat = numbers_of(lengths_, longest, std::nullopt);
      write<double>(file, "/flat", {flat.size() / width, width}, flat);
      write<std::int64_t>(file, "/flat_offsets", {n + 1}, offsets);
      write<double>(file, "/padded", {n, longest, width}, numbers_of(lengths_, longest, junk));
      write<std::int32_t>(file, "/padded_lengths", {n}, lengths_);
      write<double>(file, "/marked", {n, longest, width}, numbers_of(lengths_, longest, padding));
      write<double>(file, "/nan", {n, longest, width}, numbers_of(lengths_, longest, junk));
      file.close();
    });
  }

  /// Compares what a store gives with the definition; returns the number of comparisons.
  void compare(const RowStore& rows, const Shard& shard, std::size_t steps) {
    ASSERT_EQ(rows.count(), shard.row_count);
    ASSERT_EQ(rows.trailing_shape(), (std::vector<std::size_t>{steps, width}));
    ASSERT_TRUE(rows.has_lengths());
    const Normalization normalization{{1.0, 2.0, 3.0}, {2.0, 1.0, 0.5}};
    Matrix<double> converted(rows.count(), steps * width, -1.0);
    rows.convert<double>(0, normalization, converted.view());
    std::vector<std::size_t> chosen(rows.count());
    std::iota(chosen.rbegin(), chosen.rend(), std::size_t{0});
    std::vector<double> copied(rows.count() * steps * width, -1.0);
    rows.copy(chosen, std::as_writable_bytes(std::span(copied)));
    std::vector<double> scanned;
    rows.scan_elements([&](std::size_t first, auto elements) {
      EXPECT_EQ(first * steps * width, scanned.size());
      scanned.insert(scanned.end(), elements.begin(), elements.end());
    });
    ASSERT_EQ(scanned.size(), copied.size());
    for (std::size_t i = 0; i < rows.count(); ++i) {
      const std::size_t row = shard.first_row + i;
      EXPECT_EQ(rows.row_number(i), row);
      EXPECT_EQ(rows.length(i), static_cast<std::uint32_t>(lengths_[row]));
      for (std::size_t t = 0; t < steps; ++t) {
        for (std::size_t f = 0; f < width; ++f, ++compared_) {
          const bool is_step = t < rows.length(i);
          const double raw = is_step ? number(row, t, f) : 0.0;
          const std::size_t j = t * width + f;
          EXPECT_EQ(scanned[i * steps * width + j], raw);
          EXPECT_EQ(copied[(rows.count() - 1 - i) * steps * width + j], raw);
          EXPECT_EQ(converted(i, j),
                    is_step ? (raw - normalization.shift[f]) * normalization.scale[f] : 0.0);
        }
      }
    }
  }

  void require_comparisons() {
    EXPECT_EQ(world_.sum(std::exchange(compared_, 0)), lengths_.size() * longest * width);
  }

  static constexpr std::size_t longest = 6;
  const std::vector<std::int32_t> lengths_ = lengths_of_sequences();
  std::uint64_t compared_ = 0;
};

TEST_F(Sequences, AreTheSameHoweverTheyAreStored) {
  // With one block all ranks but the last hold nothing.
  for (const std::size_t block_count : {1U, 3U, 240U}) {
    for (const char* name : {"/flat", "/padded", "/marked", "/nan"}) {
      DatasetFile file(world_, this->file("S.h5"));
      file.expect_sequences("/marked", {.padding_value = padding});
      file.expect_sequences("/nan", {.padding_value = junk});
      const DatasetShape shape = file.shape(name);
      EXPECT_EQ(shape.rows, lengths_.size());
      EXPECT_EQ(shape.trailing, (std::vector<std::size_t>{longest, width}));
      EXPECT_EQ(shape.features, longest * width);
      EXPECT_TRUE(shape.has_lengths);
      const Shard shard = Blocks(shape.rows, block_count).shard(world_.rank(), world_.size());
      const Rows rows = file.load(name, shard);
      // Only what is there takes memory.
      const auto first = lengths_.begin() + static_cast<std::ptrdiff_t>(shard.first_row);
      const auto steps =
          std::accumulate(first, first + static_cast<std::ptrdiff_t>(shard.row_count), 0);
      EXPECT_EQ(rows.bytes().size(), static_cast<std::size_t>(steps) * width * sizeof(double));
      compare(rows, shard, longest);
      require_comparisons();
      file.close();
    }
  }
}

TEST_F(Sequences, MayBeMadeLonger) {
  DatasetFile file(world_, this->file("S.h5"));
  for (const char* name : {"/flat", "/padded"}) {
    file.expect_sequences(name, {.least_steps = longest + 2});
    const DatasetShape shape = file.shape(name);
    const Shard shard = Blocks(shape.rows).shard(world_.rank(), world_.size());
    compare(file.load(name, shard), shard, longest + 2);
    EXPECT_EQ(world_.sum(std::exchange(compared_, 0)), lengths_.size() * (longest + 2) * width);
  }
  file.close();
}

TEST_F(Sequences, AreNormalisedByFeatureOverTheirSteps) {
  const auto flat = numbers_of(lengths_, longest, std::nullopt);
  const auto steps = static_cast<double>(flat.size() / width);
  std::optional<Normalization> first;
  for (const char* name : {"/flat", "/padded"}) {
    DatasetFile file(world_, this->file("S.h5"));
    const Blocks blocks(file.shape(name).rows, 5);
    const Rows rows = file.load(name, blocks.shard(world_.rank(), world_.size()));
    file.close();
    const auto fitted = fit_normalization(world_, rows, blocks, NormalizeMode::standardize);
    ASSERT_EQ(fitted.columns(), width);
    for (std::size_t f = 0; f < width; ++f) {
      double mean = 0.0;
      double square = 0.0;
      for (std::size_t k = f; k < flat.size(); k += width) {
        mean += flat[k] / steps;
        square += flat[k] * flat[k] / steps;
      }
      EXPECT_NEAR(fitted.shift[f], mean, 1e-10);
      EXPECT_NEAR(fitted.scale[f], 1.0 / std::sqrt(square - mean * mean), 1e-8);
    }
    if (first) {
      EXPECT_EQ(fitted.shift, first->shift);
      EXPECT_EQ(fitted.scale, first->scale);
    }
    first = fitted;
    const auto scaled = fit_normalization(world_, rows, blocks, NormalizeMode::scale);
    const auto [low, high] = std::ranges::minmax(flat);
    EXPECT_EQ(scaled.shift, std::vector<double>(width, low));
    EXPECT_EQ(scaled.scale, std::vector<double>(width, 1.0 / (high - low)));
  }
}

TEST_F(Sequences, NameWhatIsNotFinite) {
  auto flat = numbers_of(lengths_, longest, std::nullopt);
  flat[flat.size() - width + 1] = std::numeric_limits<double>::infinity();
  on_root([&] {
    hdf5::File file = hdf5::File::create(this->file("F.h5"));
    write<double>(file, "/x", {flat.size() / width, width}, flat);
    write<std::int64_t>(file, "/x_offsets", {lengths_.size() + 1}, offsets_of_sequences(lengths_));
    file.close();
  });
  const std::string said = test::message_of<DataError>([&] {
    const Shard shard = Blocks(lengths_.size()).shard(world_.rank(), world_.size());
    (void)load_rows(world_, file("F.h5"), "/x", shard);
  });
  EXPECT_THAT(said, HasSubstr("has inf at row 16, step 5, column 1"));
}

/// What shape() says of steps [7, 2] with these offsets, or of rows [3, 2, 2] with these lengths.
class WrongSequences : public test::SharedScratch {
 protected:
  template <class T>
  std::string complaint(const char* kind, const std::vector<T>& numbers,
                        const std::vector<std::size_t>& shape = {3, 2, 2}) {
    on_root([&] {
      hdf5::File file = hdf5::File::create(this->file("W.h5"));
      const bool flat = std::strcmp(kind, "/x_offsets") == 0;
      const auto extents = flat ? std::vector<std::size_t>{7, 2} : shape;
      const std::vector<float> x(
          std::accumulate(extents.begin(), extents.end(), std::size_t{1}, std::multiplies<>()),
          1.0F);
      write<float>(file, "/x", extents, x);
      write<T>(file, kind, {numbers.size()}, numbers);
      file.close();
    });
    DatasetFile file(world_, this->file("W.h5"));
    const std::string said = test::message_of<DataError>([&] { (void)file.shape("/x"); });
    EXPECT_EQ(said, world_.broadcast(said, 0));
    return said;
  }
};

TEST_F(WrongSequences, AreNamedByTheirFirstRow) {
  const auto offsets = [&](const std::vector<std::int64_t>& numbers) {
    return complaint("/x_offsets", numbers);
  };
  EXPECT_THAT(offsets({0, 3, 2, 7}), HasSubstr("has the offset 2 at row 2, below 3 before it"));
  EXPECT_THAT(offsets({0, 3, 9, 7}), HasSubstr("has the offset 9 at row 2; the offsets of"));
  EXPECT_THAT(offsets({0, -3, 9, 7}), HasSubstr("has the offset -3 at row 1;"));
  EXPECT_THAT(offsets({1, 3, 7}), HasSubstr("the first sequence begins at step 0"));
  EXPECT_THAT(offsets({0, 3, 5}), HasSubstr("has the offset 5 at row 2, the last;"));
  EXPECT_THAT(offsets({0}), HasSubstr("has one offset"));
  EXPECT_THAT(complaint<double>("/x_offsets", {0, 3, 7}), HasSubstr("one integer a row"));

  const auto lengths = [&](const std::vector<std::int32_t>& numbers) {
    return complaint("/x_lengths", numbers);
  };
  EXPECT_THAT(lengths({2, 3, -1}), HasSubstr("has the length 3 at row 1;"));
  EXPECT_THAT(lengths({2, 0, -1}), HasSubstr("has the length -1 at row 2;"));
  EXPECT_THAT(lengths({2, 2}), HasSubstr("has 2 lengths, and"));
  EXPECT_THAT(complaint<float>("/x_lengths", {1, 2, 2}), HasSubstr("one integer a row"));
  EXPECT_THAT(complaint<std::int32_t>("/x_lengths", std::vector<std::int32_t>(14, 1), {14}),
              HasSubstr("no sequence of steps"));
}

TEST(Tokens, AreNamedWhereTheyAreBeyondTheVocabulary) {
  const auto world = mpi::Communicator::world();
  const std::vector<std::int32_t> tokens{1, 2, 3, 4, 9, 1, 0, -1, 2, 7};
  const std::vector<std::int32_t> lengths{2, 1, 2, 1};
  MemoryDatasets source(world);
  source.add<std::int32_t>("/x", std::span(tokens).first(8), {2});
  source.add<std::int32_t>("/x_lengths", lengths);
  const std::vector<float> reals(4, 1.0F);
  source.add<float>("/reals", reals);
  const Shard shard = Blocks(4, 3).shard(world.rank(), world.size());
  const Rows rows = source.load("/x", shard);
  EXPECT_NO_THROW(require_tokens_below(world, rows, 10));
  EXPECT_THAT(test::message_of<DataError>([&] { require_tokens_below(world, rows, 9); }),
              HasSubstr("has the token 9 at row 2, step 0"));
  EXPECT_THAT(test::message_of<DataError>([&] { require_tokens_below(world, rows, 2); }),
              HasSubstr("has the token 2 at row 0, step 1"));
  EXPECT_THAT(test::message_of<DataError>(
                  [&] { require_tokens_below(world, source.load("/reals", shard), 9); }),
              HasSubstr("token ids, which are integers"));
}

TEST(SequencesInMemory, ComeFromAllOrFromTheOwnRows) {
  const auto world = mpi::Communicator::world();
  const auto lengths = lengths_of_sequences();
  const auto offsets = offsets_of_sequences(lengths);
  const auto flat = numbers_of(lengths, 6, std::nullopt);
  const Blocks blocks(lengths.size(), 4);
  const Shard shard = blocks.shard(world.rank(), world.size());

  MemoryDatasets all(world);
  all.add<double>("/x", flat, {width});
  all.add<std::int64_t>("/x_offsets", offsets);

  MemoryDatasets own(world);
  const auto begin = static_cast<std::size_t>(offsets[shard.first_row]);
  const auto end = static_cast<std::size_t>(offsets[shard.first_row + shard.row_count]);
  own.add_shard<double>("/x", std::span(flat).subspan(begin * width, (end - begin) * width),
                        {width}, begin, flat.size() / width);
  own.add_shard<std::int64_t>(
      "/x_offsets",
      std::span(offsets).subspan(shard.first_row,
                                 shard.row_count + (shard.row_count > 0 ? 1U : 0U)),
      {}, shard.first_row, offsets.size());

  const Rows expected = all.load("/x", shard);
  const Rows found = own.load("/x", shard);
  EXPECT_EQ(own.shape("/x").trailing, (std::vector<std::size_t>{6, width}));
  ASSERT_EQ(found.count(), shard.row_count);
  EXPECT_TRUE(std::ranges::equal(found.bytes(), expected.bytes()));
  for (std::size_t i = 0; i < found.count(); ++i) {
    EXPECT_EQ(found.length(i), static_cast<std::uint32_t>(lengths[shard.first_row + i]));
  }
}

}  // namespace
}  // namespace infomax::data
