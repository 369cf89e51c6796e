// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "infomax/core/error.hpp"
#include "infomax/measure/machine.hpp"
#include "infomax/measure/memory.hpp"
#include "infomax/measure/rates.hpp"
#include "infomax/measure/timing.hpp"
#include "support/scratch.hpp"

namespace infomax::measure {
namespace {

TEST(Timing, AgreesOnCallsAndSecondsAndGoesByTheSlowest) {
  const auto world = mpi::Communicator::world();
  const double sleep_s = 0.002 * (world.rank() + 1);
  int calls = 0;
  const auto work = [&] {
    std::this_thread::sleep_for(std::chrono::duration<double>(sleep_s));
    ++calls;
  };

  const auto within = calls_within(world, 0.03, work);
  const int before = calls;
  const double seconds = seconds_per_call(world, within, work);

  EXPECT_EQ(world.min(static_cast<std::uint64_t>(within)), within);
  EXPECT_EQ(world.max(static_cast<std::uint64_t>(within)), within);
  EXPECT_EQ(static_cast<std::size_t>(calls - before), within);
  EXPECT_EQ(world.max(seconds), seconds);
  EXPECT_EQ(world.min(seconds), seconds);
  EXPECT_GE(seconds, 0.002 * world.size());
}

TEST(Timing, SleepersWaitForAll) {
  const auto world = mpi::Communicator::world();
  // The clock is the same for all processes of a machine.
  const auto now = [] { return std::chrono::steady_clock::now().time_since_epoch().count(); };
  if (world.rank() == world.size() - 1) {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
  }
  const std::int64_t arrival = now();

  sleep_until_all(world);

  const std::int64_t departure = now();
  EXPECT_GE(departure, world.max(arrival));
}

TEST(Rates, ArePositiveOnEveryRank) {
  const auto world = mpi::Communicator::world();
  EXPECT_GT(sgemm_gflops_alone(world, 0.0), 0.0);
  EXPECT_GT(sgemm_gflops_together(world, 0.0), 0.0);
  EXPECT_GT(allreduce_s(world, 8, {1, 0.0}).median, 0.0);
}

TEST(Memory, IsRefusedOnAllRanksWhereOneWantsMoreThanThereIs) {
  const auto world = mpi::Communicator::world();
  require_memory(world, {1024, "little", "no advice"});
  const bool last = world.rank() == world.size() - 1;
  const std::size_t most = std::size_t{1} << 60U;
  try {
    require_memory(world, {last ? most : 0, "3 rows of 5 columns", "use less"});
    ADD_FAILURE() << "was not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), ExitCode::system);
    for (const char* part : {"3 rows of 5 columns", "GiB", "available", "use less"}) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  }
}

TEST(Memory, OfAnAddressSpaceIsItsLimit) {
  const auto world = mpi::Communicator::world();
  rlimit former{};
  ASSERT_EQ(::getrlimit(RLIMIT_AS, &former), 0);
  // Of what this process may reserve: a sanitizer has reserved terabytes, and needs room for more.
  const auto limit_to = [&](std::size_t bytes) {
    const rlimit limit{std::min<rlim_t>(former.rlim_max, bytes), former.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_AS, &limit), 0);
  };
  const std::size_t immense = std::min<rlim_t>(former.rlim_max, std::size_t{1} << 50U);
  const std::size_t room = std::size_t{64} << 30U;
  limit_to(immense);
  const std::size_t used = immense - address_space_left();
  limit_to(used + room);
  EXPECT_LT(address_space_left(), 2 * room);
  EXPECT_THROW(require_memory(world, {2 * room, "much", "use less"}), Error);
  ASSERT_EQ(::setrlimit(RLIMIT_AS, &former), 0);
  EXPECT_EQ(memory_text(1.5 * 1024 * 1024 * 1024), "1.50 GiB");
  EXPECT_EQ(memory_text(3.25 * 1024 * 1024), "3.2 MiB");
}

using Storage = test::SharedScratch;

TEST_F(Storage, LeavesNothingBehind) {
  const auto directory = file("");

  const auto rates = storage_rates(world_, directory, 100'000);

  EXPECT_GT(rates.bytes, 90'000U);
  EXPECT_GT(rates.write_s, 0.0);
  EXPECT_GT(rates.read_s, 0.0);
  EXPECT_EQ(lock_failure(directory), "");
  world_.barrier();
  EXPECT_TRUE(std::filesystem::is_empty(directory));
}

TEST_F(Storage, WithoutADirectoryFailsOnEveryRank) {
  const auto absent = file("absent");
  const auto message =
      test::message_of<SystemError>([&] { (void)storage_rates(world_, absent, 1000); });
  EXPECT_NE(message.find(absent.string()), std::string::npos) << message;
}

TEST(Machine, KnowsEveryRank) {
  const auto world = mpi::Communicator::world();

  const auto mine = rank_facts(world);
  const auto ranks = gather_ranks(world, mine);
  const auto hosts = gather_hosts(world, mine);

  ASSERT_EQ(static_cast<int>(ranks.size()), world.size());
  for (int rank = 0; rank < world.size(); ++rank) {
    EXPECT_EQ(ranks[static_cast<std::size_t>(rank)].rank, rank);
  }
  const auto& self = ranks[static_cast<std::size_t>(world.rank())];
  EXPECT_EQ(self.host, mine.host);
  EXPECT_EQ(self.cores, mine.cores);
  EXPECT_EQ(self.kernel, mine.kernel);
  EXPECT_EQ(self.threads, mine.threads);
  ASSERT_EQ(hosts.size(), 1U);
  EXPECT_EQ(hosts.front().ranks, world.size());
  EXPECT_GE(hosts.front().cores.size(), mine.cores.size());
}

}  // namespace
}  // namespace infomax::measure
