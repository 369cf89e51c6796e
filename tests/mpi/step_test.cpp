// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/step.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "infomax/core/checksum.hpp"
#include "infomax/data/sampler.hpp"
#include "infomax/math/blas_runtime.hpp"
#include "infomax/model/examples.hpp"
#include "infomax/model/sides.hpp"
#include "infomax/objective/make.hpp"
#include "infomax/optim/optimizer_options.hpp"
#include "reference/keyed_data.hpp"
#include "support/by_messages.hpp"
#include "support/memory_rows.hpp"
#include "support/training_job.hpp"

namespace infomax {
namespace {

constexpr std::size_t rows = 83;  // divisible by no number of ranks here
constexpr std::size_t features = 4;
constexpr std::size_t outputs = 3;

enum class Targets { none, values, classes };

struct Case {
  std::string rho = "rv";  ///< or mse
  Targets targets = Targets::none;
  std::size_t blocks = 5;
  std::size_t batch = 30;
  std::size_t micro_batch = 0;
  double weight_decay = 0.0;
  std::string layers = "dense:6,tanh,";  ///< before the last one
  std::string augment = "";              ///< data::Augmentation's words; of 2x2 images
  std::size_t bucket_bytes = 64;         ///< less than a layer of these networks
  bool by_messages = false;              ///< and not through shared memory
  double clip_norm = 0.0;
  optim::OptimizerKind optimizer = optim::OptimizerKind::sgd;

  [[nodiscard]] std::string text() const {
    return fmt::format("{}, targets {}, {} blocks, batch {}, micro-batch {}, {} {}", rho,
                       static_cast<int>(targets), blocks, batch, micro_batch, layers, augment);
  }

  [[nodiscard]] objective::ObjectiveOptions objective() const {
    objective::ObjectiveOptions options;
    options.objective = rho == "mse" ? "mse" : "infomax";
    options.set("rho", rho == "mse" ? "rv" : rho);
    options.set("lambda-a", 0.1);
    options.set("lambda-b", 0.3);
    options.set("bins", 12);
    return options;
  }

