// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/nn/executor.hpp"
#include "support/memory_rows.hpp"
#include "support/networks.hpp"

namespace infomax::nn {
namespace {

constexpr std::size_t steps = 5;
constexpr std::size_t features = 3;
constexpr std::size_t units = 4;
constexpr std::size_t rows = 7;
const std::vector<std::uint32_t> lengths{3, 0, 5, 1, 4, 5, 2};

double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

/// The parameters of a recurrent layer by the names of the papers' formulas.
struct Weights {
  const double* at;
  std::size_t width;  // blocks * units

  Weights(std::span<const double> parameters, std::size_t blocks)
      : at(parameters.data()), width(blocks * units) {}

  [[nodiscard]] double from_input(std::span<const double> x, std::size_t column) const {
    double sum = at[(features + units) * width + column];
    for (std::size_t f = 0; f < features; ++f) {
      sum += x[f] * at[f * width + column];
    }
    return sum;
  }
  [[nodiscard]] double from_hidden(const std::vector<double>& h, std::size_t column) const {
    double sum = at[(features + units + 1) * width + column];
    for (std::size_t u = 0; u < units; ++u) {
      sum += h[u] * at[(features + u) * width + column];
    }
    return sum;
  }
};

/// The states of one sequence, step by step, in plain loops.
std::vector<std::vector<double>> states(const std::string& kind, std::span<const double> parameters,
                                        const std::vector<std::span<const double>>& xs) {
  const Weights w(parameters, kind == "lstm" ? 4 : kind == "gru" ? 3 : 1);
  std::vector<double> h(units, 0.0);
  std::vector<double> c(units, 0.0);
  std::vector<std::vector<double>> all;
  for (const auto x : xs) {
    std::vector<double> next(units);
    const auto sum = [&](std::size_t block, std::size_t u) {
      return w.from_input(x, block * units + u) + w.from_hidden(h, block * units + u);
    };
    for (std::size_t u = 0; u < units; ++u) {
      if (kind == "rnn") {
        next[u] = std::tanh(sum(0, u));
      } else if (kind == "lstm") {
        c[u] = sigmoid(sum(1, u)) * c[u] + sigmoid(sum(0, u)) * std::tanh(sum(2, u));
        next[u] = sigmoid(sum(3, u)) * std::tanh(c[u]);
      } else {
        const double fresh = std::tanh(w.from_input(x, 2 * units + u) +
                                       sigmoid(sum(0, u)) * w.from_hidden(h, 2 * units + u));
        const double update = sigmoid(sum(1, u));
        next[u] = (1.0 - update) * fresh + update * h[u];
      }
    }
    h = next;
    all.push_back(h);
  }
  return all;
}

/// A network over sequences in memory.
struct Sequences {
  Network<double> network;
  Buffer<double> parameters;
  Matrix<double> x = test::random_rows<double>(rows, steps* features, 4);

  explicit Sequences(const std::string& spec)
      : network(parse_spec(spec), Shape({steps, features})),
        parameters(test::random_parameters(network, 9)) {
    for (std::size_t i = 0; i < rows; ++i) {
      std::ranges::fill(x.view().row(i).subspan(features * lengths[i]), 0.0);
    }
  }

  /// The outputs of rows [first, first + count).
  Matrix<double> outputs(std::size_t first, std::size_t count) {
    Executor<double> executor(network, {.batch_rows = count}, [&](std::size_t from, auto into) {
      for (std::size_t i = 0; i < into.rows(); ++i) {
        std::ranges::copy(x.view().row(first + from + i), into.row(i).begin());
      }
    });
    const Pass pass{.lengths = std::span(lengths).subspan(first, count)};
    const auto y = executor.forward(parameters, count, pass);
    Matrix<double> copy(count, y.columns());
    for (std::size_t i = 0; i < count; ++i) {
      std::ranges::copy(y.row(i), copy.view().row(i).begin());
    }
    return copy;
  }

