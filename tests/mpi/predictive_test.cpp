// SPDX-License-Identifier: BSD-3-Clause
// Predictive coding: the value by plain loops over all pairs of steps, and gradients by central
// differences, at any number of ranks.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/core/random.hpp"
#include "mpi/objective_fixture.hpp"

namespace infomax::objective {
namespace {

using objective::ObjectiveOptions;
using Table = std::vector<std::vector<double>>;

constexpr std::size_t samples = 9;
constexpr std::size_t steps = 5;
constexpr std::size_t context_columns = 2;
constexpr std::size_t step_columns = 3;
constexpr std::size_t horizon = 3;
constexpr std::size_t weights = context_columns * step_columns;
const std::vector<std::uint32_t> lengths{5, 0, 3, 4, 1, 5, 2, 4, 5};

ObjectiveOptions options() {
  ObjectiveOptions options;
  options.objective = "infonce";
  options.set("horizon", horizon).set("predicted-shape", "[2,3]");
  return options;
}

Table numbers(std::uint64_t seed, std::size_t columns) {
  const CounterRandom random(seed, RandomStream::generation);
  Table table(samples, std::vector<double>(columns));
  std::uint64_t index = 0;
  for (auto& row : table) {
    std::ranges::generate(row, [&] { return random.normal(index++); });
  }
  return table;
}

/// All of a job's numbers, the same on every rank.
struct Job {
  Table contexts = numbers(1, steps* context_columns);
  Table futures = numbers(2, steps* step_columns);
  std::vector<double> parameters;
  std::vector<std::uint32_t> lengths_of_rows = lengths;

  /// By the definition.
  [[nodiscard]] double value() const {
    double sum = 0.0;
    for (std::size_t k = 1; k <= horizon; ++k) {
      std::vector<std::pair<std::size_t, std::size_t>> pairs;
      for (std::size_t i = 0; i < samples; ++i) {
        for (std::size_t t = 0; t + k < lengths_of_rows[i]; ++t) {
          pairs.emplace_back(i, t);
        }
      }
      const auto m = static_cast<double>(pairs.size());
      for (const auto& own : pairs) {
        double all = 0.0;
        for (const auto& other : pairs) {
          all += std::exp(score(k, own, other)) / m;
        }
        sum += (score(k, own, own) - std::log(all)) / m / horizon;
      }
    }
    return sum;
  }

  [[nodiscard]] double score(std::size_t k, std::pair<std::size_t, std::size_t> context,
                             std::pair<std::size_t, std::size_t> step) const {
    double sum = 0.0;
    for (std::size_t h = 0; h < context_columns; ++h) {
      for (std::size_t q = 0; q < step_columns; ++q) {
        sum += contexts[context.first][context.second * context_columns + h] *
               parameters[(k - 1) * weights + h * step_columns + q] *
               futures[step.first][(step.second + k) * step_columns + q];
      }
    }
    return sum;
  }
};

/// This rank's rows of it, and room for gradients.
struct Local {
  test::Share share;
  Matrix<double> a;
  Matrix<double> c;
  Matrix<double> z;
  Matrix<double> dc;
  Matrix<double> dz;
  std::vector<double> dparameters;
  stats::RowParts parts;

  Local(const Job& job, const test::Share& wanted)
      : share(wanted),
        a(share.count, 1, 0.5),
        c(share.count, steps * context_columns),
        z(share.count, steps * step_columns),
        dc(share.count, c.columns(), 77.0),
        dz(share.count, z.columns(), 77.0) {
    for (std::size_t i = 0; i < share.count; ++i) {
      std::ranges::copy(job.contexts[share.first + i], c.view().row(i).begin());
      std::ranges::copy(job.futures[share.first + i], z.view().row(i).begin());
      parts.ends.push_back(i + 1);
    }
  }