  /// Pearson and mse pair column with column.
  [[nodiscard]] std::string encoder() const {
    const bool equal = targets == Targets::none && (rho == "pearson" || rho == "mse");
    return fmt::format("{}dense:{}", layers, equal ? features : outputs);
  }
};

model::Examples examples_of(const Case& wanted, const mpi::Communicator& communicator) {
  const reference::Sides sides = reference::keyed_sides(rows, features, outputs, 51);
  const data::Blocks blocks(rows, wanted.blocks);
  const data::Shard shard = blocks.shard(communicator.rank(), communicator.size());
  model::Examples examples{
      blocks, shard,
      test::store_of(reference::flat(sides.a), features, shard.first_row, shard.row_count)};
  if (wanted.targets == Targets::values) {
    examples.y =
        test::store_of(reference::flat(sides.b), outputs, shard.first_row, shard.row_count);
  }
  if (wanted.targets == Targets::classes) {
    std::vector<std::int32_t> labels;
    for (const auto& row : sides.b) {
      labels.push_back(row[0] < -0.4 ? 0 : (row[0] < 0.6 ? 1 : 2));
    }
    examples.y = test::store_of(labels, 1, shard.first_row, shard.row_count);
  }
  return examples;
}

model::PairSettings pair_of(const Case& wanted) {
  model::PairSettings settings;
  settings.pair = wanted.targets == Targets::none ? model::Pair::input : model::Pair::target;
  if (!wanted.augment.empty()) {
    settings.pair = model::Pair::augment;
    settings.augment = wanted.augment;
    settings.image = "2x2";
  }
  settings.classes = wanted.targets == Targets::classes ? outputs : 0;
  return settings;
}

template <class T>
model::Model<T> model_of(const Case& wanted) {
  data::Normalization normalization{std::vector<double>(features, 0.5),
                                    std::vector<double>(features, 0.7)};
  model::Model<T> model;
  model.add(model::Role::encoder_b, nn::Network<T>(nn::parse_spec(wanted.encoder()), features),
            normalization);
  model.initialize(3);
  return model;
}

optim::OptimizerOptions optimizer_of(const Case& wanted) {
  optim::OptimizerOptions options;
  options.kind = wanted.optimizer;
  return options;
}

/// All that a training job holds on one rank.
template <class T>
struct Job : test::TrainingJob<T> {
  Job(const mpi::Communicator& communicator, const Case& wanted)
      : test::TrainingJob<T>(communicator, {.examples = examples_of(wanted, communicator),
                                            .model = model_of<T>(wanted),
                                            .pair = pair_of(wanted),
                                            .objective = wanted.objective(),
                                            .optimizer = optimizer_of(wanted),
                                            .batch = wanted.batch,
                                            .micro_batch = wanted.micro_batch,
                                            .step = {.clip_norm = wanted.clip_norm,
                                                     .weight_decay = wanted.weight_decay,
                                                     .seed = 5,
                                                     .bucket_bytes = wanted.bucket_bytes}}) {}
};

template <class T>
void expect_close(std::span<const T> actual, std::span<const T> expected, double tolerance,
                  const std::string& what) {
  ASSERT_EQ(actual.size(), expected.size()) << what;
  double largest = 0.0;
  for (const T number : expected) {
    largest = std::max(largest, std::abs(static_cast<double>(number)));
  }
  ASSERT_GT(largest, 0.0) << what;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    EXPECT_NEAR(actual[i], expected[i], tolerance * largest) << what << ", parameter " << i;
  }
}

void expect_close(const train::StepReport& actual, const train::StepReport& expected,
                  double tolerance, const std::string& what) {
  const auto close = [&](double number, double reference, const char* name) {
    EXPECT_NEAR(number, reference, tolerance * std::max(1.0, std::abs(reference)))
        << what << ", " << name;
  };
  EXPECT_EQ(actual.value.samples, expected.value.samples) << what;
  EXPECT_GT(actual.value.samples, 0U) << what;
  close(actual.value.objective, expected.value.objective, "objective");
  close(actual.value.dependence, expected.value.dependence, "dependence");
  close(actual.value.entropy_a, expected.value.entropy_a, "entropy_a");
  close(actual.value.entropy_b, expected.value.entropy_b, "entropy_b");
  close(actual.penalty, expected.penalty, "penalty");
  close(actual.gradient_norm, expected.gradient_norm, "gradient norm");
}

/// Steps of an epoch and the first of the next, by all ranks together and by this rank alone, which
/// holds all rows then; each from the same parameters.
template <class T>
void check(const Case& wanted, const Case& alone_as, double tolerance) {
  const auto world = mpi::Communicator::world();
  const auto self = world.split(world.rank());
  Job<T> together(wanted.by_messages ? test::by_messages(world) : world, wanted);
  Job<T> alone(self, alone_as);
  const std::size_t steps = alone.sampler.steps_per_epoch();
  for (std::size_t k = 0; k <= steps; ++k) {
    const std::string what = fmt::format("{}, step {}", wanted.text(), k);
    const auto report = together.step.run(k / steps, k % steps, *together.optimizer, 0.05);
    const auto expected = alone.step.run(k / steps, k % steps, *alone.optimizer, 0.05);
    expect_close(report, expected, tolerance, what);
    expect_close<T>(together.step.gradient(), alone.step.gradient(), tolerance, what);
    expect_close<T>(std::as_const(together.model).parameters(),
                    std::as_const(alone.model).parameters(), tolerance, what);
    std::ranges::copy(alone.model.parameters(), together.model.parameters().begin());
  }
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const char* rho : {"rv", "pearson", "cca", "mse"}) {
    for (const Targets targets : {Targets::none, Targets::values, Targets::classes}) {
      // Unequal shards, ranks without rows, more blocks than rows.
      for (const std::size_t blocks : {5UL, 2UL, 240UL}) {
        all.push_back({rho, targets, blocks, 30, 0, 0.01});
      }
      all.push_back({rho, targets, 5, 0, 0, 0.0});
    }
  }
  // What draws random numbers by sample, and what needs the whole batch within the network.
  constexpr const char* all_words = "crop:0.6,rotate:20,shift:1,flip,scale:0.3,noise:0.1,mask:0.2";
  for (const char* rho : {"rv", "mse"}) {
    for (const char* words : {"", "noise:1", all_words}) {
      for (const char* layers :
           {"dense:6,tanh,", "dense:6,sigmoid,dropout:0.4,", "dense:6,batchnorm,tanh,",
            "dense:6,gelu,residual(dense:5,batchnorm,tanh,dense:6),",
            "batchnorm,dense:6,tanh,dropout:0.2,batchnorm,dense:5,batchnorm,sigmoid,"}) {
        const bool plain = std::string(layers) == "dense:6,tanh," && std::string(words).empty();
        if (!plain) {
          all.push_back({rho, Targets::none, 5, 30, 0, 0.01, layers, words});
          all.push_back({rho, Targets::none, 2, 0, 0, 0.0, layers, words});
        }
      }
    }
  }
  return all;
}

TEST(Step, AtAnyNumberOfRanksIsThatOfOneInDouble) {
  for (const Case& wanted : cases()) {
    check<double>(wanted, wanted, 1e-12);
  }
}

TEST(Step, AtAnyNumberOfRanksIsThatOfOneInFloat) {
  for (const Case& wanted : cases()) {
    check<float>(wanted, wanted, 1e-5);
  }
}

