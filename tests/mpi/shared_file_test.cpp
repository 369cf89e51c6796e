// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/mpi/shared_file.hpp"

#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/mpi/pending_file.hpp"
#include "support/scratch.hpp"

namespace infomax::mpi {
namespace {

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class SharedFiles : public test::SharedScratch {
 protected:
  /// Rank r's part: r letters, so that rank 0 writes none.
  void write(const std::filesystem::path& path) {
    SharedFile shared(world_, path);
    const auto rank = static_cast<std::size_t>(world_.rank());
    const std::string part(rank, static_cast<char>('a' + rank));
    shared.write_at(rank * (rank - 1) / 2, std::as_bytes(std::span(part)));
    shared.close();
  }

  [[nodiscard]] std::string expected() const {
    std::string text;
    for (int rank = 0; rank < world_.size(); ++rank) {
      text += std::string(static_cast<std::size_t>(rank), static_cast<char>('a' + rank));
    }
    return text;
  }
};

TEST_F(SharedFiles, HoldEveryRanksBytesAndNothingOlder) {
  on_root([&] { std::ofstream(file("out")) << "something much longer that was there before"; });
  write(file("out"));
  EXPECT_EQ(contents(file("out")), expected());
}

TEST_F(SharedFiles, HaveTheirNameOnlyWhenWhole) {
  {
    PendingFile pending(world_, file("out"));
    write(pending.path());
    EXPECT_FALSE(std::filesystem::exists(file("out")));
    world_.barrier();  // all have looked
    pending.commit();
    EXPECT_EQ(contents(file("out")), expected());
  }
  std::filesystem::path abandoned;
  {
    PendingFile pending(world_, file("never"));
    abandoned = pending.path();
    write(abandoned);
    world_.barrier();
  }
  world_.barrier();
  EXPECT_FALSE(std::filesystem::exists(abandoned));
  EXPECT_FALSE(std::filesystem::exists(file("never")));
}

/// As a directory of a node's own is: it is there on some ranks only.
TEST_F(SharedFiles, ThatSomeRanksCannotOpenAreAnErrorEverywhere) {
  if (world_.size() == 1) {
    GTEST_SKIP() << "one rank cannot differ";
  }
  on_root([&] { std::filesystem::create_directory(file("own")); });
  const auto path = file(world_.is_root() ? "own" : "other") / "out";
  EXPECT_THAT(test::message_of<SystemError>([&] { SharedFile shared(world_, path); }),
              testing::AllOf(testing::StartsWith("rank 1: "), testing::HasSubstr("other/out"),
                             testing::HasSubstr("all ranks share")));
}

TEST_F(SharedFiles, WhereNoneCanBeAreAnErrorEverywhere) {
  EXPECT_THAT(test::message_of<SystemError>(
                  [&] { SharedFile shared(world_, file("no-directory") / "out"); }),
              testing::HasSubstr("no-directory"));
}

}  // namespace
}  // namespace infomax::mpi
