// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/nn/executor.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/memory_rows.hpp"
#include "support/networks.hpp"

namespace infomax::nn {
namespace {

constexpr std::size_t rows = 9;

/// How the rows are cut: micro-batches of a size, or ranges.
struct Cut {
  std::size_t micro_rows = 0;
  std::vector<RowRange> ranges = {};
};

const Cut cuts[] = {{0}, {1}, {4}, {9}, {7, {{0, 2}, {2, 6}, {8, 1}}}, {9, {{0, 9}}}};

/// A network with its executor over rows in memory, and a pass.
struct Job {
  Network<double> network;
  Buffer<double> parameters;
  std::vector<std::uint32_t> lengths;
  Matrix<double> x;
  std::vector<std::uint64_t> samples = std::vector<std::uint64_t>(rows);
  Cut cut;
  Executor<double> executor;

  Job(const test::Encoder& encoder, Cut how, std::vector<std::size_t> taps = {})
      : network(parse_spec(encoder.spec), encoder.input()),
        parameters(test::random_parameters(network, 3)),
        lengths(test::lengths_of(encoder, rows)),
        x(test::random_rows<double>(rows, encoder.features(), 1)),
        cut(std::move(how)),
        executor(network,
                 {.batch_rows = rows,
                  .micro_rows = cut.micro_rows,
                  .for_backward = true,
                  .by_ranges = !cut.ranges.empty(),
                  .taps = std::move(taps)},
                 test::rows_from(x)) {
    std::iota(samples.begin(), samples.end(), std::uint64_t{40});
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      std::ranges::fill(x.view().row(i).subspan(2 * lengths[i]), 0.0);
    }
  }

  MatrixView<const double> forward() {
    return executor.forward(parameters, rows, {true, 17, samples, lengths}, cut.ranges);
  }

  /// Central differences of `value` in every parameter.
  template <class Value>
  std::vector<double> differences(Value value) {
    std::vector<double> found;
    constexpr double h = 1e-5;
    for (double& parameter : parameters) {
      const double before = parameter;
      parameter = before + h;
      const double above = value();
      parameter = before - h;
      const double below = value();
      parameter = before;
      found.push_back((above - below) / (2.0 * h));
    }
    return found;
  }
};

void expect_close(std::span<const double> found, std::span<const double> expected,
                  const std::string& what) {
  ASSERT_EQ(found.size(), expected.size());
  double largest = 0.0;
  for (const double number : expected) {
    largest = std::max(largest, std::abs(number));
  }
  ASSERT_GT(largest, 0.0);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(found[i], expected[i], 1e-8 * largest) << what << ", parameter " << i;
  }
}

TEST(Executor, GradientIsThatOfCentralDifferencesHoweverTheRowsAreCut) {
  for (const auto& encoder : test::all_encoders()) {
    const char* const spec = encoder.spec;
    Job whole(encoder, {});
    const auto w = test::random_rows<double>(rows, whole.network.outputs(), 2);
    const auto expected =
        whole.differences([&] { return test::weighted_sum(whole.forward(), w.view()); });
    for (const Cut& cut : cuts) {
      Job job(encoder, cut);
      auto dy = w;
      Buffer<double> gradient(job.parameters.size(), 0.0);
      (void)job.forward();
      job.executor.backward(job.parameters, dy.view(), gradient);
      expect_close(gradient, expected, std::string(spec) + " by " + std::to_string(cut.micro_rows));
    }
  }
}