TEST(Step, IsTheSameForEveryMicroBatch) {
  for (const char* rho : {"rv", "pearson", "cca", "mse"}) {
    for (const Targets targets : {Targets::none, Targets::classes}) {
      for (const std::size_t micro_batch : {1UL, 7UL, 64UL}) {
        const Case whole{rho, targets, 5, 0, 0, 0.0};
        Case parts = whole;
        parts.micro_batch = micro_batch;
        check<double>(parts, whole, 1e-12);
        check<float>(parts, whole, 1e-5);
      }
    }
  }
}

TEST(Step, IsTheSameForEveryMicroBatchWithAugmentationDropoutAndBatchNormalisation) {
  for (const Case& wanted : cases()) {
    if (wanted.layers == Case{}.layers && wanted.augment.empty()) {
      continue;
    }
    for (const std::size_t micro_batch : {1UL, 7UL, 64UL}) {
      Case parts = wanted;
      parts.micro_batch = micro_batch;
      check<double>(parts, wanted, 1e-12);
    }
  }
}

TEST(Step, IsTheSameHoweverTheGradientIsReduced) {
  for (const std::size_t bucket_bytes : {std::size_t{1}, std::size_t{300}, std::size_t{1} << 30U}) {
    for (const bool by_messages : {false, true}) {
      Case wanted;
      wanted.layers = "dense:6,tanh,dense:150,tanh,";  // long enough for shared memory
      const Case plain = wanted;
      wanted.bucket_bytes = bucket_bytes;
      wanted.by_messages = by_messages;
      check<double>(wanted, plain, 1e-12);
      wanted.augment = "noise:1";
      wanted.micro_batch = 4;
      Case alone = wanted;
      alone.bucket_bytes = Case{}.bucket_bytes;
      check<double>(wanted, alone, 1e-12);
    }
  }
}

TEST(Step, GradientIsThatOfCentralDifferences) {
  const auto world = mpi::Communicator::world();
  for (Case wanted : cases()) {
    const bool drawn = wanted.layers != Case{}.layers || !wanted.augment.empty();
    if (drawn && (wanted.rho == "mse" || wanted.batch == 0)) {
      continue;  // larger networks, to the same effect
    }
    wanted.micro_batch = 7;
    Job<double> job(world, wanted);
    (void)job.step.differentiate(0, 0);
    const std::vector<double> gradient(job.step.gradient().begin(), job.step.gradient().end());
    std::vector<double> expected;
    constexpr double move = 1e-5;
    for (double& parameter : job.model.parameters()) {
      const double before = parameter;
      parameter = before + move;
      const double above = job.step.differentiate(0, 0).value.objective;
      parameter = before - move;
      const double below = job.step.differentiate(0, 0).value.objective;
      parameter = before;
      expected.push_back((above - below) / (2.0 * move));
    }
    expect_close<double>(gradient, expected, 1e-6, wanted.text());
  }
}

/// BLAS's threads on this rank, for a scope.
class BlasThreads {
 public:
  explicit BlasThreads(int threads) : before_(math::blas_threads()) {
    math::set_blas_threads(threads);
  }
  ~BlasThreads() { math::set_blas_threads(before_); }
  BlasThreads(const BlasThreads&) = delete;
  BlasThreads& operator=(const BlasThreads&) = delete;

 private:
  int before_;
};

TEST(Step, LeavesTheSameBitsOnRanksWithOtherThreads) {
  const auto world = mpi::Communicator::world();
  const BlasThreads threads(1 + world.rank());
  Case plain;
  plain.layers = "dense:160,tanh,dense:160,tanh,";  // layers long enough for threads
  std::vector<Case> all(4, plain);
  all[1].weight_decay = 0.01;
  all[2].clip_norm = 1e-3;
  all[3].optimizer = optim::OptimizerKind::lars;
  for (const Case& wanted : all) {
    Job<double> job(world, wanted);
    for (std::size_t k = 0; k < 3; ++k) {
      (void)job.step.run(0, k, *job.optimizer, 0.05);
      const std::uint64_t sum = checksum(std::as_bytes(job.model.parameters()));
      for (const std::uint64_t other : world.gather_all(sum)) {
        EXPECT_EQ(sum, other) << "weight decay " << wanted.weight_decay << ", clip norm "
                              << wanted.clip_norm << ", step " << k;
      }
    }
  }
}

TEST(Step, MovesEveryParameterByTheRateTimesTheGradient) {
  Job<double> job(mpi::Communicator::world(), {.weight_decay = 0.1});
  const auto parameters = std::as_const(job.model).parameters();
  std::vector<double> expected(parameters.begin(), parameters.end());
  (void)job.step.run(0, 0, *job.optimizer, 0.25);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    expected[i] += 0.25 * job.step.gradient()[i];
  }
  expect_close<double>(parameters, expected, 1e-15, "parameters");
}

}  // namespace
}  // namespace infomax
