// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/nn/executor.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/model/encoded_side.hpp"
#include "infomax/mpi/communicator.hpp"
#include "support/memory_rows.hpp"
#include "support/networks.hpp"

namespace infomax::nn {
namespace {

constexpr std::size_t rows = 11;

/// The rows of a rank: unequal counts, and none on the last of several ranks.
RowRange rows_of(const mpi::Communicator& communicator) {
  const auto ranks = static_cast<std::size_t>(communicator.size());
  const auto rank = static_cast<std::size_t>(communicator.rank());
  const std::size_t sharers = std::max<std::size_t>(1, ranks - 1);
  if (rank >= sharers) {
    return {rows, 0};
  }
  const std::size_t first = rank * rank * rows / (sharers * sharers);
  return {first, (rank + 1) * (rank + 1) * rows / (sharers * sharers) - first};
}

/// A rank's part of a batch in micro-batches of two rows.
struct Job {
  mpi::Communicator communicator = mpi::Communicator::world();
  RowRange own = rows_of(communicator);
  Network<double> network;
  Buffer<double> parameters;
  std::vector<std::uint32_t> all_lengths;
  std::vector<std::uint32_t> lengths;  // of the own rows
  Matrix<double> x;
  std::vector<std::uint64_t> samples = std::vector<std::uint64_t>(own.count);
  model::BatchReduction reduction{communicator, nullptr};
  Executor<double> executor;

  explicit Job(const test::Encoder& encoder)
      : network(parse_spec(encoder.spec), encoder.input()),
        parameters(test::random_parameters(network, 3)),
        all_lengths(test::lengths_of(encoder, rows)),
        x(test::random_rows<double>(rows, encoder.features(), 1)),
        executor(
            network, {.batch_rows = rows, .micro_rows = 2, .for_backward = true},
            [this](std::size_t first, MatrixView<double> into) {
              for (std::size_t i = 0; i < into.rows(); ++i) {
                std::ranges::copy(x.view().row(own.first + first + i), into.row(i).begin());
              }
            },
            &reduction) {
    std::iota(samples.begin(), samples.end(), std::uint64_t{own.first});
    for (std::size_t i = 0; i < all_lengths.size(); ++i) {
      std::ranges::fill(x.view().row(i).subspan(2 * all_lengths[i]), 0.0);
      if (i >= own.first && i < own.first + own.count) {
        lengths.push_back(all_lengths[i]);
      }
    }
  }

  /// The weighted sum of all ranks' outputs.
  double value(const Matrix<double>& w) {
    const auto y = executor.forward(parameters, own.count, {true, 17, samples, lengths});
    return communicator.sum(test::weighted_sum(y, w.view().row_range(own.first, own.count)));
  }
};

TEST(ExecutorOfRanks, GradientIsThatOfCentralDifferencesAndTwoPassesForward) {
  for (const auto& encoder : test::all_encoders()) {
    const char* const spec = encoder.spec;
    Job job(encoder);
    const auto w = test::random_rows<double>(rows, job.network.outputs(), 2);
    std::vector<double> gradient(job.parameters.size(), 0.0);
    std::vector<std::size_t> ready;
    auto dy = w;

    (void)job.value(w);
    job.executor.backward(job.parameters, dy.view().row_range(job.own.first, job.own.count),
                          gradient, [&](std::size_t offset, std::size_t count) {
                            ready.push_back(offset);
                            ready.push_back(count);
                          });
    EXPECT_EQ(job.executor.forwarded_rows(), (job.own.count > 2 ? 2 : 1) * job.own.count) << spec;
    job.communicator.sum(std::span<double>(gradient));

    double largest = 0.0;
    for (const double g : gradient) {
      largest = std::max(largest, std::abs(g));
    }
    ASSERT_GT(largest, 0.0);
    constexpr double h = 1e-5;
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      const double before = std::exchange(job.parameters[i], job.parameters[i] + h);
      const double above = job.value(w);
      job.parameters[i] = before - h;
      const double below = job.value(w);
      job.parameters[i] = before;
      EXPECT_NEAR(gradient[i], (above - below) / (2.0 * h), 1e-8 * largest) << spec << ", " << i;
    }
    // The same parts in the same order on every rank, those without rows among them.
    ASSERT_EQ(ready.size(), 2 * job.network.graph().layer_count()) << spec;
    for (const std::size_t number : ready) {
      const auto mine = static_cast<double>(number);
      EXPECT_EQ(job.communicator.max(mine), job.communicator.min(mine)) << spec;
    }
  }
}

}  // namespace
}  // namespace infomax::nn
