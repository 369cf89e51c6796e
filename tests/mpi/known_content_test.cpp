// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "mpi/objective_fixture.hpp"

namespace infomax {
namespace {

using objective::ObjectiveOptions;

objective::Value evaluate(objective::Objective<double>& objective,
                          const mpi::Communicator& communicator, test::LocalSides<double>& sides,
                          std::uint64_t content) {
  const stats::MatrixRows<double> a(sides.a.view());
  const stats::MatrixRows<double> b(sides.b.view());
  return objective.evaluate(communicator, {{a, b, nullptr, content}}, {{}, sides.db.view()});
}

void expect_equal(const objective::Value& value, const objective::Value& expected,
                  const std::string& what) {
  const double scale = 1e-12 * (1.0 + std::abs(expected.objective));
  EXPECT_NEAR(value.objective, expected.objective, scale) << what;
  EXPECT_NEAR(value.dependence, expected.dependence, scale) << what;
  EXPECT_NEAR(value.entropy_a, expected.entropy_a, 1e-12) << what;
  EXPECT_NEAR(value.entropy_b, expected.entropy_b, 1e-12) << what;
}

class KnownContent : public ::testing::TestWithParam<std::string> {};

/// One objective goes from batch to batch, known content and unknown, and gives each time what a
/// fresh one gives that knows nothing.
TEST_P(KnownContent, ChangesNothing) {
  const auto world = mpi::Communicator::world();
  ObjectiveOptions options;
  options.objective = GetParam();
  options.set("lambda-a", options.objective == "infomax" ? 0.2 : 0.0);
  options.set("lambda-b", options.objective == "infomax" ? 0.1 : 0.0);
  const auto first_a = reference::keyed_sides(613, 3, 3, 41);
  const auto second_a = reference::keyed_sides(613, 3, 3, 42);
  const auto kept = objective::make_objective<double>(options);
  const struct {
    const reference::Sides& a;
    std::uint64_t seed_of_b;
    std::uint64_t content;
  } batches[] = {{first_a, 1, 7}, {first_a, 2, 7},  {second_a, 3, 0},
                 {first_a, 4, 7}, {second_a, 5, 8}, {second_a, 6, 8}};
  for (const auto& batch : batches) {
    const reference::Sides sides{batch.a.a, reference::keyed_sides(613, 3, 3, batch.seed_of_b).b};
    test::LocalSides<double> local(world, sides);
    test::LocalSides<double> alone(world, sides);
    const auto fresh = objective::make_objective<double>(options);
    const std::string what = GetParam() + " with b " + std::to_string(batch.seed_of_b);

    expect_equal(evaluate(*kept, world, local, batch.content), evaluate(*fresh, world, alone, 0),
                 what);
    for (std::size_t i = 0; i < local.db.size(); ++i) {
      EXPECT_NEAR(local.db.data()[i], alone.db.data()[i],
                  1e-12 * (1e-3 + std::abs(alone.db.data()[i])))
          << what;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Objectives, KnownContent,
                         ::testing::Values("infomax", "dcca", "vamp2", "barlow", "mse",
                                           "histogram-mi", "coding-rate"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::erase(name, '-');
                           return name;
                         });

TEST(KnownContentOfASide, IsNotReadAgain) {
  const auto world = mpi::Communicator::world();
  ObjectiveOptions options;
  const auto objective = objective::make_objective<double>(options);
  test::LocalSides<double> local(world, reference::keyed_sides(97, 3, 3, 43));
  const double entropy = evaluate(*objective, world, local, 7).entropy_a;
  for (double& x : local.a.span()) {
    x *= x;
  }

  EXPECT_EQ(evaluate(*objective, world, local, 7).entropy_a, entropy);
  EXPECT_NE(evaluate(*objective, world, local, 8).entropy_a, entropy);
}

/// Sums of parts have the same bits whatever was measured before: nothing is kept of them.
TEST(KnownContentOfASide, IsReadAgainWhereRowsHaveParts) {
  const auto world = mpi::Communicator::world();
  ObjectiveOptions options;
  const auto objective = objective::make_objective<double>(options);
  test::LocalSides<double> local(world, reference::keyed_sides(97, 3, 3, 43));
  const stats::RowParts parts{{local.share.count}};
  const auto entropy_of = [&] {
    const stats::MatrixRows<double> a(local.a.view());
    const stats::MatrixRows<double> b(local.b.view());
    return objective->evaluate(world, {{a, b, &parts, 7}}, {}).entropy_a;
  };
  const double before = entropy_of();
  for (double& x : local.a.span()) {
    x *= x;
  }

  EXPECT_NE(entropy_of(), before);
}

}  // namespace
}  // namespace infomax
