// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/nn/network.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/core/random.hpp"
#include "infomax/nn/executor.hpp"
#include "support/memory_rows.hpp"
#include "support/networks.hpp"

namespace infomax::nn {
namespace {

constexpr std::size_t features = 6;
constexpr std::size_t rows = 9;

using test::random_rows;
using test::rows_from;
using test::weighted_sum;

constexpr Pass training{true, 0, {}};

class NetworkGradient : public testing::TestWithParam<const char*> {};

TEST_P(NetworkGradient, EqualsCentralDifferencesInEveryParameter) {
  const Network<double> network(parse_spec(GetParam()), features);
  Buffer<double> parameters(network.parameter_count());
  network.initialize(3, 1, parameters);
  const CounterRandom random(8, RandomStream::generation);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    parameters[i] += 0.1 * random.normal(i);  // biases too
  }
  const auto x = random_rows<double>(rows, features, 1);
  const auto w = random_rows<double>(rows, network.outputs(), 2);
  Executor<double> executor(network, {.batch_rows = rows, .for_backward = true}, rows_from(x));

  auto dy = w;
  Buffer<double> gradient(parameters.size(), 0.0);
  (void)executor.forward(parameters, rows, training);
  executor.backward(parameters, dy.view(), gradient);

  double largest = 0.0;
  for (const double g : gradient) {
    largest = std::max(largest, std::abs(g));
  }
  ASSERT_GT(parameters.size(), 0U);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const double kept = parameters[i];
    const double h = 1e-5;
    parameters[i] = kept + h;
    const double above = weighted_sum(executor.forward(parameters, rows, training), w.view());
    parameters[i] = kept - h;
    const double below = weighted_sum(executor.forward(parameters, rows, training), w.view());
    parameters[i] = kept;
    EXPECT_NEAR(gradient[i], (above - below) / (2.0 * h), 1e-8 * largest) << "parameter " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Specs, NetworkGradient,
                         testing::Values("dense:4", "dense:5,tanh", "dense:5,relu,dense:3",
                                         "dense:5,sigmoid,dense:3", "dense:5,identity,dense:3",
                                         "dense:7,tanh,dense:5,sigmoid,dense:4,relu,dense:2",
                                         "tanh,dense:4", "dense:4,tanh,sigmoid,dense:3",
                                         "dense:1,tanh,dense:1"));

TEST(Network, LaysOutLayersInOrderWithWeightsBeforeBiases) {
  const Network<float> network(parse_spec("dense:5,tanh,dense:3"), features);

  EXPECT_EQ(network.parameter_count(), 6U * 5U + 5U + 5U * 3U + 3U);
  const auto& blocks = network.parameters();
  ASSERT_EQ(blocks.size(), 4U);
  EXPECT_EQ(blocks[2].layer, 1U);
  EXPECT_EQ(blocks[2].name, "weight");
  EXPECT_EQ(blocks[2].offset, 35U);
  EXPECT_EQ(blocks[2].shape, (std::vector<std::size_t>{5, 3}));
  EXPECT_EQ(blocks[2].role, Role::weight);
  EXPECT_EQ(blocks[3].name, "bias");
  EXPECT_EQ(blocks[3].offset, 50U);
  EXPECT_EQ(blocks[3].shape, (std::vector<std::size_t>{3}));
  EXPECT_EQ(blocks[3].role, Role::bias);
}

TEST(Network, GlorotStaysWithinItsLimitAndDependsOnSeedAndNetwork) {
  const Network<double> network(parse_spec("dense:50"), 40);
  Buffer<double> first(network.parameter_count());
  Buffer<double> again(network.parameter_count());
  Buffer<double> other_seed(network.parameter_count());
  Buffer<double> other_network(network.parameter_count());
  network.initialize(1, 1, first);
  network.initialize(1, 1, again);
  network.initialize(2, 1, other_seed);
  network.initialize(1, 0, other_network);

  EXPECT_EQ(first, again);
  EXPECT_NE(first, other_seed);
  EXPECT_NE(first, other_network);
  const double limit = std::sqrt(6.0 / 90.0);
  double squares = 0.0;
  for (std::size_t i = 0; i < 2000; ++i) {
    ASSERT_LE(std::abs(first[i]), limit);
    squares += first[i] * first[i];
  }
  EXPECT_NEAR(squares / 2000.0, limit * limit / 3.0, 0.1 * limit * limit / 3.0);
  EXPECT_TRUE(std::all_of(first.begin() + 2000, first.end(), [](double b) { return b == 0.0; }));
}

TEST(Network, SaysWhenEachPartOfTheGradientIsComplete) {
  const Network<double> network(parse_spec("dense:5,tanh,dense:3"), features);
  Buffer<double> parameters(network.parameter_count());
  network.initialize(3, 1, parameters);
  const auto x = random_rows<double>(rows, features, 1);
  auto dy = random_rows<double>(rows, 3, 2);
  Executor<double> executor(network, {.batch_rows = rows, .for_backward = true}, rows_from(x));
  Buffer<double> gradient(parameters.size(), 0.0);
  std::vector<std::pair<std::size_t, std::size_t>> parts;

  (void)executor.forward(parameters, rows, training);
  executor.backward(parameters, dy.view(), gradient, [&](std::size_t offset, std::size_t count) {
    parts.emplace_back(offset, count);
  });

  EXPECT_EQ(parts, (std::vector<std::pair<std::size_t, std::size_t>>{{35, 18}, {0, 35}}));
}

TEST(Network, DropsUnitsInTrainingAloneAndKeepsTheirMean) {
  constexpr double probability = 0.25;
  const Network<double> network(parse_spec("dropout:0.25"), features);
  const auto x = random_rows<double>(rows, features, 1);
  Executor<double> executor(network, {.batch_rows = rows, .for_backward = true}, rows_from(x));
  std::vector<std::uint64_t> samples(rows);
  std::iota(samples.begin(), samples.end(), std::uint64_t{40});

  const auto evaluated = executor.forward({}, rows, {});
  for (std::size_t i = 0; i < rows; ++i) {
    EXPECT_TRUE(std::ranges::equal(evaluated.row(i), x.view().row(i)));
  }
  std::size_t dropped = 0;
  constexpr std::uint64_t passes = 200;
  for (std::uint64_t key = 0; key < passes; ++key) {
    const auto y = executor.forward({}, rows, {true, key, samples});
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < features; ++j) {
        dropped += y(i, j) == 0.0 ? 1 : 0;
        EXPECT_TRUE(y(i, j) == 0.0 || std::abs(y(i, j) * (1.0 - probability) - x(i, j)) < 1e-12);
      }
    }
  }
  EXPECT_NEAR(static_cast<double>(dropped) / static_cast<double>(passes * rows * features),
              probability, 0.02);
}

