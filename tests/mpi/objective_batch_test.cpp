// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/batch.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/core/random.hpp"
#include "infomax/stats/summation.hpp"
#include "infomax/stats/tiles.hpp"
#include "mpi/objective_fixture.hpp"

// What objectives to come ask of the interface, by one that is made up for it: a value tapped
// inside the network, the numbers of samples, and parameters of the objective's own.

namespace infomax {
namespace {

using objective::Batch;
using objective::Gradients;

/// J = (1/N) sum_i sum_j w_j (a_ij b_ij + f_ij^2 / (1 + n_i)), where f is a tapped feature, n_i the
/// number of sample i and w are parameters.
class Weighted final : public objective::Objective<double> {
 public:
  explicit Weighted(std::size_t columns) : columns_(columns) {}

  [[nodiscard]] std::size_t parameter_count(std::size_t /*p*/, std::size_t /*q*/) const override {
    return columns_;
  }

  void initialize(std::span<double> parameters, std::size_t /*p*/, std::size_t /*q*/,
                  std::uint64_t seed) const override {
    for (std::size_t j = 0; j < parameters.size(); ++j) {
      parameters[j] = 1.0 + static_cast<double>((seed + j) % 5);
    }
  }

  objective::Value evaluate(const mpi::Communicator& communicator, const Batch<double>& batch,
                            const Gradients<double>& gradients) override {
    std::array<double, 2> sums{};
    const auto& rows = batch.rows;
    const auto add_part = [&](std::size_t first, std::size_t count) {
      sums[0] += static_cast<double>(count);
      sums[1] += value_of(batch, first, count);
    };
    summation_.over(communicator, rows.parts, rows.count(), std::span<double>(sums), add_part);
    const double samples = sums[0];
    stats::for_each_part(rows.parts, rows.count(), [&](std::size_t first, std::size_t count) {
      differentiate(batch, gradients, samples, first, count);
      if (gradients.exact_parameters != nullptr) {
        gradients.exact_parameters->add<double>(0, gradients.parameters);
        std::ranges::fill(gradients.parameters, 0.0);
      }
    });
    objective::Value value;
    value.objective = sums[1] / samples;
    value.samples = static_cast<std::uint64_t>(samples);
    return value;
  }

 private:
  static double share_of(const Batch<double>& batch, std::size_t i) {
    return 1.0 / static_cast<double>(1 + batch.numbers[i]);
  }

  double value_of(const Batch<double>& batch, std::size_t first, std::size_t count) {
    const auto a = batch.rows.a.tile(first, count, scratch_);
    const auto b = batch.rows.b.tile(first, count, scratch_);
    const auto f = batch.tapped[0]->tile(first, count, scratch_);
    double sum = 0.0;
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = 0; j < columns_; ++j) {
        sum += batch.parameters[j] *
               (a(i, j) * b(i, j) + share_of(batch, first + i) * f(i, j) * f(i, j));
      }
    }
    return sum;
  }

  void differentiate(const Batch<double>& batch, const Gradients<double>& gradients, double samples,
                     std::size_t first, std::size_t count) {
    const auto a = batch.rows.a.tile(first, count, scratch_);
    const auto b = batch.rows.b.tile(first, count, scratch_);
    const auto f = batch.tapped[0]->tile(first, count, scratch_);
    for (std::size_t i = 0; i < count; ++i) {
      const double share = share_of(batch, first + i);
      for (std::size_t j = 0; j < columns_; ++j) {
        const double w = batch.parameters[j] / samples;
        if (gradients.a.columns() != 0) {
          gradients.a(first + i, j) = w * b(i, j);
        }
        if (gradients.b.columns() != 0) {
          gradients.b(first + i, j) = w * a(i, j);
        }
        if (!gradients.tapped.empty()) {
          gradients.tapped[0](first + i, j) = 2.0 * w * share * f(i, j);
        }
        if (!gradients.parameters.empty()) {
          gradients.parameters[j] += (a(i, j) * b(i, j) + share * f(i, j) * f(i, j)) / samples;
        }
      }
    }
  }

  std::size_t columns_;
  stats::Summation summation_;
  Buffer<double> scratch_;
};

constexpr std::size_t columns = 3;
constexpr std::size_t rows = 61;
constexpr std::size_t block_rows = 4;  // of which a part of the rows consists

/// Whole blocks of rows for each rank: unequal shares, and none for rank 1.
test::Share blocks_of(const mpi::Communicator& communicator) {
  constexpr std::size_t blocks = (rows + block_rows - 1) / block_rows;
  test::Share share(communicator, blocks);
  const std::size_t end = std::min(rows, (share.first + share.count) * block_rows);
  share.first *= block_rows;
  share.count = end - std::min(end, share.first);
  return share;
}

/// All that Weighted reads of one rank's rows.
struct LocalBatch {
  test::Share share;
  Matrix<double> a;
  Matrix<double> b;
  Matrix<double> f;
  std::vector<std::uint64_t> numbers;
  std::vector<double> parameters;
  stats::RowParts parts;

