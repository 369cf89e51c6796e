// SPDX-License-Identifier: BSD-3-Clause
// Objectives of several views: values by their definitions, with projections of as many rows and
// columns as there are samples, and gradients by central differences, at any number of ranks.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/core/random.hpp"
#include "infomax/math/lapack.hpp"
#include "infomax/objective/view_relations.hpp"
#include "mpi/objective_fixture.hpp"

namespace infomax {
namespace {

using objective::ObjectiveOptions;
using reference::Table;

constexpr std::size_t samples = 17;
const std::vector<std::size_t> widths{3, 2, 4};
constexpr std::size_t columns = 9;

/// Views that share a direction or two, of unlike scales.
Table common_views() {
  const CounterRandom random(7, RandomStream::generation);
  Table table(samples, std::vector<reference::Real>(columns));
  std::uint64_t index = 0;
  for (auto& row : table) {
    const double shared = random.normal(index++);
    const double weak = random.normal(index++);
    for (std::size_t j = 0; j < columns; ++j) {
      const double own = random.normal(index++);
      row[j] =
          std::pow(3.0, static_cast<double>(j % 4)) * (own + (j % 2 == 0 ? 1.5 * shared : weak)) +
          static_cast<double>(j);
    }
  }
  return table;
}

ObjectiveOptions options_of_views(const char* name) {
  ObjectiveOptions options;
  options.objective = name;
  options.set("view-outputs", "3,2,4");
  return options;
}

/// Columns [first, first + count) less their means.
Matrix<double> centred(const Table& table, std::size_t first, std::size_t count) {
  Matrix<double> z(table.size(), count);
  for (std::size_t j = 0; j < count; ++j) {
    double mean = 0.0;
    for (const auto& row : table) {
      mean += static_cast<double>(row[first + j]) / static_cast<double>(table.size());
    }
    for (std::size_t i = 0; i < table.size(); ++i) {
      z(i, j) = static_cast<double>(table[i][first + j]) - mean;
    }
  }
  return z;
}

/// By elimination without pivots, of a positive definite matrix.
Matrix<double> inverse(Matrix<double> a) {
  const std::size_t n = a.rows();
  Matrix<double> b(n, n, 0.0);
  for (std::size_t k = 0; k < n; ++k) {
    b(k, k) = 1.0;
  }
  for (std::size_t k = 0; k < n; ++k) {
    const double pivot = a(k, k);
    for (std::size_t j = 0; j < n; ++j) {
      a(k, j) /= pivot;
      b(k, j) /= pivot;
    }
    for (std::size_t i = 0; i < n; ++i) {
      const double factor = i == k ? 0.0 : a(i, k);
      for (std::size_t j = 0; j < n; ++j) {
        a(i, j) -= factor * a(k, j);
        b(i, j) -= factor * b(k, j);
      }
    }
  }
  return b;
}

/// The eigenvalues of the mean of the views' projections, [N, N] each.
std::vector<double> eigenvalues_of(const Table& table, const std::vector<std::size_t>& parts,
                                   double relative, double absolute) {
  const std::size_t n = table.size();
  Matrix<double> mean(n, n, 0.0);
  std::size_t first = 0;
  for (const std::size_t width : parts) {
    const auto z = centred(table, first, width);
    first += width;
    Matrix<double> c(width, width, 0.0);
    double trace = 0.0;
    for (std::size_t i = 0; i < width; ++i) {
      for (std::size_t j = 0; j < width; ++j) {
        for (std::size_t s = 0; s < n; ++s) {
          c(i, j) += z(s, i) * z(s, j) / static_cast<double>(n);
        }
      }
      trace += c(i, i);
    }
    for (std::size_t i = 0; i < width; ++i) {
      c(i, i) += absolute + relative * trace / static_cast<double>(width);
    }
    const auto w = inverse(c);
    for (std::size_t s = 0; s < n; ++s) {
      for (std::size_t t = 0; t < n; ++t) {
        for (std::size_t i = 0; i < width; ++i) {
          for (std::size_t j = 0; j < width; ++j) {
            mean(s, t) += z(s, i) * w(i, j) * z(t, j) / static_cast<double>(n * parts.size());
          }
        }
      }
    }
  }
  return math::symmetric_eigen(mean.view()).values;
}

double leading_sum(const std::vector<double>& values, std::size_t k) {
  return std::accumulate(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(k), 0.0);
}

Table part_of(const Table& table, std::size_t first, std::size_t count) {
  Table part(table.size());
  for (std::size_t i = 0; i < table.size(); ++i) {
    part[i].assign(table[i].begin() + static_cast<std::ptrdiff_t>(first),
                   table[i].begin() + static_cast<std::ptrdiff_t>(first + count));
  }
  return part;
}

test::LocalSides<double> local_of(const Table& table) {
  return {mpi::Communicator::world(), {part_of(table, 0, 1), table}};
}

/// By central differences. Collective: the owner of each row moves it.
void check_gradient(const ObjectiveOptions& options, const Table& table) {
  const auto world = mpi::Communicator::world();
  auto local = local_of(table);
  const auto objective = objective::make_objective<double>(options);
  (void)local.evaluate(*objective, world);
  const Matrix<double> gradient = local.db;
  double largest = 0.0;
  for (const double g : gradient.span()) {
    largest = std::max(largest, std::abs(g));
  }
  largest = world.max(largest);
  EXPECT_GT(largest, 0.0);
  for (const double g : local.da.span()) {
    EXPECT_EQ(g, 0.0);
  }
  for (std::size_t i = 0; i < table.size(); i += 2) {
    const bool mine = i >= local.share.first && i < local.share.first + local.share.count;
    for (std::size_t j = 0; j < columns; ++j) {
      constexpr double step = 1e-5;
      double* const entry = mine ? &local.b(i - local.share.first, j) : nullptr;
      const double before = mine ? *entry : 0.0;
      const auto value_at = [&](double at) {
        if (mine) {
          *entry = at;
        }
        return local.evaluate(*objective, world).objective;
      };
      const double difference = (value_at(before + step) - value_at(before - step)) / (2.0 * step);
      if (mine) {
        *entry = before;
        EXPECT_NEAR(gradient(i - local.share.first, j), difference, 1e-6 * largest)
            << options.objective << " row " << i << " column " << j;
      }
    }
  }
}

double value_of_views(const ObjectiveOptions& options, const Table& table) {
  auto local = local_of(table);
  return local.evaluate(*objective::make_objective<double>(options), mpi::Communicator::world())
      .objective;
}

TEST(MaxVar, IsTheSumOfTheEigenvaluesOfTheMeanProjection) {
  const Table table = common_views();
  auto options = options_of_views("maxvar");
  EXPECT_NEAR(value_of_views(options, table),
              leading_sum(eigenvalues_of(table, widths, 1e-4, 0.0), 4), 1e-12);
  options.set("ridge", 0.3).set("components", 3);
  EXPECT_NEAR(value_of_views(options, table),
              leading_sum(eigenvalues_of(table, widths, 0.3, 0.0), 3), 1e-12);
  options.set("ridge-absolute", 2.5).set("components", 1);
  EXPECT_NEAR(value_of_views(options, table),
              leading_sum(eigenvalues_of(table, widths, 0.0, 2.5), 1), 1e-12);
}

TEST(MaxVar, HasTheGradientOfItsValue) {
  const Table table = common_views();
  auto options = options_of_views("maxvar");
  check_gradient(options, table);
  options.set("ridge", 0.3).set("components", 1);
  check_gradient(options, table);
  options.set("ridge-absolute", 2.5).set("components", 3);
  check_gradient(options, table);
}

TEST(MaxVar, OfTwoViewsHasTheMeansOf1AndCanonicalCorrelations) {
  const Table table = part_of(common_views(), 0, 5);
  auto options = options_of_views("maxvar");
  options.set("view-outputs", "3,2").set("ridge", 0.0);
  ObjectiveOptions dcca;
  dcca.objective = "dcca";
  dcca.set("ridge", 0.0);
  const auto correlations = static_cast<double>(
      reference::evaluate(dcca, part_of(table, 0, 3), part_of(table, 3, 2)).objective);
  // The third output of the wider view is in no other, and in half of the views.
  EXPECT_NEAR(value_of_views(options, table), (2.0 + correlations) / 2.0 + 0.5, 1e-12);
}

TEST(MaxVar, OfAViewThatDoesNotVaryIsThatOfTheOthers) {
  Table table = common_views();
  for (auto& row : table) {
    row[3] = 4;
    row[4] = -1;
  }
  auto options = options_of_views("maxvar");
  options.set("components", 3);
  Table others = table;
  for (auto& row : others) {
    row.erase(row.begin() + 3, row.begin() + 5);
  }
  EXPECT_NEAR(value_of_views(options, table),
              leading_sum(eigenvalues_of(others, {3, 4}, 1e-4, 0.0), 3) * 2.0 / 3.0, 1e-12);
}

TEST(SumCor, IsTheSumOfCanonicalCorrelationsOfAllPairs) {
  const Table table = common_views();
  for (const char* ridge : {"0.0001", "0.3"}) {
    for (const char* components : {"0", "1"}) {
      ObjectiveOptions dcca;
      dcca.objective = "dcca";
      dcca.set("ridge", ridge).set("components", components);
      auto options = options_of_views("sumcor");
      options.set("ridge", ridge).set("components", components);
      double expected = 0.0;
      std::size_t first = 0;
      for (std::size_t m = 0; m < widths.size(); ++m) {
        std::size_t second = first + widths[m];
        for (std::size_t n = m + 1; n < widths.size(); ++n) {
          expected +=
              static_cast<double>(reference::evaluate(dcca, part_of(table, first, widths[m]),
                                                      part_of(table, second, widths[n]))
                                      .objective);
          second += widths[n];
        }
        first += widths[m];
      }
      EXPECT_NEAR(value_of_views(options, table), expected, 1e-11);
      check_gradient(options, table);
    }
  }
}

TEST(ViewObjectives, ComputePartByPartWhatTheyComputeAtOnce) {
  const auto world = mpi::Communicator::world();
  const Table table = common_views();
  for (const char* name : {"maxvar", "sumcor"}) {
    auto local = local_of(table);
    const auto objective = objective::make_objective<double>(options_of_views(name));
    const double expected = local.evaluate(*objective, world).objective;
    const Matrix<double> gradient = local.db;
    stats::RowParts parts;
    for (std::size_t i = 0; i < local.share.count; ++i) {
      parts.ends.push_back(i + 1);
    }
    const stats::MatrixRows<double> a(local.a.view());
    const stats::MatrixRows<double> b(local.b.view());
    const auto value = objective->evaluate(world, {.rows = {a, b, &parts}},
                                           {.a = local.da.view(), .b = local.db.view()});
    EXPECT_NEAR(value.objective, expected, 1e-12);
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      EXPECT_NEAR(local.db.span()[i], gradient.span()[i], 1e-12);
    }
  }
}

TEST(ViewRelations, AreTheEigenvaluesAndTheCorrelationsOfEachPair) {
  const Table table = common_views();
  auto local = local_of(table);
  const stats::MatrixRows<double> a(local.a.view());
  const stats::MatrixRows<double> b(local.b.view());
  const auto found = objective::relate_views<double>(mpi::Communicator::world(),
                                                     options_of_views("sumcor"), {a, b});
  ASSERT_TRUE(found.has_value());
  const auto expected = eigenvalues_of(table, widths, 1e-4, 0.0);
  ASSERT_EQ(found->eigenvalues.size(), 4U);
  EXPECT_NEAR(found->eigenvalues[1], expected[1], 1e-12);
  ASSERT_EQ(found->pairs.size(), 3U);
  EXPECT_EQ(found->pairs[2].first, 1U);
  EXPECT_EQ(found->pairs[2].second, 2U);
  EXPECT_EQ(found->pairs[2].correlations.size(), 2U);
  ObjectiveOptions dcca;
  dcca.objective = "dcca";
  EXPECT_NEAR(leading_sum(found->pairs[2].correlations, 2),
              static_cast<double>(
                  reference::evaluate(dcca, part_of(table, 3, 2), part_of(table, 5, 4)).objective),
              1e-11);
}

}  // namespace
}  // namespace infomax
