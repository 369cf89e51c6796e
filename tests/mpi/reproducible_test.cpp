// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "infomax/data/sampler.hpp"
#include "infomax/math/blas_runtime.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/sides.hpp"
#include "infomax/objective/make.hpp"
#include "infomax/optim/optimizer_options.hpp"
#include "infomax/train/step.hpp"
#include "reference/keyed_data.hpp"
#include "support/memory_rows.hpp"
#include "support/same_bits.hpp"
#include "support/training_job.hpp"

namespace infomax {
namespace {

constexpr std::size_t features_y = 5;

struct Case {
  std::string objective = "infomax";  ///< or a rho of it
  model::Pair pair = model::Pair::views;
  std::string optimizer = "adam";
  std::string layers = "dense:7,tanh,";  ///< before the last one
  std::size_t rows = 83;
  std::size_t blocks = 8;
  std::size_t batch = 30;
  std::size_t features = 6;
  std::size_t outputs = 3;

  [[nodiscard]] std::string text() const {
    return fmt::format("{}, {}, {}, {}, {} rows, {} blocks, batch {}, {} to {} columns", objective,
                       model::name_of(pair), optimizer, layers, rows, blocks, batch, features,
                       outputs);
  }
};

objective::ObjectiveOptions objective_of(const Case& wanted) {
  objective::ObjectiveOptions options;
  const bool is_rho =
      wanted.objective == "rv" || wanted.objective == "cca" || wanted.objective == "pearson";
  options.objective = is_rho ? "infomax" : wanted.objective;
  options.set("rho", is_rho ? wanted.objective : "rv");
  options.set("lambda-a", options.objective == "infomax" ? 0.1 : 0.0);
  options.set("lambda-b", options.objective == "infomax" ? -0.3 : 0.0);
  options.set("bins", 12);
  const bool is_learned = wanted.objective == "nwj" || wanted.objective == "sigmoid";
  options.set("learn-temperature", is_learned ? "true" : "false");
  const std::map<std::string, std::string> critics{{"dv", "bilinear"},
                                                   {"mine", "separable:dense:5,tanh,dense:3"},
                                                   {"jsd", "concat:dense:3,tanh,dense:1"}};
  const auto critic = critics.find(wanted.objective);
  options.set("critic", critic == critics.end() ? "cosine" : critic->second);
  return options;
}

model::PairSettings pair_of(const Case& wanted) {
  model::PairSettings settings;
  settings.pair = wanted.pair;
  settings.lag = 3;
  settings.augment = "noise:0.1,mask:0.2,rotate:10";
  settings.image = "2x3";
  return settings;
}

model::Examples examples_of(const Case& wanted, const mpi::Communicator& communicator) {
  const bool lagged = wanted.pair == model::Pair::lag;
  const std::size_t overlap = lagged ? pair_of(wanted).lag : 0;
  const auto sides = reference::keyed_sides(wanted.rows + overlap, wanted.features, features_y, 51);
  const data::Blocks blocks(wanted.rows, wanted.blocks);
  const data::Shard shard = blocks.shard(communicator.rank(), communicator.size());
  const std::size_t held = shard.row_count == 0 ? 0 : shard.row_count + overlap;
  model::Examples examples{
      blocks, shard,
      test::store_of(reference::flat(sides.a), wanted.features, shard.first_row, held),
      test::store_of(reference::flat(sides.b), features_y, shard.first_row, held)};
  if (lagged) {
    std::vector<std::size_t> starts(shard.row_count);
    std::iota(starts.begin(), starts.end(), std::size_t{0});
    examples.index = model::SampleIndex(std::move(starts), overlap + 1, wanted.rows + overlap);
  }
  return examples;
}

template <class T>
model::Model<T> model_of(const Case& wanted) {
  const auto normalization = [](std::size_t columns) {
    return data::Normalization{std::vector<double>(columns, 0.5),
                               std::vector<double>(columns, 0.7)};
  };
  const nn::Spec spec = nn::parse_spec(fmt::format("{}dense:{}", wanted.layers, wanted.outputs));
  model::Model<T> model;
  if (wanted.pair == model::Pair::views) {
    model.add(model::Role::encoder_a, nn::Network<T>(spec, wanted.features),
              normalization(wanted.features));
    model.add(model::Role::encoder_b, nn::Network<T>(spec, features_y), normalization(features_y));
  } else {
    model.add(model::Role::encoder_b, nn::Network<T>(spec, wanted.features),
              normalization(wanted.features));
  }
  const auto objective = objective::make_objective<T>(objective_of(wanted));
  if (wanted.pair == model::Pair::views) {
    model.add_objective_parameters(objective->parameter_count(wanted.outputs, wanted.outputs));
  }
  model.initialize(3);
  if (!model.objective_parameters().empty()) {
    objective->initialize(model.objective_parameters(), wanted.outputs, wanted.outputs, 3);
  }
  return model;
}

/// A training job in reproducible mode, or in the fast one, on one rank of its communicator.
template <class T>
struct Job : test::TrainingJob<T> {
  Job(const mpi::Communicator& communicator, const Case& wanted, bool reproducible,
      std::size_t micro_batch)
      : test::TrainingJob<T>(communicator,
                             {.examples = examples_of(wanted, communicator),
                              .model = model_of<T>(wanted),
                              .pair = pair_of(wanted),
                              .objective = objective_of(wanted),
                              .optimizer = {.kind = optim::parse_optimizer(wanted.optimizer)},
                              .batch = wanted.batch,
                              .micro_batch = micro_batch,
                              .reproducible = reproducible,
                              .step = {.clip_norm = 0.5, .weight_decay = 0.01, .seed = 5}}) {}