  [[nodiscard]] std::vector<std::span<const double>> row_steps(std::size_t i) const {
    std::vector<std::span<const double>> all;
    for (std::size_t t = 0; t < lengths[i]; ++t) {
      all.push_back(x.view().row(i).subspan(t * features, features));
    }
    return all;
  }
};

class Recurrent : public testing::TestWithParam<std::string> {};

TEST_P(Recurrent, StatesAreThoseOfPlainLoopsAndPaddingIsZero) {
  Sequences job(GetParam() + ":4,each");
  const auto y = job.outputs(0, rows);
  for (std::size_t i = 0; i < rows; ++i) {
    const auto expected = states(GetParam(), job.parameters, job.row_steps(i));
    for (std::size_t t = 0; t < steps; ++t) {
      for (std::size_t u = 0; u < units; ++u) {
        EXPECT_NEAR(y(i, t * units + u), t < lengths[i] ? expected[t][u] : 0.0, 1e-13)
            << "row " << i << " step " << t;
      }
    }
  }
}

TEST_P(Recurrent, ARowDoesNotDependOnOthers) {
  Sequences job("bidirectional(" + GetParam() + ":4)," + GetParam() + ":4,last");
  const auto together = job.outputs(0, rows);
  for (std::size_t i = 0; i < rows; ++i) {
    const auto alone = job.outputs(i, 1);
    for (std::size_t u = 0; u < units; ++u) {
      EXPECT_NEAR(alone(0, u), together(i, u), 1e-14);
    }
  }
}

TEST_P(Recurrent, BothDirectionsEndAtTheSequencesOwnEnds) {
  Sequences job("bidirectional(" + GetParam() + ":4),last");
  const auto y = job.outputs(0, rows);
  const auto half = job.parameters.size() / 2;
  for (std::size_t i = 0; i < rows; ++i) {
    auto xs = job.row_steps(i);
    const auto forwards = states(GetParam(), std::span(job.parameters).first(half), xs);
    std::ranges::reverse(xs);
    const auto backwards = states(GetParam(), std::span(job.parameters).subspan(half), xs);
    for (std::size_t u = 0; u < units; ++u) {
      EXPECT_NEAR(y(i, u), xs.empty() ? 0.0 : forwards.back()[u], 1e-13) << "row " << i;
      EXPECT_NEAR(y(i, units + u), xs.empty() ? 0.0 : backwards.back()[u], 1e-13) << "row " << i;
    }
  }
}

TEST_P(Recurrent, TruncatedDerivativesTakeTheStateBeforeAMultipleAsGiven) {
  const auto gradient_of = [&](const std::string& spec, double feature) {
    Sequences job(spec);
    job.x(2, 0) = feature;  // of the first step of a sequence of five
    std::vector<std::uint64_t> samples(rows);
    Executor<double> executor(job.network, {.batch_rows = rows, .for_backward = true},
                              test::rows_from(job.x));
    (void)executor.forward(job.parameters, rows,
                           {.training = true, .samples = samples, .lengths = lengths});
    Matrix<double> dy(rows, units, 0.0);
    std::ranges::fill(dy.view().row(2), 1.0);
    Buffer<double> gradient(job.parameters.size(), 0.0);
    executor.backward(job.parameters, dy.view(), gradient);
    return gradient;
  };
  const auto last = GetParam() + ":4,last";
  EXPECT_EQ(gradient_of(last, 0.5), gradient_of(GetParam() + ":4:truncate=5,last", 0.5));
  EXPECT_NE(gradient_of(last, 0.5), gradient_of(GetParam() + ":4:truncate=2,last", 0.5));
  // The weights of feature 0 get a part of every step that derivatives reach, x_t0 times that of
  // the sums. Of steps 5 alone (K = 4), it is x_50 times the biases' part.
  const auto cut = gradient_of(GetParam() + ":4:truncate=4,last", 0.5);
  Sequences job(last);
  const std::size_t width = cut.size() / (features + units + 2);
  for (std::size_t column = 0; column < width; ++column) {
    const double bias = cut[(features + units) * width + column];
    EXPECT_NEAR(cut[column], job.x(2, 4 * features) * bias, 1e-14);
  }
}

INSTANTIATE_TEST_SUITE_P(Cells, Recurrent, testing::Values("rnn", "gru", "lstm"),
                         [](const auto& tested) { return tested.param; });

TEST(SequenceLayers, UnitsForgetAfterAllTimesUpToTheirMemory) {
  constexpr std::size_t many = 500;
  constexpr double longest = 40.0;
  for (const std::string kind : {"lstm", "gru"}) {
    SCOPED_TRACE(kind);
    const Network<double> network(parse_spec(kind + ":500:memory=40,last"), Shape({5, 3}));
    std::vector<double> parameters(network.parameter_count());
    network.initialize(3, 1, parameters);
    const std::size_t width = (kind == "lstm" ? 4 : 3) * many;
    const auto biases = std::span<const double>(parameters).last(2 * width);
    std::vector<double> times;
    for (std::size_t u = 0; u < many; ++u) {
      const double keeping = biases[many + u];
      // A unit keeps the share sigmoid(bias) of its state a step: 1 - 1 / times.
      times.push_back(1.0 / (1.0 - sigmoid(keeping)));
      EXPECT_NEAR(biases[u], kind == "lstm" ? -keeping : 0.0, 1e-15);
    }
    std::ranges::sort(times);
    EXPECT_GE(times.front(), 2.0 - 1e-12);
    EXPECT_LE(times.back(), longest + 1e-12);
    // Uniform times have the mean 21 and a standard error of 11 / sqrt(500).
    EXPECT_NEAR(std::accumulate(times.begin(), times.end(), 0.0) / many, 21.0, 2.0);
    for (const double each : biases.subspan(2 * many)) {
      EXPECT_EQ(each, 0.0);
    }
  }
}

TEST(SequenceLayers, MeanMaxAndLastAreOfTheOwnSteps) {
  Sequences last("last");
  Sequences mean("mean");
  Sequences max("max");
  const auto of_last = last.outputs(0, rows);
  const auto of_mean = mean.outputs(0, rows);
  const auto of_max = max.outputs(0, rows);
  for (std::size_t i = 0; i < rows; ++i) {
    const auto xs = last.row_steps(i);
    for (std::size_t f = 0; f < features; ++f) {
      double sum = 0.0;
      double most = xs.empty() ? 0.0 : xs[0][f];
      for (const auto x : xs) {
        sum += x[f];
        most = std::max(most, x[f]);
      }
      EXPECT_EQ(of_last(i, f), xs.empty() ? 0.0 : xs.back()[f]);
      EXPECT_EQ(of_max(i, f), most);
      EXPECT_NEAR(of_mean(i, f), xs.empty() ? 0.0 : sum / static_cast<double>(xs.size()), 1e-15);
    }
  }
}

TEST(SequenceLayers, AConvolutionIsThatOfTheSequenceWithoutPadding) {
  Sequences padded("conv1d:2:3:stride=2,each");
  const auto y = padded.outputs(0, rows);
  for (std::size_t i = 0; i < rows; ++i) {
    const std::size_t count = lengths[i] == 0 ? 0 : (lengths[i] + 2 - 3) / 2 + 1;
    for (std::size_t t = 0; t < 3; ++t) {
      for (std::size_t o = 0; o < 2; ++o) {
        double sum = 0.0;
        if (t < count) {
          sum = padded.parameters[2 * features * 3 + o];
          for (std::size_t k = 0; k < 3; ++k) {
            const std::size_t at = 2 * t + k;  // one step of padding before
            for (std::size_t f = 0; f < features && at >= 1 && at - 1 < lengths[i]; ++f) {
              sum += padded.parameters[(o * features + f) * 3 + k] *
                     padded.x(i, (at - 1) * features + f);
            }
          }
        }
        EXPECT_NEAR(y(i, 2 * t + o), sum, 1e-14) << "row " << i << " step " << t;
      }
    }
  }
}

TEST(SequenceLayers, AnEmbeddingReadsRowsByTheirNumbers) {
  const Network<float> network(parse_spec("embedding:4:2,each"), 3);
  Buffer<float> parameters{0, 1, 10, 11, 20, 21, 30, 31};
  Matrix<float> tokens(2, 3, 0.0F);
  tokens(0, 0) = 3;
  tokens(0, 1) = 1;
  tokens(0, 2) = 2;
  tokens(1, 0) = 2;
  const std::vector<std::uint32_t> own{3, 1};
  Executor<float> executor(network, {.batch_rows = 2}, test::rows_from(tokens));
  const auto y = executor.forward(parameters, 2, {.lengths = own});
  EXPECT_TRUE(std::ranges::equal(y.row(0), std::vector<float>{30, 31, 10, 11, 20, 21}));
  EXPECT_TRUE(std::ranges::equal(y.row(1), std::vector<float>{20, 21, 0, 0, 0, 0}));
}

TEST(SequenceLayers, AnEmbeddingsGradientIsThatOfCentralDifferences) {
  const Network<double> network(parse_spec("embedding:4:2,gru:3,last"), 3);
  auto parameters = test::random_parameters(network, 5);
  Matrix<double> tokens(3, 3, 0.0);
  tokens(0, 0) = 3;
  tokens(0, 1) = 3;
  tokens(0, 2) = 1;
  tokens(1, 0) = 2;
  const std::vector<std::uint32_t> own{3, 1, 0};
  const std::vector<std::uint64_t> samples{0, 1, 2};
  const Pass pass{.training = true, .samples = samples, .lengths = own};
  Executor<double> executor(network, {.batch_rows = 3, .for_backward = true},
                            test::rows_from(tokens));
  const auto w = test::random_rows<double>(3, 3, 6);
  const auto value = [&] {
    return test::weighted_sum(executor.forward(parameters, 3, pass), w.view());
  };
  (void)value();
  auto dy = w;
  Buffer<double> gradient(parameters.size(), 0.0);
  executor.backward(parameters, dy.view(), gradient);
  constexpr double h = 1e-5;
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    const double before = std::exchange(parameters[k], parameters[k] + h);
    const double above = value();
    parameters[k] = before - h;
    const double below = value();
    parameters[k] = before;
    EXPECT_NEAR(gradient[k], (above - below) / (2.0 * h), 1e-9) << "parameter " << k;
  }
  // Token 0 occurs in padding alone.
  EXPECT_EQ(gradient[0], 0.0);
}

TEST(SequenceLayers, CopiesOfInnerValuesHaveNoNumbersInPadding) {
  const Network<double> network(parse_spec("steps,dense:2,sigmoid,last"), Shape({3, 2}));
  const auto parameters = test::random_parameters(network, 5);
  const auto x = test::random_rows<double>(2, 6, 3);
  const std::vector<std::uint32_t> own{1, 3};
  Executor<double> executor(network, {.batch_rows = 2, .taps = {2}}, test::rows_from(x));
  (void)executor.forward(parameters, 2, {.lengths = own});
  Matrix<double> copy(2, 6);
  network.graph().copy_in_order<double>(2, executor.value(2), copy.view(), own);
  for (std::size_t j = 0; j < 6; ++j) {
    EXPECT_EQ(copy(0, j) == 0.0, j >= 2);
    EXPECT_NE(copy(1, j), 0.0);
  }
}

TEST(SequenceLayers, RefuseWhatDoesNotFit) {
  const auto refused = [](const char* spec, Shape shape, const std::string& word) {
    try {
      const Graph graph(parse_spec(spec), std::move(shape));
      ADD_FAILURE() << spec << " was not refused";
    } catch (const UsageError& error) {
      EXPECT_NE(std::string(error.what()).find(word), std::string::npos) << error.what();
    }
  };
  refused("gru:4", Shape({5, 3}), "last, mean or max");
  refused("gru:4,last", 15, "sequences [T,F]");
  refused("gru:4,conv:2:3,last", Shape({5, 3}), "conv1d");
  refused("gru:4,flatten", Shape({5, 3}), "each");
  refused("embedding:4:2,last", Shape({5, 3}), "sequences [T]");
  refused("bidirectional(dense:4),last", Shape({5, 3}), "bidirectional(gru:64)");
  refused("gru:4:truncate=0,last", Shape({5, 3}), "truncate=K");
  refused("gru:4:memory=2,last", Shape({5, 3}), "memory=K with K from 3");
  refused("rnn:4:memory=20,last", Shape({5, 3}), "memory");
}

}  // namespace
}  // namespace infomax::nn
