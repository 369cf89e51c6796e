// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/mpi/exchange.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace infomax::mpi {
namespace {

/// Rank r sends r + s rows to rank s, and the first rank nothing to the last one.
std::size_t count(int from, int to, int ranks) {
  return from == 0 && to == ranks - 1 ? 0 : static_cast<std::size_t>(from + to);
}

template <class T>
void expect_rows_of_every_rank() {
  const Communicator world = Communicator::world();
  const int ranks = world.size();
  const int rank = world.rank();
  std::vector<std::size_t> sends;
  std::vector<std::size_t> receives;
  std::vector<T> expected;
  std::vector<T> sent;
  const auto add = [](std::vector<T>& rows, int from, int to, std::size_t k) {
    const auto number = static_cast<T>(1000 * from + 100 * to + static_cast<int>(k));
    rows.push_back(number);
    rows.push_back(-number);
  };
  for (int other = 0; other < ranks; ++other) {
    sends.push_back(count(rank, other, ranks));
    receives.push_back(count(other, rank, ranks));
    for (std::size_t k = 0; k < sends.back(); ++k) {
      add(sent, rank, other, k);
    }
    for (std::size_t k = 0; k < receives.back(); ++k) {
      add(expected, other, rank, k);
    }
  }
  std::vector<T> received(expected.size());
  exchange_rows<T>(world, MatrixView<const T>(sent.data(), sent.size() / 2, 2), sends,
                   MatrixView<T>(received.data(), received.size() / 2, 2), receives);
  EXPECT_EQ(received, expected);
}

TEST(Exchange, RowsArriveInTheOrderOfRanks) {
  expect_rows_of_every_rank<float>();
  expect_rows_of_every_rank<double>();
}

}  // namespace
}  // namespace infomax::mpi
