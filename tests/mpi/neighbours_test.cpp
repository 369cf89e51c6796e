// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/neighbours.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probe_fixture.hpp"
#include "support/scratch.hpp"

namespace infomax::analysis {
namespace {

/// Sorts all training rows by distance and index, as the definition says.
std::uint32_t brute_force(const test::GlobalRows& train, std::span<const double> row,
                          std::size_t neighbours, Metric metric) {
  std::vector<std::tuple<double, std::size_t>> near;
  for (std::size_t i = 0; i < train.x.rows(); ++i) {
    double square = 0.0;
    double product = 0.0;
    double own = 0.0;
    double other = 0.0;
    for (std::size_t j = 0; j < row.size(); ++j) {
      square += (row[j] - train.x(i, j)) * (row[j] - train.x(i, j));
      product += row[j] * train.x(i, j);
      own += row[j] * row[j];
      other += train.x(i, j) * train.x(i, j);
    }
    const double cosine = own > 0.0 && other > 0.0 ? product / std::sqrt(own * other) : 0.0;
    near.emplace_back(metric == Metric::euclidean ? square : 1.0 - cosine, i);
  }
  std::ranges::sort(near);
  std::map<std::uint32_t, int> votes;
  for (std::size_t k = 0; k < neighbours; ++k) {
    ++votes[train.labels[std::get<1>(near[k])]];
  }
  return std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; })->first;
}

class Neighbours : public testing::Test {
 protected:
  void expect_brute_force(const test::GlobalRows& train, const test::GlobalRows& test) {
    const test::Share train_share(world_, train.x.rows());
    const test::Share test_share(world_, test.x.rows());
    const test::LocalRows known(train, train_share);
    const test::LocalRows asked(test, test_share, 8);
    for (const auto metric : {Metric::euclidean, Metric::cosine}) {
      for (const std::size_t neighbours : {1U, 4U, 15U}) {
        std::size_t told = 0;
        const auto predicted =
            predict_by_neighbours(world_, known.rows(), asked.rows(), neighbours, metric,
                                  [&](std::size_t done, std::size_t all) {
                                    EXPECT_EQ(all, train.x.rows());
                                    told = done;
                                  });
        EXPECT_EQ(told, train.x.rows());
        ASSERT_EQ(predicted.size(), test_share.count);
        for (std::size_t i = 0; i < predicted.size(); ++i) {
          EXPECT_EQ(predicted[i],
                    brute_force(train, test.x.view().row(test_share.first + i), neighbours, metric))
              << "row " << test_share.first + i << ", " << neighbours << " neighbours";
        }
      }
    }
  }

  const mpi::Communicator world_ = mpi::Communicator::world();
};

TEST_F(Neighbours, AreThoseOfBruteForce) { expect_brute_force({83, 6, 4, 1}, {41, 6, 4, 2}); }

/// Rows on a coarse grid, of which many are equally near, and some the same. By the distance alone:
/// cosines of grid rows are equal in exact arithmetic only.
TEST_F(Neighbours, OfEquallyNearOnesTheFirstAreTaken) {
  test::GlobalRows train(90, 2, 3, 3);
  test::GlobalRows test(40, 2, 3, 4);
  for (auto* rows : {&train, &test}) {
    for (double& element : rows->x.span()) {
      element = std::round(element);
    }
  }
  const test::Share train_share(world_, 90);
  const test::Share test_share(world_, 40);
  const test::LocalRows known(train, train_share);
  const test::LocalRows asked(test, test_share);
  for (const std::size_t neighbours : {1U, 2U, 7U}) {
    const auto predicted =
        predict_by_neighbours(world_, known.rows(), asked.rows(), neighbours, Metric::euclidean);
    ASSERT_EQ(predicted.size(), test_share.count);
    for (std::size_t i = 0; i < predicted.size(); ++i) {
      EXPECT_EQ(predicted[i], brute_force(train, test.x.view().row(test_share.first + i),
                                          neighbours, Metric::euclidean));
    }
  }
}

TEST_F(Neighbours, MoreThanThereAreRowsAreRefused) {
  const test::GlobalRows rows(20, 2, 2, 5);
  const test::Share share(world_, 20);
  const test::LocalRows local(rows, share);
  for (const std::size_t neighbours : {0U, 21U}) {
    EXPECT_THAT(test::message_of<UsageError>([&] {
                  (void)predict_by_neighbours(world_, local.rows(), local.rows(), neighbours,
                                              Metric::cosine);
                }),
                testing::HasSubstr("1 to the 20 rows"));
  }
}

}  // namespace
}  // namespace infomax::analysis