  /// Steps through an epoch and into the next.
  train::StepReport run(std::size_t index) {
    const std::size_t steps = this->sampler.steps_per_epoch();
    return this->step.run(index / steps, index % steps, *this->optimizer, 0.01);
  }
};

void expect_same(const train::StepReport& report, const train::StepReport& expected,
                 const std::string& what) {
  const auto same = [&](double number, double other, const std::string& name) {
    EXPECT_TRUE(test::same_bits(number, other)) << what << ", " << name << ": " << number << " and "
                                                << other << " differ by " << number - other;
  };
  EXPECT_EQ(report.value.samples, expected.value.samples) << what;
  EXPECT_GT(report.value.samples, 0U) << what;
  same(report.value.objective, expected.value.objective, "objective");
  same(report.value.dependence, expected.value.dependence, "dependence");
  same(report.value.entropy_a, expected.value.entropy_a, "entropy_a");
  same(report.value.entropy_b, expected.value.entropy_b, "entropy_b");
  same(report.penalty, expected.penalty, "penalty");
  same(report.gradient_norm, expected.gradient_norm, "gradient norm");
  ASSERT_EQ(report.value.figures.size(), expected.value.figures.size()) << what;
  for (std::size_t k = 0; k < expected.value.figures.size(); ++k) {
    same(report.value.figures[k].second, expected.value.figures[k].second,
         report.value.figures[k].first);
  }
}

/// By all ranks together and by each alone, which holds all rows then, with other micro-batches.
template <class T>
void check(const Case& wanted) {
  const auto world = mpi::Communicator::world();
  const auto self = world.split(world.rank());
  Job<T> together(world, wanted, true, 7);
  Job<T> alone(self, wanted, true, 0);
  for (std::size_t k = 0; k < together.sampler.steps_per_epoch() + 2; ++k) {
    const std::string what = fmt::format("{}, step {}", wanted.text(), k);
    const auto report = together.run(k);
    const auto expected = alone.run(k);
    expect_same(report, expected, what);
    const auto parameters = std::as_const(together.model).parameters();
    const auto others = std::as_const(alone.model).parameters();
    std::size_t different = 0;
    for (std::size_t i = 0; i < others.size(); ++i) {
      different += test::same_bits(parameters[i], others[i]) ? 0U : 1U;
    }
    EXPECT_EQ(different, 0U) << "of " << others.size() << " parameters; " << what;
  }
}

class Reproducible : public testing::Test {
 protected:
  void SetUp() override {
    threads_ = math::blas_threads();
    math::set_blas_threads(1);
  }
  void TearDown() override { math::set_blas_threads(threads_); }

