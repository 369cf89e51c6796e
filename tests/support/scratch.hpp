// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "infomax/core/error.hpp"
#include "infomax/mpi/communicator.hpp"

namespace infomax::test {

/// An empty directory for one test, removed after it.
class Scratch : public testing::Test {
 protected:
  void SetUp() override {
    directory_ =
        std::filesystem::path(testing::TempDir()) / ("infomax_unit_" + std::to_string(::getpid()));
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::filesystem::path file(const std::string& name) const {
    return directory_ / name;
  }

 private:
  std::filesystem::path directory_;
};

/// An empty directory that all ranks share for one test, removed after it.
class SharedScratch : public testing::Test {
 protected:
  void SetUp() override {
    const auto own =
        std::filesystem::path(testing::TempDir()) / ("infomax_mpi_" + std::to_string(::getpid()));
    directory_ = world_.broadcast(own.string(), 0);
    if (world_.is_root()) {
      std::filesystem::create_directories(directory_);
    }
    world_.barrier();
  }
  void TearDown() override {
    world_.barrier();
    if (world_.is_root()) {
      std::filesystem::remove_all(directory_);
    }
  }

  [[nodiscard]] std::filesystem::path file(const std::string& name) const {
    return directory_ / name;
  }

  /// Collective. Runs `work` on rank 0 while the others wait for it.
  template <class Work>
  void on_root(Work work) const {
    if (world_.is_root()) {
      work();
    }
    world_.barrier();
  }

  const mpi::Communicator world_ = mpi::Communicator::world();

 private:
  std::filesystem::path directory_;
};

/// Returns the text of the Error that `work` throws. The test fails unless `work` throws one with
/// the exit code of Failure. An error that ranks agreed on keeps its exit code, but not its type.
template <class Failure, class Work>
std::string message_of(Work work) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_code(), Failure("").exit_code()) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

}  // namespace infomax::test
