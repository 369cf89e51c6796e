// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/mpi/ring.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace infomax {
namespace {

constexpr std::size_t columns = 3;

/// Rank r has r * 2 rows, so that rank 0 has none; every number tells its rank and row.
std::size_t rows_of(std::size_t rank) { return 2 * rank; }
double number_of(std::size_t rank, std::size_t row) {
  return 100.0 * static_cast<double>(rank) + static_cast<double>(row);
}

template <class T>
class RingOfRanks : public testing::Test {
 protected:
  RingOfRanks()
      : world_(mpi::Communicator::world()),
        rank_(static_cast<std::size_t>(world_.rank())),
        rows_(rows_of(rank_), columns),
        notes_(rows_of(rank_)) {
    for (std::size_t i = 0; i < rows_.rows(); ++i) {
      notes_[i] = -number_of(rank_, i);
      for (std::size_t j = 0; j < columns; ++j) {
        rows_(i, j) = static_cast<T>(number_of(rank_, i) + 0.25 * static_cast<double>(j));
      }
    }
  }

  /// Checks a block's numbers and counts its rows.
  void see(const typename mpi::Ring<T>::Block& block, bool noted) {
    ASSERT_EQ(block.rows.columns(), columns);
    for (std::size_t i = 0; i < block.rows.rows(); ++i) {
      const double number = number_of(block.owner, block.first + i);
      EXPECT_EQ(block.rows(i, 2), static_cast<T>(number + 0.5));
      if (noted) {
        ASSERT_EQ(block.notes.size(), block.rows.rows());
        EXPECT_EQ(block.notes[i], -number);
      } else {
        EXPECT_TRUE(block.notes.empty());
      }
      order_.emplace_back(block.owner, block.first + i);
    }
  }

  /// Every row of every rank, in the order of ranks.
  [[nodiscard]] std::vector<std::pair<std::size_t, std::size_t>> all() const {
    std::vector<std::pair<std::size_t, std::size_t>> rows;
    for (std::size_t rank = 0; rank < static_cast<std::size_t>(world_.size()); ++rank) {
      for (std::size_t i = 0; i < rows_of(rank); ++i) {
        rows.emplace_back(rank, i);
      }
    }
    return rows;
  }

  mpi::Communicator world_;
  std::size_t rank_;
  Matrix<T> rows_;
  std::vector<double> notes_;
  mpi::Ring<T> ring_;
  std::vector<std::pair<std::size_t, std::size_t>> order_;
};
using Precisions = testing::Types<float, double>;
TYPED_TEST_SUITE(RingOfRanks, Precisions);

TYPED_TEST(RingOfRanks, SumsFollowTheirRows) {
  Matrix<TypeParam> totals(this->rows_.rows(), columns);
  std::ranges::fill(totals.span(), TypeParam{0});
  const auto ranks = static_cast<double>(this->world_.size());
  for (int repeat = 1; repeat <= 2; ++repeat) {  // what is there stays
    this->order_.clear();
    this->ring_.around_adding(
        this->world_, this->rows_.view(), this->notes_,
        [&](const auto& block, MatrixView<TypeParam> sums) {
          this->see(block, true);
          ASSERT_EQ(sums.rows(), block.rows.rows());
          ASSERT_EQ(sums.columns(), columns);
          for (std::size_t i = 0; i < sums.rows(); ++i) {
            for (std::size_t j = 0; j < columns; ++j) {
              EXPECT_EQ(sums(i, j), TypeParam{0});
              sums(i, j) += block.rows(i, j) * static_cast<TypeParam>(this->rank_ + 1);
            }
          }
        },
        totals.view());
    EXPECT_EQ(this->order_.size(), this->all().size());
    const double all_weights = ranks * (ranks + 1.0) / 2.0;
    for (std::size_t i = 0; i < totals.rows(); ++i) {
      for (std::size_t j = 0; j < columns; ++j) {
        const double expected =
            repeat * all_weights * static_cast<double>(this->rows_.view()(i, j));
        EXPECT_NEAR(static_cast<double>(totals.view()(i, j)), expected, 1e-5 * expected);
      }
    }
  }
}

TYPED_TEST(RingOfRanks, ShowsEveryRowOnceTheOwnOnesFirst) {
  for (int repeat = 0; repeat < 2; ++repeat) {  // the second in the memory of the first
    const bool noted = repeat == 0;
    this->order_.clear();
    this->ring_.around(this->world_, this->rows_.view(),
                       noted ? std::span<const double>(this->notes_) : std::span<const double>(),
                       [&](const auto& block) { this->see(block, noted); });
    if (!this->order_.empty() && this->rank_ > 0) {
      EXPECT_EQ(this->order_.front().first, this->rank_);
    }
    std::ranges::sort(this->order_);
    EXPECT_EQ(this->order_, this->all());
  }
}

// Ranks that were dealt to nodes by turns travel in another order than that of their numbers.
TYPED_TEST(RingOfRanks, RowsTravelInAnyOrderOfTheRanks) {
  const int ranks = this->world_.size();
  std::vector<int> order;
  for (const int first : {1, 0}) {
    for (int rank = first; rank < ranks; rank += 2) {
      order.push_back(rank);
    }
  }
  mpi::Ring<TypeParam> ring(order);
  Matrix<TypeParam> totals(this->rows_.rows(), columns);
  std::ranges::fill(totals.span(), TypeParam{0});
  ring.around_adding(
      this->world_, this->rows_.view(), this->notes_,
      [&](const auto& block, MatrixView<TypeParam> sums) {
        this->see(block, true);
        for (std::size_t i = 0; i < block.rows.size(); ++i) {
          sums.data()[i] += block.rows.data()[i] + TypeParam{1};
        }
      },
      totals.view());
  if (ranks == 4 && this->rank_ == 1) {
    EXPECT_EQ(this->order_.front().first, 1U);
    EXPECT_EQ(this->order_.back().first, 2U);  // rank 0, which comes before, has no rows
  }
  std::ranges::sort(this->order_);
  EXPECT_EQ(this->order_, this->all());
  for (std::size_t i = 0; i < totals.size(); ++i) {
    const double expected = ranks * (static_cast<double>(this->rows_.span()[i]) + 1.0);
    EXPECT_NEAR(static_cast<double>(totals.span()[i]), expected, 1e-5 * expected);
  }
}

TEST(RanksByNode, AreAllRanksInOrderOnOneNode) {
  const auto world = mpi::Communicator::world();
  std::vector<int> expected(static_cast<std::size_t>(world.size()));
  std::iota(expected.begin(), expected.end(), 0);
  for (int repeat = 0; repeat < 2; ++repeat) {
    EXPECT_EQ(world.ranks_by_node(), expected);
  }
}

TYPED_TEST(RingOfRanks, InOrderTheOrderIsThatOfRanksAndParts) {
  // Parts of one row and of none.
  std::vector<std::size_t> ends;
  for (std::size_t i = 0; i < this->rows_.rows(); ++i) {
    ends.push_back(i + 1);
    ends.push_back(i + 1);
  }
  std::size_t visits = 0;
  this->ring_.in_order(this->world_, this->rows_.view(), this->notes_, ends,
                       [&](const auto& block) {
                         this->see(block, true);
                         ++visits;
                       });
  EXPECT_EQ(this->order_, this->all());
  EXPECT_EQ(visits, this->all().size());
}

}  // namespace
}  // namespace infomax
