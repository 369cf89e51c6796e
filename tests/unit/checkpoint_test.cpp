// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/train/checkpoint.hpp"

#include <cstdint>
#include <fstream>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/core/checksum.hpp"
#include "infomax/core/random.hpp"
#include "infomax/train/checkpoint_directory.hpp"
#include "support/scratch.hpp"
#include "train/checkpoint_file.hpp"

namespace infomax::train {
namespace {

Checkpoint made(std::uint64_t step) {
  Checkpoint checkpoint;
  checkpoint.step = step;
  checkpoint.texts = {{"config", "batch = 3\nseed = 1\n"}, {"record", "{}"}};
  const std::vector<float> parameters{1.5F, -2.25F, 3.0e-30F};
  const std::vector<double> history{0.1, 1e300};
  checkpoint.put("parameters", std::span<const float>(parameters));
  checkpoint.put("history", std::span<const double>(history));
  checkpoint.put("nothing", std::span<const double>());
  return checkpoint;
}

class Checkpoints : public test::Scratch {
 protected:
  [[nodiscard]] std::string bytes_of(const std::filesystem::path& path) const {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  void put_bytes(const std::filesystem::path& path, const std::string& bytes) const {
    std::ofstream(path, std::ios::binary) << bytes;
  }
};

TEST_F(Checkpoints, AreReadAsTheyWereWritten) {
  write_checkpoint(file("a.h5"), made(12));
  const auto read = read_checkpoint(file("a.h5"));
  EXPECT_EQ(read.step, 12U);
  EXPECT_EQ(read.texts, made(12).texts);
  std::vector<float> parameters(3);
  std::vector<double> history(2);
  read.get("parameters", std::span<float>(parameters));
  read.get("history", std::span<double>(history));
  EXPECT_EQ(parameters, (std::vector<float>{1.5F, -2.25F, 3.0e-30F}));
  EXPECT_EQ(history, (std::vector<double>{0.1, 1e300}));
  EXPECT_EQ(read.size<double>("nothing"), 0U);
  std::vector<float> more(4);
  std::vector<double> wider(3);
  EXPECT_THROW(read.get("parameters", std::span<float>(more)), DataError);
  EXPECT_THROW(read.get("parameters", std::span<double>(wider)), DataError);
  EXPECT_THROW(read.get("missing", std::span<float>(more)), DataError);
}

TEST_F(Checkpoints, MayShowLargeArraysWhereTheyAre) {
  // Of several parts, and not of whole ones.
  std::vector<double> large(700'001);
  for (std::size_t k = 0; k < large.size(); ++k) {
    large[k] = 1.0 / static_cast<double>(k + 1);
  }
  const std::vector<float> small{1.0F, 2.0F};
  Checkpoint checkpoint(ArrayOwnership::borrowed);
  checkpoint.put("a", std::span<const double>(large));
  checkpoint.put("b", std::span<const float>(small));
  checkpoint.put("c", std::span<const double>(large).first(300'000));
  write_checkpoint(file("a.h5"), std::move(checkpoint));
  const auto read = read_checkpoint(file("a.h5"));
  std::vector<double> found(large.size());
  read.get("a", std::span<double>(found));
  EXPECT_EQ(found, large);
  read.get("c", std::span<double>(found).first(300'000));
  EXPECT_EQ(found, large);
  std::vector<float> also(2);
  read.get("b", std::span<float>(also));
  EXPECT_EQ(also, small);
}

TEST_F(Checkpoints, TellEveryDamage) {
  write_checkpoint(file("a.h5"), made(12));
  const std::string whole = bytes_of(file("a.h5"));
  const CounterRandom random(4, RandomStream::generation);
  for (std::uint64_t k = 0; k < 400; ++k) {
    std::string damaged = whole;
    const std::size_t at = k < 100 ? 5 * k : random.below(whole.size(), k);
    if (k % 2 == 0) {
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << (k % 8)));
    } else {
      damaged.resize(at);
    }
    put_bytes(file("b.h5"), damaged);
    EXPECT_THROW((void)read_checkpoint(file("b.h5")), DamagedError) << "at byte " << at;
  }
  put_bytes(file("b.h5"), whole + "x");
  EXPECT_THROW((void)read_checkpoint(file("b.h5")), DamagedError);
}

TEST_F(Checkpoints, OfTheDirectoryTheNewestWholeOneCounts) {
  const CheckpointDirectory directory(file("checkpoints"));
  EXPECT_FALSE(directory.newest());
  for (const std::uint64_t step : {5U, 90U, 100U, 1000U}) {
    directory.write(made(step), 3);
  }
  EXPECT_EQ(directory.list(),
            (std::vector{directory.file(1000), directory.file(100), directory.file(90)}));
  put_bytes(directory.file(1000), bytes_of(directory.file(1000)).substr(0, 700));
  put_bytes(file("checkpoints") / "step-000000002000.h5.part-17", "half");
  EXPECT_EQ(directory.newest()->step, 100U);
  // What is damaged is out of the way, and an interrupted write is gone.
  EXPECT_EQ(directory.list(), (std::vector{directory.file(100), directory.file(90)}));
  EXPECT_TRUE(std::filesystem::exists(directory.file(1000).string() + ".damaged"));
  EXPECT_FALSE(std::filesystem::exists(file("checkpoints") / "step-000000002000.h5.part-17"));
}

TEST_F(Checkpoints, ThatAreAllDamagedAreRefusedEachTime) {
  const CheckpointDirectory directory(file("checkpoints"));
  directory.write(made(1), 3);
  directory.write(made(2), 3);
  for (const auto& path : directory.list()) {
    put_bytes(path, "");
  }
  const auto refusal = [&] {
    return test::message_of<DataError>([&] { (void)directory.newest(); });
  };
  const std::string text = refusal();
  EXPECT_NE(text.find("none of the 2 checkpoints"), std::string::npos) << text;
  EXPECT_EQ(refusal(), text);
  // Also where an earlier version has renamed them.
  for (const auto& path : directory.list()) {
    std::filesystem::rename(path, path.string() + ".damaged");
  }
  const std::string later = refusal();
  EXPECT_NE(later.find("none of the 2 checkpoints"), std::string::npos) << later;
}

TEST_F(Checkpoints, ThatCannotBeReadAreNotDamaged) {
  const CheckpointDirectory directory(file("checkpoints"));
  directory.write(made(1), 3);
  const auto check = [&](const std::string& reason) {
    const std::string text = test::message_of<SystemError>([&] { (void)directory.newest(); });
    EXPECT_NE(text.find(directory.file(2).string()), std::string::npos) << text;
    EXPECT_NE(text.find(reason), std::string::npos) << text;
    EXPECT_EQ(directory.list(), (std::vector{directory.file(2), directory.file(1)}));
  };
  std::filesystem::create_directory(directory.file(2));  // can be opened, and not read
  check("Is a directory");
  std::filesystem::remove(directory.file(2));
  std::filesystem::create_symlink(directory.file(2), directory.file(2));
  check("symbolic links");
}

TEST_F(Checkpoints, StayWhateverTheirRunIsCalled) {
  const CheckpointDirectory directory(file("exp.part-2") / "checkpoints");
  directory.write(made(7), 3);
  put_bytes(file("exp.part-2") / "checkpoints" / "step-000000000009.h5.part-17", "half");
  ASSERT_TRUE(directory.newest());
  EXPECT_EQ(directory.newest()->step, 7U);
  EXPECT_EQ(directory.list(), std::vector{directory.file(7)});
}

TEST_F(Checkpoints, AreNotMissingWhereTheirDirectoryCannotBeRead) {
  const CheckpointDirectory directory(file("checkpoints"));
  std::filesystem::create_symlink("checkpoints", file("checkpoints"));
  const std::string text = test::message_of<SystemError>([&] { (void)directory.newest(); });
  EXPECT_NE(text.find(file("checkpoints").string()), std::string::npos) << text;
}

TEST_F(Checkpoints, OfAnotherVersionAreRefusedAndNotFallenBackFrom) {
  const CheckpointDirectory directory(file("checkpoints"));
  directory.write(made(1), 3);
  directory.write(made(2), 3);
  std::string bytes = bytes_of(directory.file(2));
  // A header of version 2, with the checksum that it would have.
  const std::string head = bytes.substr(0, bytes.find(" header "));
  const std::string changed = "infomax-checkpoint version 2" + head.substr(28);
  char sum[9];
  std::snprintf(sum, sizeof sum, "%08x",
                checksum(std::as_bytes(std::span(changed.data(), changed.size()))));
  bytes.replace(0, bytes.find('\n'), changed + " header " + sum);
  put_bytes(directory.file(2), bytes);
  const std::string text = test::message_of<DataError>([&] { (void)directory.newest(); });
  EXPECT_NE(text.find("format version 2"), std::string::npos) << text;
}

TEST_F(Checkpoints, AreWrittenInTheBackground) {
  const CheckpointDirectory directory(file("checkpoints"));
  {
    BackgroundWriter writer(directory, 2);
    for (std::uint64_t step = 1; step <= 5; ++step) {
      writer.start(made(step));
    }
    writer.wait();
    EXPECT_FALSE(writer.busy());
    EXPECT_EQ(directory.newest()->step, 5U);
    writer.start(made(6));
  }
  EXPECT_EQ(directory.list(), (std::vector{directory.file(6), directory.file(5)}));
}

}  // namespace
}  // namespace infomax::train