TEST(Executor, AddsGradientsGivenAtTaps) {
  for (const auto& encoder : test::all_encoders()) {
    const char* const spec = encoder.spec;
    const std::size_t nodes = Job(encoder, {}).network.graph().nodes().size();
    for (std::size_t node = 1; node < nodes; ++node) {
      Job whole(encoder, {}, {node});
      const std::size_t columns = whole.network.graph().nodes()[node].output.size();
      const auto w = test::random_rows<double>(rows, whole.network.outputs(), 2);
      auto v = test::random_rows<double>(rows, columns, 6);
      test::clear_padding(whole.network.graph().nodes()[node], whole.lengths, v.view());
      const auto expected = whole.differences([&] {
        const auto y = whole.forward();
        return test::weighted_sum(y, w.view()) +
               test::weighted_sum(whole.executor.value(node), v.view());
      });
      const TapGradient<double> taps[] = {{node, v.view()}};
      for (const Cut& cut : {cuts[0], cuts[2], cuts[4]}) {
        Job job(encoder, cut, {node});
        auto dy = w;
        Buffer<double> gradient(job.parameters.size(), 0.0);
        (void)job.forward();
        job.executor.backward(job.parameters, dy.view(), gradient, {}, {}, taps);
        expect_close(gradient, expected, std::string(spec) + " tapped at " + std::to_string(node));
      }
    }
  }
}

TEST(Executor, ForwardsABatchTwiceHoweverManyNormalisationsThereAre) {
  for (const auto& encoder : test::all_encoders()) {
    const char* const spec = encoder.spec;
    for (const Cut& cut : cuts) {
      Job job(encoder, cut);
      auto dy = test::random_rows<double>(rows, job.network.outputs(), 2);
      Buffer<double> gradient(job.parameters.size(), 0.0);
      (void)job.forward();
      EXPECT_EQ(job.executor.forwarded_rows(), rows) << spec;
      job.executor.backward(job.parameters, dy.view(), gradient);
      const bool several = cut.ranges.empty() ? cut.micro_rows % rows != 0 : cut.ranges.size() > 1;
      EXPECT_EQ(job.executor.forwarded_rows(), (several ? 2 : 1) * rows) << spec;
    }
  }
}

TEST(Executor, SaysLayerByLayerWhichGradientIsComplete) {
  using Parts = std::vector<std::pair<std::size_t, std::size_t>>;
  for (const Cut& cut : cuts) {
    Job job("dense:5,batchnorm,tanh,dense:3,batchnorm", cut);
    auto dy = test::random_rows<double>(rows, 3, 2);
    Buffer<double> gradient(job.parameters.size(), 0.0);
    Parts ready;
    std::vector<Buffer<double>> then;
    (void)job.forward();
    job.executor.backward(
        job.parameters, dy.view(), gradient, [&](std::size_t offset, std::size_t count) {
          ready.emplace_back(offset, count);
          then.emplace_back(gradient.begin() + static_cast<std::ptrdiff_t>(offset),
                            gradient.begin() + static_cast<std::ptrdiff_t>(offset + count));
        });
    EXPECT_EQ(ready, (Parts{{63, 12}, {45, 18}, {25, 20}, {0, 25}}));
    for (std::size_t k = 0; k < ready.size(); ++k) {
      EXPECT_TRUE(std::ranges::equal(then[k],
                                     std::span(gradient).subspan(ready[k].first, ready[k].second)));
    }
  }
}

TEST(Executor, TellsOfEachRangeWhichPartsOfTheGradientItAddedTo) {
  Job together("dense:5,batchnorm,tanh,dense:3,batchnorm", cuts[4]);
  auto dy = test::random_rows<double>(rows, 3, 2);
  auto dy_again = dy;
  Buffer<double> expected(together.parameters.size(), 0.0);
  (void)together.forward();
  together.executor.backward(together.parameters, dy.view(), expected);

  Job apart("dense:5,batchnorm,tanh,dense:3,batchnorm", cuts[4]);
  Buffer<double> gradient(apart.parameters.size(), 0.0);
  Buffer<double> sum(apart.parameters.size(), 0.0);
  std::size_t told = 0;
  (void)apart.forward();
  apart.executor.backward(apart.parameters, dy_again.view(), gradient, {},
                          [&](std::size_t offset, std::size_t count) {
                            for (std::size_t i = offset; i < offset + count; ++i) {
                              sum[i] += std::exchange(gradient[i], 0.0);
                            }
                            told += count;
                          });

  EXPECT_EQ(told, 3 * sum.size());
  EXPECT_TRUE(std::ranges::all_of(gradient, [](double g) { return g == 0.0; }));
  expect_close(sum, expected, "sum");
}

