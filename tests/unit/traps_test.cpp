// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/measure/traps.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/scratch.hpp"

namespace infomax::measure {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::size_t gibibyte = std::size_t{1} << 30U;

/// Two nodes of two cores, a rank bound to each core, nothing wrong.
JobFacts healthy() {
  JobFacts facts;
  for (int rank = 0; rank < 4; ++rank) {
    facts.ranks.push_back(
        {rank, rank < 2 ? "n1" : "n2", {rank % 2}, 1, "Zen", 50.0, 45.0 + 0.1 * rank});
  }
  for (const char* host : {"n1", "n2"}) {
    facts.hosts.push_back({host, 2, {0, 1}, {8 * gibibyte, 4 * gibibyte}, gibibyte, gibibyte, {}});
  }
  facts.transport = {"ob1", {"self", "vader", "tcp"}};
  facts.directory = "/scratch";
  return facts;
}

std::vector<std::string> names(const JobFacts& facts) {
  std::vector<std::string> found;
  for (const auto& trap : find_traps(facts)) {
    EXPECT_FALSE(trap.problem.empty());
    EXPECT_FALSE(trap.mend.empty());
    found.push_back(trap.name);
  }
  return found;
}

Trap only(const JobFacts& facts) {
  const auto traps = find_traps(facts);
  EXPECT_EQ(traps.size(), 1U);
  return traps.empty() ? Trap{} : traps.front();
}

TEST(Traps, AreNotSeenWhereThereAreNone) { EXPECT_THAT(names(healthy()), IsEmpty()); }

TEST(Traps, ThreadsBeyondTheCoresOfABoundRank) {
  auto facts = healthy();
  for (auto& rank : facts.ranks) {
    rank.threads = 8;
  }
  const auto traps = find_traps(facts);
  EXPECT_THAT(names(facts), ElementsAre("threads-exceed-binding", "oversubscription"));
  EXPECT_THAT(traps[0].problem, HasSubstr("rank 0 on n1 (and 3 more) has 8 BLAS threads"));
  EXPECT_THAT(traps[0].problem, HasSubstr("1 core (0)"));
  EXPECT_THAT(traps[0].mend, HasSubstr("OPENBLAS_NUM_THREADS"));
  EXPECT_THAT(traps[1].problem, HasSubstr("16 BLAS threads together share 2 cores (0-1)"));
}

TEST(Traps, ThreeRanksOnTwoCores) {
  auto facts = healthy();
  facts.ranks = {{0, "n1", {0, 1}, 1, "Zen", 50, 30},
                 {1, "n1", {0, 1}, 1, "Zen", 50, 30},
                 {2, "n1", {0, 1}, 1, "Zen", 50, 30}};
  facts.hosts.pop_back();
  facts.hosts.front().ranks = 3;
  EXPECT_EQ(only(facts).name, "oversubscription");
  EXPECT_THAT(only(facts).problem, HasSubstr("3 ranks with 3 BLAS threads"));
}

TEST(Traps, RanksThatMayShareACoreThoughThereAreEnough) {
  auto facts = healthy();
  facts.ranks[0].cores = {0, 1};
  facts.ranks[1].cores = {0, 1};
  EXPECT_EQ(only(facts).name, "shared-cores");
  EXPECT_THAT(only(facts).problem, HasSubstr("ranks on n1 may"));
}

TEST(Traps, TcpBesideAFabric) {
  auto facts = healthy();
  facts.hosts[1].fabrics = {"mlx5_0"};
  EXPECT_EQ(only(facts).name, "tcp-beside-fabric");
  EXPECT_THAT(only(facts).problem, HasSubstr("n2 has mlx5_0"));

  facts.transport = {"ucx", {"self"}};
  EXPECT_THAT(names(facts), IsEmpty());
  facts.transport = {"ob1", {"self", "openib", "tcp"}};
  EXPECT_THAT(names(facts), IsEmpty());
}

TEST(Traps, FilesThatCannotBeLocked) {
  auto facts = healthy();
  facts.lock_failure = "No locks available";
  EXPECT_EQ(only(facts).name, "file-locking");
  EXPECT_THAT(only(facts).problem, HasSubstr("/scratch"));
  facts.locking_off = true;
  EXPECT_THAT(names(facts), IsEmpty());
}

TEST(Traps, AKernelThatIsSlowerThanAnother) {
  auto facts = healthy();
  facts.kernels = {true, {"Haswell", 50.0}, {"Cooperlake", 54.0}};
  EXPECT_THAT(names(facts), IsEmpty());
  facts.kernels->other.gflops = 75.0;
  EXPECT_EQ(only(facts).name, "slow-blas-kernel");
  EXPECT_THAT(only(facts).problem, HasSubstr("50.0 Gflop/s"));
  EXPECT_THAT(only(facts).problem, HasSubstr("Cooperlake does 75.0"));
  EXPECT_EQ(only(facts).mend, "unset OPENBLAS_CORETYPE");
  facts.kernels->forced = false;
  EXPECT_THAT(only(facts).mend, HasSubstr("export OPENBLAS_CORETYPE=Cooperlake"));
}

TEST(Traps, ARankThatHoldsUpTheOthers) {
  auto facts = healthy();
  facts.ranks[3].together_gflops = 20.0;
  EXPECT_EQ(only(facts).name, "unequal-ranks");
  EXPECT_THAT(only(facts).problem, HasSubstr("rank 3 on n2 does 20.0 Gflop/s"));
}

TEST(Traps, LittleSharedMemory) {
  auto facts = healthy();
  facts.hosts[0].shared_free_bytes = std::size_t{20} << 20U;
  EXPECT_EQ(only(facts).name, "small-shared-memory");
  EXPECT_THAT(only(facts).problem, HasSubstr("n1 has 20 MiB"));
  // A system without /dev/shm at all sends by other means.
  facts.hosts[0].shared_free_bytes = facts.hosts[0].shared_total_bytes = 0;
  EXPECT_THAT(names(facts), IsEmpty());
}

TEST(CoreList, ReadsAsLinuxWritesIt) {
  EXPECT_EQ(core_list({}), "");
  EXPECT_EQ(core_list({3}), "3");
  EXPECT_EQ(core_list({0, 1, 2, 3}), "0-3");
  EXPECT_EQ(core_list({0, 2, 3, 8, 10, 11}), "0,2-3,8,10-11");
}

using Fabrics = test::Scratch;

TEST_F(Fabrics, AreDevicesWithAnActivePort) {
  EXPECT_THAT(find_fabrics(file("none")), IsEmpty());
  const auto port = [&](const char* device, const char* state) {
    const auto folder = file("class") / "infiniband" / device / "ports" / "1";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "state") << state << '\n';
  };
  port("mlx5_1", "4: ACTIVE");
  port("mlx5_0", "4: ACTIVE");
  port("mlx5_2", "1: DOWN");
  std::filesystem::create_directories(file("class") / "cxi" / "cxi0");

  EXPECT_THAT(find_fabrics(file("")), ElementsAre("cxi0", "mlx5_0", "mlx5_1"));
}

}  // namespace
}  // namespace infomax::measure