  double evaluate(const Job& job, const mpi::Communicator& communicator,
                  stats::ExactSum* exact = nullptr) {
    const auto objective = objective::make_objective<double>(options());
    const stats::MatrixRows<double> rows_a(a.view());
    const stats::MatrixRows<double> rows_c(c.view());
    const stats::MatrixRows<double> rows_z(z.view());
    const std::array<const stats::RowSource<double>*, 1> tapped{&rows_z};
    const std::array dtapped{dz.view()};
    dparameters.assign(job.parameters.size(), 0.0);
    objective::Batch<double> batch{.rows = {rows_a, rows_c, exact != nullptr ? &parts : nullptr}};
    batch.tapped = tapped;
    batch.parameters = job.parameters;
    if (!job.lengths_of_rows.empty()) {
      batch.tapped_lengths = std::span(job.lengths_of_rows).subspan(share.first, share.count);
    }
    objective::Gradients<double> gradients;
    gradients.b = dc.view();
    gradients.tapped = dtapped;
    gradients.parameters = dparameters;
    gradients.exact_parameters = exact;
    return objective->evaluate(communicator, batch, gradients).objective;
  }
};

Job make_job() {
  Job job;
  const auto objective = objective::make_objective<double>(options());
  job.parameters.resize(objective->parameter_count(1, steps * context_columns));
  objective->initialize(job.parameters, 1, steps * context_columns, 5);
  return job;
}

double slope(Job& job, double& at) {
  constexpr double h = 1e-5;
  const double before = at;
  at = before + h;
  const double above = job.value();
  at = before - h;
  const double below = job.value();
  at = before;
  return (above - below) / (2.0 * h);
}

TEST(Predictive, EveryStepsAheadHasWeightsOfItsOwn) {
  const Job job = make_job();
  ASSERT_EQ(job.parameters.size(), horizon * weights);
  EXPECT_NE(job.parameters[0], job.parameters[weights]);
}

TEST(Predictive, ValueAndGradientsAreThoseOfAllPairsOfSteps) {
  const auto world = mpi::Communicator::world();
  Job job = make_job();
  Local local(job, test::Share(world, samples));
  EXPECT_NEAR(local.evaluate(job, world), job.value(), 1e-12);
  world.sum(std::span<double>(local.dparameters));
  for (std::size_t i = 0; i < local.share.count; ++i) {
    const std::size_t row = local.share.first + i;
    for (std::size_t j = 0; j < local.dc.columns(); ++j) {
      EXPECT_NEAR(local.dc(i, j), slope(job, job.contexts[row][j]), 1e-8);
    }
    for (std::size_t j = 0; j < local.dz.columns(); ++j) {
      EXPECT_NEAR(local.dz(i, j), slope(job, job.futures[row][j]), 1e-8);
    }
  }
  for (std::size_t j = 0; j < job.parameters.size(); ++j) {
    EXPECT_NEAR(local.dparameters[j], slope(job, job.parameters[j]), 1e-8);
  }
}

TEST(Predictive, WithoutLengthsAllStepsCount) {
  const auto world = mpi::Communicator::world();
  Job job = make_job();
  job.lengths_of_rows.assign(samples, steps);
  const double expected = job.value();
  job.lengths_of_rows.clear();
  Local local(job, test::Share(world, samples));
  EXPECT_NEAR(local.evaluate(job, world), expected, 1e-12);
}

TEST(Predictive, PartsGiveTheSameBits) {
  const auto world = mpi::Communicator::world();
  const mpi::Communicator alone = world.split(world.rank());
  const Job job = make_job();
  Local one(job, test::Share(alone, samples));
  Local shared(job, test::Share(world, samples));
  stats::ExactSum sum_of_one(3);
  stats::ExactSum sum(3);
  sum_of_one.start(job.parameters.size());
  sum.start(job.parameters.size());
  const double expected = one.evaluate(job, alone, &sum_of_one);
  EXPECT_EQ(shared.evaluate(job, world, &sum), expected);
  sum_of_one.finish(alone, std::span<double>(one.dparameters));
  sum.finish(world, std::span<double>(shared.dparameters));
  EXPECT_EQ(one.dparameters, shared.dparameters);
  for (std::size_t i = 0; i < shared.share.count; ++i) {
    const std::size_t row = shared.share.first + i;
    EXPECT_TRUE(std::ranges::equal(shared.dc.view().row(i), one.dc.view().row(row)));
    EXPECT_TRUE(std::ranges::equal(shared.dz.view().row(i), one.dz.view().row(row)));
  }
}

}  // namespace
}  // namespace infomax::objective
