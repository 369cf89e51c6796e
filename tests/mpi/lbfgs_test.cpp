// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/lbfgs.hpp"

#include <cmath>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/json.hpp"
#include "infomax/data/memory_datasets.hpp"
#include "infomax/math/blas_runtime.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/mpi/failure.hpp"
#include "infomax/train/checkpoint_directory.hpp"
#include "infomax/train/training.hpp"
#include "support/memory_rows.hpp"
#include "support/scratch.hpp"

namespace infomax::train {
namespace {

/// A function of the outputs' global mean, one column, with its derivative: enough to make any
/// shape of J by hand.
class OfTheMean final : public objective::Objective<double> {
 public:
  struct Point {
    double value;
    double slope;
  };
  explicit OfTheMean(std::function<Point(double)> function) : function_(std::move(function)) {}

  objective::Value evaluate(const mpi::Communicator& communicator,
                            const objective::Batch<double>& batch,
                            const objective::Gradients<double>& gradients) override {
    Buffer<double> scratch;
    const auto& b = batch.rows.b;
    const auto db = gradients.b;
    const auto rows = b.tile(0, b.rows(), scratch);
    std::vector<double> sums{0.0, static_cast<double>(b.rows())};
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      sums[0] += rows(i, 0);
    }
    communicator.sum(std::span<double>(sums));
    const Point at = function_(sums[0] / sums[1]);
    for (std::size_t i = 0; i < db.rows(); ++i) {
      db(i, 0) = at.slope / sums[1];
    }
    objective::Value value;
    value.objective = at.value;
    value.samples = static_cast<std::uint64_t>(sums[1]);
    return value;
  }

 private:
  std::function<Point(double)> function_;
};

struct Outcome {
  TrainSummary summary;
  double mean = 0.0;  ///< where J's argument ended
};

class Lbfgs : public test::SharedScratch {
 protected:
  /// Maximises J of the mean of w x + b over x = 1, from w = 1 and b = 0: from a mean of 1.
  Outcome maximise(const std::function<OfTheMean::Point(double)>& function,
                   std::uint64_t steps = 100, Durability* durability = nullptr) {
    constexpr std::size_t rows = 7;
    const data::Blocks blocks(rows, 4);
    const auto shard = blocks.shard(world_.rank(), world_.size());
    const std::vector<double> ones(rows, 1.0);
    model::Examples examples{blocks, shard,
                             test::store_of(ones, 1, shard.first_row, shard.row_count)};
    model::Model<double> model;
    model.add(model::Role::encoder_b, nn::Network<double>(nn::parse_spec("dense:1"), 1),
              data::Normalization::identity(1));
    model.parameters()[0] = 1.0;
    model.parameters()[1] = 0.0;
    data::Sampler sampler(blocks, shard, 0, 1);
    model::Sides<double> sides(world_, model, examples, {}, sampler.largest_local_rows(), 0, true);
    OfTheMean objective(function);
    Step<double> step(world_, model, sampler, sides, objective, {});
    const bool resumed = durability != nullptr && durability->start().has_value();
    const RunDirectory directory = resumed ? RunDirectory::reopen(world_, file("run").string())
                                           : RunDirectory(world_, file("run").string(), true);
    TrainerOptions options;
    options.total_steps = steps;
    options.progress = ProgressMode::none;
    Outcome outcome;
    outcome.summary =
        train_lbfgs(world_, model, step, directory, options, {}, {nullptr, durability});
    outcome.mean = model.parameters()[0] + model.parameters()[1];
    return outcome;
  }

  /// The checkpoint of a run of as many steps.
  std::optional<Checkpoint> checkpoint_after(
      std::uint64_t steps, const std::function<OfTheMean::Point(double)>& function) {
    const RunDirectory directory(world_, file("run").string(), true);
    {
      Durability durability(world_, directory, {}, std::nullopt);
      (void)maximise(function, steps, &durability);
    }
    return find_newest(world_, CheckpointDirectory(directory.checkpoints()));
  }

  Outcome resume(Checkpoint checkpoint, const std::function<OfTheMean::Point(double)>& function,
                 std::uint64_t steps = 100) {
    const RunDirectory directory = RunDirectory::reopen(world_, file("run").string());
    Durability durability(world_, directory, {}, std::move(checkpoint));
    return maximise(function, steps, &durability);
  }