 private:
  int threads_ = 1;
};

TEST_F(Reproducible, EveryObjective) {
  for (const char* objective :
       {"rv",      "cca",    "pearson",      "dcca",        "vamp1", "vamp2",   "gaussian-mi",
        "barlow",  "vicreg", "histogram-mi", "coding-rate", "mse",   "infonce", "nt-xent",
        "sigmoid", "jsd",    "dv",           "mine",        "nwj",   "smile",   "simsiam"}) {
    check<float>({.objective = objective});
    check<double>({.objective = objective});
  }
}

TEST_F(Reproducible, EveryOptimizer) {
  for (const char* optimizer : {"sgd", "adam", "adamw", "rmsprop", "adagrad", "lars"}) {
    check<float>({.optimizer = optimizer});
    check<double>({.optimizer = optimizer});
  }
}

TEST_F(Reproducible, EveryPair) {
  for (const model::Pair pair :
       {model::Pair::input, model::Pair::target, model::Pair::augment, model::Pair::lag}) {
    check<float>({.pair = pair});
    check<double>({.pair = pair});
  }
}

TEST_F(Reproducible, LayersThatDrawAndNormalise) {
  for (const char* layers : {"dense:6,batchnorm,tanh,", "dense:9,sigmoid,dropout:0.4,",
                             "dense:6,gelu,residual(batchnorm,dense:6,batchnorm),",
                             "batchnorm,dense:9,relu,dropout:0.2,batchnorm,dense:5,batchnorm,"}) {
    check<float>({.pair = model::Pair::augment, .layers = layers});
    check<double>({.layers = layers});
  }
}

TEST_F(Reproducible, ImagesAndSequences) {
  for (const char* layers :
       {"dense:40,reshape:2:5:4,conv:4:3,batchnorm,relu,maxpool:2,conv:3:2:pad=0,"
        "globalpool,",
        "dense:400,reshape:16:5:5,conv:16:3,relu,residual(conv:16:3,batchnorm),globalpool,",
        "dense:12,reshape:4:3,bidirectional(gru:3),lstm:4,last,",
        "dense:12,reshape:4:3,conv1d:3:3,rnn:4,dropout:0.2:by=steps,mean,"}) {
    check<float>({.pair = model::Pair::augment, .layers = layers});
    check<double>({.layers = layers});
  }
}

TEST_F(Reproducible, BlocksOfManyRowsOfNoneAndFewerThanRanks) {
  // More rows than a tile has, ranks without a block, parts without a row, one row a part.
  check<float>({.objective = "vicreg", .layers = "dense:70,tanh,", .rows = 2300, .batch = 0});
  check<float>({.rows = 700, .blocks = 2, .batch = 600});
  check<float>({.pair = model::Pair::augment, .blocks = 40, .batch = 9});
  check<double>({.blocks = 83, .batch = 20});
}

TEST_F(Reproducible, SidesOfManyMoreColumnsThanRows) {
  for (const char* objective : {"rv", "dcca"}) {
    check<float>({.objective = objective, .pair = model::Pair::input, .features = 300});
    check<double>({.objective = objective, .layers = "", .features = 300, .outputs = 140});
  }
  check<double>({.objective = "coding-rate", .outputs = 140});
}

TEST_F(Reproducible, IsTheFastModeToRounding) {
  const auto world = mpi::Communicator::world();
  for (const char* objective : {"rv", "cca", "vicreg", "histogram-mi"}) {
    for (const char* layers : {"dense:7,tanh,", "dense:6,batchnorm,tanh,"}) {
      const Case wanted{.objective = objective, .layers = layers};
      Job<double> reproducible(world, wanted, true, 0);
      Job<double> fast(world, wanted, false, 0);
      const auto report = reproducible.step.differentiate(0, 0);
      const auto expected = fast.step.differentiate(0, 0);
      EXPECT_NEAR(report.value.objective, expected.value.objective, 1e-12) << wanted.text();
      double largest = 0.0;
      double difference = 0.0;
      for (std::size_t i = 0; i < fast.step.gradient().size(); ++i) {
        const double g = fast.step.gradient()[i];
        largest = std::max(largest, std::abs(g));
        difference = std::max(difference, std::abs(reproducible.step.gradient()[i] - g));
      }
      EXPECT_GT(largest, 0.0);
      EXPECT_LE(difference, 1e-12 * largest) << wanted.text();
    }
  }
}

}  // namespace
}  // namespace infomax
