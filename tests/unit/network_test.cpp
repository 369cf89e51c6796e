// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/nn/network.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/core/random.hpp"

namespace infomax::nn {
namespace {

constexpr std::size_t features = 6;
constexpr std::size_t rows = 9;

template <class T>
Matrix<T> random_rows(std::size_t columns, std::uint64_t seed) {
  const CounterRandom random(seed, RandomStream::generation);
  Matrix<T> made(rows, columns);
  for (std::size_t i = 0; i < made.size(); ++i) {
    made.span()[i] = static_cast<T>(random.normal(i));
  }
  return made;
}

/// A smooth scalar of the output, sum_ij w_ij y_ij, whose derivative by y is w.
double weighted_sum(MatrixView<const double> y, const Matrix<double>& w) {
  double sum = 0.0;
  for (std::size_t i = 0; i < y.rows(); ++i) {
    for (std::size_t j = 0; j < y.columns(); ++j) {
      sum += w(i, j) * y(i, j);
    }
  }
  return sum;
}

class NetworkGradient : public testing::TestWithParam<const char*> {};

TEST_P(NetworkGradient, EqualsCentralDifferencesInEveryParameter) {
  const Network<double> network(parse_spec(GetParam()), features);
  Buffer<double> parameters(network.parameter_count());
  network.initialize(3, 1, parameters);
  const CounterRandom random(8, RandomStream::generation);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    parameters[i] += 0.1 * random.normal(i);  // biases too
  }
  const auto x = random_rows<double>(features, 1);
  const auto w = random_rows<double>(network.outputs(), 2);
  Network<double>::Tape tape(network, rows, true);

  auto dy = w;
  Buffer<double> gradient(parameters.size(), 0.0);
  (void)network.forward(parameters, x.view(), tape);
  network.backward(parameters, x.view(), tape, dy.view(), gradient);

  double largest = 0.0;
  for (const double g : gradient) {
    largest = std::max(largest, std::abs(g));
  }
  ASSERT_GT(parameters.size(), 0U);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const double kept = parameters[i];
    const double h = 1e-5;
    parameters[i] = kept + h;
    const double above = weighted_sum(network.forward(parameters, x.view(), tape), w);
    parameters[i] = kept - h;
    const double below = weighted_sum(network.forward(parameters, x.view(), tape), w);
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
  EXPECT_EQ(blocks[2].rows, 5U);
  EXPECT_EQ(blocks[2].columns, 3U);
  EXPECT_EQ(blocks[3].name, "bias");
  EXPECT_EQ(blocks[3].offset, 50U);
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
  const auto x = random_rows<double>(features, 1);
  auto dy = random_rows<double>(3, 2);
  Network<double>::Tape tape(network, rows, true);
  Buffer<double> gradient(parameters.size(), 0.0);
  std::vector<std::pair<std::size_t, std::size_t>> parts;

  (void)network.forward(parameters, x.view(), tape);
  network.backward(
      parameters, x.view(), tape, dy.view(), gradient,
      [&](std::size_t offset, std::size_t count) { parts.emplace_back(offset, count); });

  EXPECT_EQ(parts, (std::vector<std::pair<std::size_t, std::size_t>>{{35, 18}, {0, 35}}));
}

TEST(Network, DropsUnitsInTrainingAloneAndKeepsTheirMean) {
  constexpr double probability = 0.25;
  const Network<double> network(parse_spec("dropout:0.25"), features);
  Network<double>::Tape tape(network, rows, true);
  const auto x = random_rows<double>(features, 1);
  std::vector<std::uint64_t> samples(rows);
  std::iota(samples.begin(), samples.end(), std::uint64_t{40});

  const auto evaluated = network.forward({}, x.view(), tape);
  for (std::size_t i = 0; i < rows; ++i) {
    EXPECT_TRUE(std::ranges::equal(evaluated.row(i), x.view().row(i)));
  }
  std::size_t dropped = 0;
  constexpr std::uint64_t passes = 200;
  for (std::uint64_t key = 0; key < passes; ++key) {
    const auto y = network.forward({}, x.view(), tape, {true, key, samples});
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

TEST(Network, NormalisesABatchAndRemembersItForEvaluation) {
  const Network<double> network(parse_spec("batchnorm"), features);
  ASSERT_EQ(network.normalizations(), 1U);
  Buffer<double> parameters(network.parameter_count());
  network.initialize(1, 1, parameters);
  Network<double>::Tape tape(network, rows, true);
  const auto x = random_rows<double>(features, 1);
  const Pass training{true, 0, {}};

  (void)network.forward_part(0, parameters, x.view(), tape, training);
  Buffer<double> sums(network.sum_count(0), 0.0);
  network.add_sums(0, parameters, x.view(), tape, sums);
  network.set_moments(0, parameters, sums, tape);
  const auto y = network.forward_part(1, parameters, x.view(), tape, training);
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
  const Network<double>::Tape* const tapes[] = {&tape};
  network.remember(tapes, 1.0, parameters);
  const auto evaluated = network.forward(parameters, x.view(), tape);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < features; ++j) {
      EXPECT_NEAR(evaluated(i, j), trained(i, j), 1e-13);
    }
  }
  // A second batch, twice as far out, counts by its share.
  const double mean_before = parameters[2 * features];
  auto farther = x;
  for (double& value : farther.span()) {
    value *= 2.0;
  }
  sums.assign(sums.size(), 0.0);
  network.add_sums(0, parameters, farther.view(), tape, sums);
  network.set_moments(0, parameters, sums, tape);
  network.remember(tapes, 0.1, parameters);
  EXPECT_NEAR(parameters[2 * features], 1.1 * mean_before, 1e-14);
}

}  // namespace
}  // namespace infomax::nn