  /// The checkpoint as an earlier version would have written it.
  static void age(Checkpoint& checkpoint) {
    auto record = parse_json(checkpoint.text("record"));
    record["lbfgs"] = {{"entries", 3}, {"value", 0.25}, {"largest_value", 1.0}};
    checkpoint.texts["record"] = json_text(record);
  }
};

/// ln u + 2 (1 - u) has its maximum at u = 1/2, after some iterations.
OfTheMean::Point hill(double u) { return {std::log(u) + 2.0 * (1.0 - u), 1.0 / u - 2.0}; }

TEST_F(Lbfgs, FindsAMaximumOnEveryRank) {
  const Outcome found = maximise([](double u) {
    return OfTheMean::Point{-(u - 3.0) * (u - 3.0), -2.0 * (u - 3.0)};
  });
  EXPECT_NEAR(found.mean, 3.0, 1e-6);
  if (world_.is_root()) {
    EXPECT_NE(found.summary.ending.find("converged"), std::string::npos) << found.summary.ending;
    EXPECT_EQ(found.summary.last.value.samples % 7, 0U);
    EXPECT_NEAR(found.summary.last.value.objective, 0.0, 1e-12);
  }
}

TEST_F(Lbfgs, StepsBackFromPointsWithoutAValue) {
  // ln u + 40 (1 - u) has its maximum at u = 1/40, and no value below 0, where the first step goes.
  std::size_t without = 0;
  const Outcome found = maximise([&](double u) {
    without += u <= 0.0 ? 1U : 0U;
    return OfTheMean::Point{std::log(u) + 40.0 * (1.0 - u), 1.0 / u - 40.0};
  });
  EXPECT_GT(without, 0U);
  EXPECT_NEAR(found.mean, 0.025, 1e-6);
}

TEST_F(Lbfgs, RefusesAStartWithoutAValueOnEveryRank) {
  const std::string text = test::message_of<NumericError>([&] {
    (void)maximise([](double u) { return OfTheMean::Point{std::log(-u), 1.0 / u}; });
  });
  EXPECT_NE(text.find("initial parameters"), std::string::npos) << text;
}

TEST_F(Lbfgs, FailsOnEveryRankWhereEveryPointButTheStartHasNone) {
  const std::string text = test::message_of<NumericError>([&] {
    (void)maximise([](double u) { return OfTheMean::Point{u == 1.0 ? 0.0 : std::nan(""), 1.0}; });
  });
  EXPECT_NE(text.find("the objective is not finite"), std::string::npos) << text;
}

TEST_F(Lbfgs, FailsWhereTheGradientIsNotThatOfTheValue) {
  const std::string text = test::message_of<NumericError>([&] {
    (void)maximise([](double u) { return OfTheMean::Point{-u, 1.0}; });
  });
  EXPECT_NE(text.find("line search"), std::string::npos) << text;
}

TEST_F(Lbfgs, EndsWhereOnlyRoundingIsLeft) {
  // A gradient that is never below 3e-7: the tolerance is out of reach, the maximum is not.
  const Outcome found = maximise([](double u) {
    const double slope = -2.0 * (u - 3.0);
    return OfTheMean::Point{10.0 - (u - 3.0) * (u - 3.0), slope + std::copysign(3e-7, slope)};
  });
  EXPECT_NEAR(found.mean, 3.0, 1e-6);
  if (world_.is_root()) {
    EXPECT_NE(found.summary.ending.find("double can tell"), std::string::npos)
        << found.summary.ending;
  }
}

TEST_F(Lbfgs, GoesOnFromACheckpointToTheSameBits) {
  const Outcome whole = maximise(hill);
  auto checkpoint = checkpoint_after(2, hill);
  ASSERT_TRUE(checkpoint);
  ASSERT_EQ(checkpoint->step, 2U);

  const Outcome resumed = resume(std::move(*checkpoint), hill);

  EXPECT_EQ(resumed.mean, whole.mean);
  if (world_.is_root()) {
    EXPECT_EQ(resumed.summary.steps, whole.summary.steps);
    EXPECT_EQ(resumed.summary.samples, whole.summary.samples);
    EXPECT_EQ(resumed.summary.ending, whole.summary.ending);
  }
}

TEST_F(Lbfgs, GoesOnFromTheParametersOfACheckpointOfAnOlderForm) {
  auto checkpoint = checkpoint_after(2, hill);
  ASSERT_TRUE(checkpoint);
  age(*checkpoint);
  std::size_t evaluations = 0;
  double first = 0.0;

  const Outcome resumed = resume(std::move(*checkpoint), [&](double u) {
    first = evaluations++ == 0 ? u : first;
    return hill(u);
  });

  EXPECT_NE(first, 1.0);
  EXPECT_NEAR(resumed.mean, 0.5, 1e-6);
  if (world_.is_root()) {
    EXPECT_GT(resumed.summary.steps, 2U);
    EXPECT_NE(resumed.summary.ending.find("converged"), std::string::npos)
        << resumed.summary.ending;
  }
}

TEST_F(Lbfgs, KeepsNoStateOfASearchThatMadeNoStep) {
  auto checkpoint = checkpoint_after(2, hill);
  ASSERT_TRUE(checkpoint);
  age(*checkpoint);
  const Outcome idle = resume(std::move(*checkpoint), hill, 2);
  if (world_.is_root()) {
    EXPECT_EQ(idle.summary.steps, 2U);
  }
  auto again = find_newest(
      world_,
      CheckpointDirectory(RunDirectory::reopen(world_, file("run").string()).checkpoints()));
  ASSERT_TRUE(again);
  ASSERT_EQ(again->step, 2U);

  const Outcome resumed = resume(std::move(*again), hill);

  EXPECT_NE(idle.mean, resumed.mean);
  EXPECT_NEAR(resumed.mean, 0.5, 1e-6);
}

/// Whole runs, from a configuration.
class LbfgsHistory : public test::SharedScratch {
 protected:
  std::vector<double> parameters_after(std::uint64_t steps, std::size_t history, const char* run,
                                       bool resume = false) {
    data::MemoryDatasets memory(world_);
    memory.add("/x", x_);
    Config config;
    config.encoder = "dense:4,tanh,dense:2";
    config.precision = Precision::float64;
    config.optimizer.kind = optim::OptimizerKind::lbfgs;
    config.batch = 0;
    config.steps = steps;
    config.lbfgs_history = history;
    config.output = file(run).string();
    config.resume = resume;
    config.threads = 1;
    Training training(config, memory, world_);
    EXPECT_TRUE(training.run().steps == steps || !world_.is_root());
    const auto parameters = training.model<double>().parameters();
    return {parameters.begin(), parameters.end()};
  }

