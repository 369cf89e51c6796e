// SPDX-License-Identifier: BSD-3-Clause
#include "analysis/even_rows.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "mpi/objective_fixture.hpp"

namespace infomax::analysis {
namespace {

TEST(EvenRows, BringsColumnsOfEverySizeToOne) {
  const auto world = mpi::Communicator::world();
  constexpr std::size_t rows = 23;
  const std::vector<double> sizes{1.0, 1e300, 1e-300,
                                  4.0 * std::numeric_limits<double>::denorm_min(), 0.0};
  const test::Share share(world, rows);
  Matrix<double> local(share.count, sizes.size());
  for (std::size_t i = 0; i < share.count; ++i) {
    for (std::size_t j = 0; j < sizes.size(); ++j) {
      local(i, j) = sizes[j] * (static_cast<double>((share.first + i) % 5) - 2.0);
    }
  }
  const stats::MatrixRows<double> source(local.view());
  const EvenRows even(world, source);
  Buffer<double> scratch;
  const auto tile = even.tile(0, share.count, scratch);
  double largest = 0.0;
  for (std::size_t j = 0; j < sizes.size(); ++j) {
    ASSERT_TRUE(std::isfinite(even.scale()[j]) && even.scale()[j] > 0.0) << sizes[j];
    EXPECT_EQ(std::exp2(std::round(std::log2(even.scale()[j]))), even.scale()[j]) << sizes[j];
    for (std::size_t i = 0; i < share.count; ++i) {
      EXPECT_LT(std::abs(tile(i, j)), 2.0) << sizes[j];
      if (j < 3) {
        largest = std::max(largest, std::abs(tile(i, j)));
        // Exact: back to the number it was.
        EXPECT_EQ(tile(i, j) / even.scale()[j] + even.shift()[j], local(i, j));
      }
    }
  }
  EXPECT_GE(world.max(largest), 1.0);
}

}  // namespace
}  // namespace infomax::analysis