  LocalBatch(const objective::Objective<double>& objective, const test::Share& wanted)
      : share(wanted),
        a(test::local_rows<double>(reference::keyed_sides(rows, columns, columns, 81).a, share)),
        b(test::local_rows<double>(reference::keyed_sides(rows, columns, columns, 81).b, share)),
        f(test::local_rows<double>(reference::keyed_sides(rows, columns, columns, 82).a, share)),
        numbers(share.count),
        parameters(objective.parameter_count(0, 0)) {
    std::iota(numbers.begin(), numbers.end(), std::uint64_t{share.first});
    objective.initialize(parameters, 0, 0, 7);
    for (std::size_t first = 0; first < share.count; first += block_rows) {
      parts.ends.push_back(std::min(share.count, first + block_rows));
    }
  }

  objective::Value evaluate(objective::Objective<double>& objective,
                            const mpi::Communicator& communicator,
                            const Gradients<double>& gradients, bool in_parts = false) {
    const stats::MatrixRows<double> rows_a(a.view());
    const stats::MatrixRows<double> rows_b(b.view());
    const stats::MatrixRows<double> rows_f(f.view());
    const std::array<const stats::RowSource<double>*, 1> tapped{&rows_f};
    return objective.evaluate(
        communicator, {{rows_a, rows_b, in_parts ? &parts : nullptr}, numbers, tapped, parameters},
        gradients);
  }
};

/// The slope of J where an entry of this rank's data, or a parameter on every rank, is moved.
double slope(LocalBatch& local, objective::Objective<double>& objective,
             const mpi::Communicator& world, double* entry) {
  constexpr double step = 1e-5;
  std::array<double, 2> value{};
  for (const std::size_t direction : {0U, 1U}) {
    const double before = entry != nullptr ? *entry : 0.0;
    if (entry != nullptr) {
      *entry = before + (direction == 0 ? step : -step);
    }
    value[direction] = local.evaluate(objective, world, {}).objective;
    if (entry != nullptr) {
      *entry = before;
    }
  }
  return (value[0] - value[1]) / (2.0 * step);
}

TEST(ObjectiveBatch, GradientsOfATappedFeatureAndOfParametersAreThoseOfCentralDifferences) {
  const auto world = mpi::Communicator::world();
  Weighted objective(columns);
  LocalBatch local(objective, blocks_of(world));
  Matrix<double> da(local.share.count, columns, 77.0);  // must be overwritten
  Matrix<double> db(local.share.count, columns, 77.0);
  Matrix<double> df(local.share.count, columns, 77.0);
  const std::array tapped{df.view()};
  std::vector<double> parameters(columns, 0.0);

  const auto value =
      local.evaluate(objective, world, {da.view(), db.view(), tapped, std::span(parameters)});
  world.sum(std::span<double>(parameters));

  EXPECT_EQ(value.samples, rows);
  for (std::size_t j = 0; j < columns; ++j) {
    EXPECT_NEAR(slope(local, objective, world, &local.parameters[j]), parameters[j], 1e-8) << j;
  }
  std::size_t compared = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    const bool mine = i >= local.share.first && i < local.share.first + local.share.count;
    const std::size_t row = i - local.share.first;
    for (const auto& [side, gradient] :
         {std::pair{&local.a, &da}, std::pair{&local.b, &db}, std::pair{&local.f, &df}}) {
      const double expected = slope(local, objective, world, mine ? &(*side)(row, 1) : nullptr);
      if (mine) {
        EXPECT_NEAR((*gradient)(row, 1), expected, 1e-8) << i;
        ++compared;
      }
    }
  }
  EXPECT_EQ(compared, 3 * local.share.count);
}

TEST(ObjectiveBatch, ParameterGradientsAreAddedToWhatIsThere) {
  const auto world = mpi::Communicator::world();
  Weighted objective(columns);
  LocalBatch local(objective, blocks_of(world));
  std::vector<double> fresh(columns, 0.0);
  std::vector<double> added(columns, 10.0);

  (void)local.evaluate(objective, world, {{}, {}, {}, std::span(fresh)});
  (void)local.evaluate(objective, world, {{}, {}, {}, std::span(added)});

  for (std::size_t j = 0; j < columns; ++j) {
    EXPECT_NEAR(added[j], 10.0 + fresh[j], 1e-13);
  }
}

TEST(ObjectiveBatch, ParameterGradientsOfPartsHaveTheSameBitsAtAnyNumberOfRanks) {
  const auto world = mpi::Communicator::world();
  const auto self = world.split(world.rank());
  Weighted objective(columns);
  test::Share all(world, rows);
  all.first = 0;
  all.count = rows;
  const auto gradient_of = [&](const mpi::Communicator& communicator, const test::Share& share,
                               double& value) {
    LocalBatch local(objective, share);
    std::vector<double> gradient(columns, 0.0);
    stats::ExactSum exact(3);
    exact.start(columns);
    value = local.evaluate(objective, communicator, {{}, {}, {}, std::span(gradient), &exact}, true)
                .objective;
    exact.finish(communicator, std::span<double>(gradient));
    return gradient;
  };

  double value = 0.0;
  double expected_value = 0.0;
  const auto gradient = gradient_of(world, blocks_of(world), value);
  const auto expected = gradient_of(self, all, expected_value);

  EXPECT_EQ(value, expected_value);
  EXPECT_EQ(gradient, expected);
  EXPECT_NE(gradient[0], 0.0);
}

}  // namespace
}  // namespace infomax
