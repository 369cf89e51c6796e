// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/validation.hpp"

#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/mpi/communicator.hpp"
#include "support/memory_rows.hpp"

namespace infomax::train {
namespace {

/// A value that ranks round in ways of their own, as BLAS may make them.
class Rounded final : public objective::Objective<double> {
 public:
  objective::Value evaluate(const mpi::Communicator& communicator,
                            const objective::Batch<double>& batch,
                            const objective::Gradients<double>& /*gradients*/) override {
    objective::Value value;
    value.objective = 1.0 + 1e-15 * communicator.rank();
    value.samples = communicator.sum(static_cast<std::uint64_t>(batch.rows.b.rows()));
    return value;
  }
};

TEST(Validation, HasTheRootsValueOnEveryRank) {
  const auto world = mpi::Communicator::world();
  const data::Blocks blocks(9, 4);
  const auto shard = blocks.shard(world.rank(), world.size());
  const std::vector<double> rows(9, 1.0);
  const model::Examples examples{blocks, shard,
                                 test::store_of(rows, 1, shard.first_row, shard.row_count)};
  model::Model<double> model;
  model.add(model::Role::encoder_b, nn::Network<double>(nn::parse_spec("dense:1"), 1),
            data::Normalization::identity(1));
  Validation<double> validation(world, model, examples, {}, 0, std::make_unique<Rounded>());
  const auto report = validation.measure();
  EXPECT_EQ(report.value.objective, 1.0);
  EXPECT_EQ(report.value.samples, 9U);
}

}  // namespace
}  // namespace infomax::train
