// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/measure/memory.hpp"

#include <fstream>
#include <vector>

#include <gtest/gtest.h>

namespace infomax::measure {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20U;

/// Holds so much memory for a moment.
// g++ and clang say it in ways of their own.
#ifndef __has_feature
#define __has_feature(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
    __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool has_sanitizer = true;
#else
constexpr bool has_sanitizer = false;
#endif

void touch(std::size_t bytes) {
  std::vector<char> memory(bytes, 1);
  volatile char seen = memory[bytes / 2];
  (void)seen;
}

TEST(PeakMemory, RemembersWhatWasHeldUntilItIsReset) {
  if (has_sanitizer) {
    GTEST_SKIP() << "the sanitizer keeps what is freed, or holds as much again";
  }
  if (peak_memory_bytes() == 0) {
    GTEST_SKIP() << "this system does not say";
  }
  reset_peak_memory();
  const std::size_t before = peak_memory_bytes();

  touch(96 * mebibyte);
  const std::size_t after = peak_memory_bytes();

  EXPECT_GE(after, before + 90 * mebibyte);
  EXPECT_LE(after, before + 128 * mebibyte);
  if (std::ofstream("/proc/self/clear_refs")) {
    reset_peak_memory();
    EXPECT_LT(peak_memory_bytes(), before + 32 * mebibyte);
  }
}

TEST(NodeMemory, HasNoMoreThanThereIs) {
  const auto memory = node_memory();
  EXPECT_GT(memory.available_bytes, 0U);
  EXPECT_LE(memory.available_bytes, memory.total_bytes);
}

}  // namespace
}  // namespace infomax::measure
