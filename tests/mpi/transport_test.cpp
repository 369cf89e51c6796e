// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/mpi/transport.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "infomax/mpi/environment.hpp"

namespace infomax::mpi {
namespace {

TEST(Transport, NamesALayerAndHowARankReachesItself) {
  if (!library_version().starts_with("Open MPI")) {
    GTEST_SKIP() << library_version() << " does not say what it sends by";
  }

  const auto transport = find_transport();

  EXPECT_FALSE(transport.layer.empty());
  EXPECT_NE(transport.layer, "base");
  if (transport.layer == "ob1") {
    EXPECT_EQ(std::ranges::count(transport.transports, "self"), 1);
  }
}

}  // namespace
}  // namespace infomax::mpi
