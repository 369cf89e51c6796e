// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/core/random.hpp"
#include "infomax/nn/network.hpp"

namespace infomax::nn {
namespace {

constexpr std::size_t features = 5;
constexpr std::size_t rows = 7;

Matrix<double> random_rows() {
  const CounterRandom random(4, RandomStream::generation);
  Matrix<double> made(rows, features);
  for (std::size_t i = 0; i < made.size(); ++i) {
    made.span()[i] = random.normal(i);
  }
  return made;
}

/// Layer K of a network is what a network that ends there gives with the same parameters.
void expect_layer(const char* whole, std::size_t layer, const char* cut) {
  const Network<double> network(parse_spec(whole), features);
  const Network<double> ending(parse_spec(cut), features);
  Buffer<double> parameters(network.parameter_count());
  network.initialize(3, 1, parameters);
  const auto x = random_rows();
  Network<double>::Tape tape(network, rows, false);
  Network<double>::Tape tape_of_ending(ending, rows, false);

  (void)network.forward(parameters, x.view(), tape);
  const auto expected =
      ending.forward(std::span<const double>(parameters).first(ending.parameter_count()), x.view(),
                     tape_of_ending);
  const auto actual = network.layer_output(tape, layer, rows - 2);

  ASSERT_EQ(network.layer_columns(layer), expected.columns()) << whole << " layer " << layer;
  ASSERT_EQ(actual.rows(), rows - 2);
  for (std::size_t i = 0; i < actual.rows(); ++i) {
    for (std::size_t j = 0; j < actual.columns(); ++j) {
      EXPECT_EQ(actual(i, j), expected(i, j)) << whole << " layer " << layer;
    }
  }
}

TEST(NetworkLayer, IsWhatANetworkThatEndsThereGives) {
  expect_layer("dense:4,tanh,dense:3,relu,dense:2", 0, "dense:4,tanh");
  expect_layer("dense:4,tanh,dense:3,relu,dense:2", 1, "dense:4,tanh,dense:3,relu");
  expect_layer("dense:4,tanh,dense:3,relu,dense:2", 2, "dense:4,tanh,dense:3,relu,dense:2");
  expect_layer("tanh,dense:4,tanh,sigmoid,dense:3", 0, "tanh,dense:4,tanh,sigmoid");
  expect_layer("dense:4,dense:3,tanh", 0, "dense:4");
  expect_layer("dense:4,batchnorm,tanh,dense:3", 0, "dense:4");
  expect_layer("dense:4,batchnorm,tanh,dense:3", 1, "dense:4,batchnorm,tanh");
  expect_layer("dense:4,tanh,dropout:0.5,dense:3", 0, "dense:4,tanh");
  expect_layer("dense:4,dense:3,tanh", 1, "dense:4,dense:3,tanh");
}

TEST(NetworkLayer, ThatIsNotThereIsRefusedByNumber) {
  const Network<double> network(parse_spec("dense:4,tanh,dense:2"), features);
  EXPECT_EQ(network.layer_count(), 2U);
  try {
    (void)network.layer_columns(2);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("no layer 2"));
    EXPECT_THAT(error.what(), testing::HasSubstr("has 2"));
  }
}

}  // namespace
}  // namespace infomax::nn
