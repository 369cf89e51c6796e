// SPDX-License-Identifier: BSD-3-Clause
#include "train/checkpoint_file.hpp"

#include <cstdint>
#include <fstream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "infomax/train/checkpoint.hpp"
#include "support/scratch.hpp"

namespace infomax::train {
namespace {

using Ranges = std::vector<std::pair<std::size_t, std::size_t>>;

class SealedFile : public test::Scratch {
 protected:
  [[nodiscard]] std::filesystem::path path() const { return file("sealed"); }

  /// Writes `content` behind an empty head and seals it; memory tells of those [begin, end) of it.
  void seal(const std::string& content, const Ranges& told) const {
    std::ofstream stream(path(), std::ios::binary);
    stream << std::string(seal_bytes, '\0') << content << std::flush;
    Sealer sealer(path());
    for (const auto& [begin, end] : told) {
      sealer.wrote(seal_bytes + begin,
                   std::as_bytes(std::span(content).subspan(begin, end - begin)));
    }
    sealer.seal();
  }

  void change(std::size_t place) const {
    std::fstream stream(path(), std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(place));
    const int was = stream.get();
    stream.seekp(static_cast<std::streamoff>(place));
    stream.put(static_cast<char>(was ^ 4));
  }

  void expect_whole() const {
    EXPECT_NO_THROW(require_sealed(path(), Source::disk));
    EXPECT_NO_THROW(require_sealed(path(), Source::memory));
  }
  void expect_damaged() const {
    EXPECT_THROW(require_sealed(path(), Source::disk), DamagedError);
    EXPECT_THROW(require_sealed(path(), Source::memory), DamagedError);
  }
};

std::string some_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  for (std::size_t k = 0; k < count; ++k) {
    bytes[k] = static_cast<char>((k * 0x9E3779B97F4A7C15U) >> 56U);
  }
  return bytes;
}

TEST_F(SealedFile, IsWholeWhateverOfItMemoryTells) {
  const std::string content = some_bytes(9001);
  for (const Ranges& told : {Ranges{}, Ranges{{0, 9001}}, Ranges{{0, 1}, {1, 4000}, {4000, 9001}},
                             Ranges{{17, 90}, {5000, 5001}}, Ranges{{8000, 9001}, {100, 7000}}}) {
    seal(content, told);
    expect_whole();
    for (const std::size_t place : {0U, 300U, 511U, 512U, 700U, 5512U, 9512U}) {
      change(place);
      expect_damaged();
      change(place);
    }
    expect_whole();
  }
  seal("", {});
  expect_whole();
}

TEST_F(SealedFile, IsDamagedWhereItLacksWhatWasToBeWritten) {
  const std::string content = some_bytes(5000);
  for (const std::size_t place : {1000U, 2500U, 3999U}) {
    std::string meant = content;
    meant[place] = static_cast<char>(meant[place] ^ 1);
    std::ofstream(path(), std::ios::binary) << std::string(seal_bytes, '\0') << content;
    Sealer sealer(path());
    sealer.wrote(seal_bytes + 1000, std::as_bytes(std::span(meant).subspan(1000, 3000)));
    sealer.seal();
    expect_damaged();
  }
}

// More than is under way to the disk at once, so that its beginning is forgotten before its end is
// written.
TEST_F(SealedFile, MayBeLarge) {
  constexpr std::size_t part = std::size_t{3} << 20U;
  constexpr std::size_t parts = 20;
  const std::string content = some_bytes(part);
  std::ofstream stream(path(), std::ios::binary);
  stream << std::string(seal_bytes, '\0');
  Sealer sealer(path());
  for (std::size_t k = 0; k < parts; ++k) {
    stream << content << std::flush;
    sealer.wrote(seal_bytes + k * part, std::as_bytes(std::span(content)));
  }
  sealer.seal();
  EXPECT_EQ(std::filesystem::file_size(path()), seal_bytes + parts * part);
  expect_whole();
  change(seal_bytes + parts * part / 2);
  expect_damaged();
}

TEST_F(SealedFile, CannotBeWhereThereIsNoDirectory) {
  EXPECT_THROW(Sealer(file("nowhere") / "a.h5"), SystemError);
}

}  // namespace
}  // namespace infomax::train
