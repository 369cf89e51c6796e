// SPDX-License-Identifier: BSD-3-Clause
#include <cstdint>
#include <cstdio>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "infomax/mpi/communicator.hpp"
#include "infomax/mpi/environment.hpp"

namespace {

/// Ranks above 0 are silent but for what fails there.
class FailurePrinter final : public testing::EmptyTestEventListener {
 public:
  explicit FailurePrinter(int rank) : rank_(rank) {}

  // Kept, because asking UnitTest for it while a failure is reported waits for a lock held there.
  void OnTestStart(const testing::TestInfo& test) override { test_ = &test; }

  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (!result.failed()) {
      return;
    }
    fmt::print(stderr, "rank {}: {}.{} at {}:{}: {}\n", rank_,
               test_ == nullptr ? "no test" : test_->test_suite_name(),
               test_ == nullptr ? "no test" : test_->name(),
               result.file_name() == nullptr ? "unknown file" : result.file_name(),
               result.line_number(), result.message());
  }

 private:
  int rank_;
  const testing::TestInfo* test_ = nullptr;
};

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const infomax::mpi::Environment environment(argc, argv);
  const auto world = infomax::mpi::Communicator::world();
  if (!world.is_root()) {
    auto& listeners = testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new FailurePrinter(world.rank()));
  }

  std::int64_t result = RUN_ALL_TESTS();
  // A filter or a build that leaves no test must not pass for success.
  if (testing::UnitTest::GetInstance()->test_to_run_count() == 0) {
    result = 1;
  }
  return static_cast<int>(world.max(result));
}