TEST(Executor, GivesTheSameValuesHoweverTheRowsAreCut) {
  for (const auto& encoder : test::all_encoders()) {
    const char* const spec = encoder.spec;
    const std::size_t nodes = Job(encoder, {}).network.graph().nodes().size();
    for (std::size_t node = 0; node < nodes; ++node) {
      Job whole(encoder, {}, {node});
      (void)whole.forward();
      const auto expected = whole.executor.value(node);
      for (const Cut& cut : cuts) {
        Job job(encoder, cut, {node});
        (void)job.forward();
        const auto found = job.executor.value(node);
        ASSERT_EQ(found.rows(), rows);
        ASSERT_EQ(found.columns(), expected.columns());
        for (std::size_t i = 0; i < rows; ++i) {
          for (std::size_t j = 0; j < expected.columns(); ++j) {
            EXPECT_NEAR(found(i, j), expected(i, j), 1e-12) << spec << ", node " << node;
          }
        }
      }
    }
  }
}

TEST(Executor, TakesTheNextBatchOfFewerRowsAndOfNone) {
  Job job("dense:4,residual(batchnorm,tanh),dense:2", {4});
  Buffer<double> gradient(job.parameters.size(), 0.0);
  for (const std::size_t count : {rows, std::size_t{3}, std::size_t{0}, rows}) {
    const auto y = job.executor.forward(job.parameters, count,
                                        {true, 17, std::span(job.samples).first(count)});
    EXPECT_EQ(y.rows(), count);
    auto dy = test::random_rows<double>(count, 2, 2);
    job.executor.backward(job.parameters, dy.view(), gradient);
  }
  EXPECT_EQ(job.executor.forwarded_rows(), 2 * rows + 3 + 2 * rows);
}

TEST(Executor, OfADenseChainHasMemoryForItsValuesAndTwoGradients) {
  const Network<float> network(parse_spec("dense:50,tanh,dense:30,relu,dense:20"), 40);
  const auto nothing = [](std::size_t, MatrixView<float>) {};
  const Executor<float> whole(network, {.batch_rows = 100, .for_backward = true}, nothing);
  const Executor<float> cut(network, {.batch_rows = 100, .micro_rows = 10, .for_backward = true},
                            nothing);
  const Executor<float> encoding(network, {.batch_rows = 100}, nothing);

  EXPECT_EQ(whole.bytes(), 4U * 100 * (40 + 50 + 30 + 20 + 50 + 30));
  EXPECT_EQ(cut.bytes(), 4U * (10 * (40 + 50 + 30 + 20 + 50 + 30) + 100 * 20));
  EXPECT_EQ(encoding.bytes(), 4U * 100 * (40 + 50 + 30));  // layers 0 and 2 share one
}

TEST(Executor, HasTheMemoryThatWasStatedBefore) {
  const auto nothing = [](std::size_t, MatrixView<float>) {};
  for (const char* spec :
       {"dense:50,tanh,dense:30", "dense:20,batchnorm,residual(dense:20,tanh),dense:3",
        "dropout:0.5,dense:9,gelu,dense:4", "reshape:5:4,bidirectional(lstm:3),gru:2,last"}) {
    const Network<float> network(parse_spec(spec), 20);
    for (const Room& room :
         {Room{.batch_rows = 90}, Room{.batch_rows = 90, .for_backward = true},
          Room{.batch_rows = 90, .micro_rows = 7, .for_backward = true},
          Room{.batch_rows = 90, .micro_rows = 7},
          Room{.batch_rows = 90, .micro_rows = 20, .for_backward = true, .by_ranges = true}}) {
      EXPECT_EQ(Executor<float>::bytes_for(network, room),
                Executor<float>(network, room, nothing).bytes())
          << spec << " " << room.micro_rows;
    }
  }
}

}  // namespace
}  // namespace infomax::nn
