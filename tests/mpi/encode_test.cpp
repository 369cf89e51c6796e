// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/encode.hpp"

#include <cmath>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/core/random.hpp"
#include "infomax/data/memory_datasets.hpp"
#include "infomax/hdf5/file.hpp"
#include "infomax/model/settings.hpp"
#include "support/scratch.hpp"

namespace infomax::analysis {
namespace {

constexpr std::size_t rows = 103;

model::Model<double> small_model() {
  model::Model<double> model;
  model.add(model::Role::encoder_b, nn::Network<double>(nn::parse_spec("dense:4,tanh,dense:2"), 3),
            data::Normalization::identity(3));
  model.initialize(1);
  model::PairSettings().to_settings(model.settings);
  return model;
}

class Encode : public test::SharedScratch {
 protected:
  Encode() : x_(rows, 3) {
    const CounterRandom random(2, RandomStream::generation);
    for (std::size_t k = 0; k < x_.size(); ++k) {
      x_.span()[k] = random.normal(k);
    }
  }

  [[nodiscard]] EncodedShard<double> by_micro_batches_of(std::size_t most) const {
    data::MemoryDatasets source(world_);
    source.add("/x", x_);
    EncoderOptions options;
    options.micro_batch = most;
    return encode_model(world_, small_model(), source, options);
  }

  Matrix<double> x_;
};

TEST_F(Encode, AMicroBatchOfZeroIsAllRows) {
  const auto expected = by_micro_batches_of(7);
  const auto found = by_micro_batches_of(0);
  EXPECT_EQ(found.first_row, expected.first_row);
  ASSERT_EQ(found.rows.rows(), expected.rows.rows());
  for (std::size_t k = 0; k < expected.rows.size(); ++k) {
    EXPECT_NEAR(found.rows.span()[k], expected.rows.span()[k], 1e-14);
  }
  EXPECT_EQ(world_.sum(std::uint64_t{found.rows.rows()}), rows);
}

}  // namespace
}  // namespace infomax::analysis
