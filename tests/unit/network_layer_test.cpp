// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/nn/executor.hpp"
#include "support/memory_rows.hpp"
#include "support/networks.hpp"

namespace infomax::nn {
namespace {

constexpr std::size_t features = 5;
constexpr std::size_t rows = 7;

/// Layer K of a network is what a network that ends there gives with the same parameters.
void expect_layer(const char* whole, std::size_t layer, const char* cut) {
  const Network<double> network(parse_spec(whole), features);
  const Network<double> ending(parse_spec(cut), features);
  Buffer<double> parameters(network.parameter_count());
  network.initialize(3, 1, parameters);
  const auto x = test::random_rows<double>(rows, features, 4);
  const std::size_t node = network.graph().layer_output(layer);
  Executor<double> executor(network, {.batch_rows = rows, .taps = {node}}, test::rows_from(x));
  Executor<double> executor_of_ending(ending, {.batch_rows = rows}, test::rows_from(x));

  (void)executor.forward(parameters, rows, {});
  const auto expected = executor_of_ending.forward(
      std::span<const double>(parameters).first(ending.parameter_count()), rows, {});
  const auto actual = executor.value(node).row_range(0, rows - 2);

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
  expect_layer("dense:4,residual(dense:4,gelu),tanh,dense:2", 1,
               "dense:4,residual(dense:4,gelu),tanh");
}

TEST(NetworkLayer, ThatIsNotThereIsRefusedByNumber) {
  const Network<double> network(parse_spec("dense:4,tanh,dense:2"), features);
  EXPECT_EQ(network.graph().layer_count(), 2U);
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