// Of images [2,3,2] and of sequences [3,4], which number belongs to which group.
TEST(Network, DropsChannelsStepsAndSamplesAsAWhole) {
  struct Case {
    const char* spec;
    std::vector<std::size_t> shape;
    std::size_t groups;
    std::function<std::size_t(std::size_t)> group_of;  // of a number of a sample
  };
  const std::vector<Case> cases{
      {"dropout:0.5:by=channels", {2, 3, 2}, 2, [](std::size_t i) { return i / 6; }},
      {"steps,dropout:0.5:by=channels,each", {3, 4}, 4, [](std::size_t i) { return i % 4; }},
      {"steps,dropout:0.5:by=steps,each", {3, 4}, 3, [](std::size_t i) { return i / 4; }},
      {"dropout:0.5:by=samples", {2, 3, 2}, 1, [](std::size_t) { return 0; }}};
  std::vector<std::uint64_t> samples(rows);
  std::iota(samples.begin(), samples.end(), std::uint64_t{40});
  for (const Case& tested : cases) {
    SCOPED_TRACE(tested.spec);
    const Network<double> network(parse_spec(tested.spec), Shape(tested.shape));
    const auto x = random_rows<double>(rows, 12, 1);
    Executor<double> executor(network, {.batch_rows = rows, .for_backward = true}, rows_from(x));
    std::size_t dropped = 0;
    constexpr std::uint64_t passes = 100;
    for (std::uint64_t key = 0; key < passes; ++key) {
      const auto y = executor.forward({}, rows, {true, key, samples});
      for (std::size_t i = 0; i < rows; ++i) {
        std::vector<std::optional<bool>> is_dropped(tested.groups);
        for (std::size_t j = 0; j < 12; ++j) {
          const bool zero = y(i, j) == 0.0;
          EXPECT_TRUE(zero || std::abs(y(i, j) - 2.0 * x(i, j)) < 1e-12);
          auto& group = is_dropped.at(tested.group_of(j));
          EXPECT_EQ(group.value_or(zero), zero);
          group = zero;
        }
        dropped += static_cast<std::size_t>(std::ranges::count(is_dropped, true));
      }
    }
    EXPECT_NEAR(static_cast<double>(dropped) / static_cast<double>(passes * rows * tested.groups),
                0.5, 0.06);
  }
}

TEST(Network, RefusesToDropGroupsThatAreNotThere) {
  EXPECT_THROW((void)Network<double>(parse_spec("dropout:0.5:by=channels"), Shape(6)), UsageError);
  EXPECT_THROW((void)Network<double>(parse_spec("dropout:0.5:by=steps"), Shape({2, 3, 2})),
               UsageError);
  EXPECT_THROW((void)parse_spec("dropout:0.5:by=rows"), UsageError);
}

TEST(Network, NormalisesABatchAndRemembersItForEvaluation) {
  const Network<double> network(parse_spec("batchnorm"), features);
  ASSERT_TRUE(network.has_running_statistics());
  Buffer<double> parameters(network.parameter_count());
  network.initialize(1, 1, parameters);
  auto x = random_rows<double>(rows, features, 1);
  Executor<double> executor(network, {.batch_rows = rows, .for_backward = true}, rows_from(x));

  const auto y = executor.forward(parameters, rows, training);
  for (std::size_t j = 0; j < features; ++j) {
    double mean = 0.0;
    double square = 0.0;
    for (std::size_t i = 0; i < rows; ++i) {
      mean += y(i, j) / rows;
      square += y(i, j) * y(i, j) / rows;
    }
    EXPECT_NEAR(mean, 0.0, 1e-14);
    EXPECT_NEAR(square, 1.0, 1e-4);  // but for what keeps constant columns finite
  }

  const Matrix<double> trained = [&] {
    Matrix<double> copy(rows, features);
    for (std::size_t i = 0; i < rows; ++i) {
      std::ranges::copy(y.row(i), copy.view().row(i).begin());
    }
    return copy;
  }();
  const Executor<double>* const executors[] = {&executor};
  Executor<double>::remember(executors, 1.0, parameters);
  const auto evaluated = executor.forward(parameters, rows, {});
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < features; ++j) {
      EXPECT_NEAR(evaluated(i, j), trained(i, j), 1e-13);
    }
  }
  // A second batch, twice as far out, counts by its share.
  const double mean_before = parameters[2 * features];
  for (double& value : x.span()) {
    value *= 2.0;
  }
  (void)executor.forward(parameters, rows, training);
  Executor<double>::remember(executors, 0.1, parameters);
  EXPECT_NEAR(parameters[2 * features], 1.1 * mean_before, 1e-14);
}

}  // namespace
}  // namespace infomax::nn