  void TearDown() override {
    math::set_blas_threads(threads_);
    test::SharedScratch::TearDown();
  }

 private:
  const Matrix<double> x_ = test::random_rows<double>(90, 5, 3);
  int threads_ = math::blas_threads();
};

TEST_F(LbfgsHistory, DecidesTheWayOnceItIsFull) {
  EXPECT_EQ(parameters_after(3, 2, "short-3"), parameters_after(3, 10, "long-3"));
  EXPECT_NE(parameters_after(8, 2, "short-8"), parameters_after(8, 10, "long-8"));
}

TEST_F(LbfgsHistory, IsKeptInACheckpoint) {
  const auto whole = parameters_after(9, 2, "whole");
  (void)parameters_after(5, 2, "run");
  const std::string said =
      test::message_of<UsageError>([&] { (void)parameters_after(9, 10, "run", true); });
  EXPECT_NE(said.find("lbfgs_history"), std::string::npos) << said;
  EXPECT_EQ(parameters_after(9, 2, "run", true), whole);
}

TEST_F(Lbfgs, RefusesOptionsOutOfRange) {
  EXPECT_THROW((LbfgsOptions{.history = 0}.check()), UsageError);
  EXPECT_THROW((LbfgsOptions{.tolerance = -1.0}.check()), UsageError);
  EXPECT_THROW((LbfgsOptions{.tolerance = std::nan("")}.check()), UsageError);
}

}  // namespace
}  // namespace infomax::train
