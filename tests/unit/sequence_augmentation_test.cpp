// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/sequence_augmentation.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infomax/core/error.hpp"
#include "infomax/core/matrix.hpp"
#include "infomax/data/augmentation.hpp"

namespace infomax::data {
namespace {

using testing::Each;

constexpr std::size_t steps = 7;  // T
constexpr std::size_t width = 3;  // F
constexpr std::size_t count = 2000;

std::uint32_t length_of(std::size_t row) { return static_cast<std::uint32_t>(row % (steps + 1)); }

/// Number 1 + t F + f at step t and feature f, and -1 in the padding, after the changes of `words`.
Matrix<double> changed(const std::string& words, std::uint64_t key = 5) {
  std::vector<std::uint64_t> samples(count);
  std::iota(samples.begin(), samples.end(), 100);
  std::vector<std::uint32_t> lengths(count);
  Matrix<double> rows(count, steps * width, -1.0);
  for (std::size_t i = 0; i < count; ++i) {
    lengths[i] = length_of(i);
    std::iota(rows.view().row(i).begin(),
              rows.view().row(i).begin() + static_cast<std::ptrdiff_t>(lengths[i] * width), 1.0);
  }
  Augmentation(words, std::nullopt).apply(key, samples, rows.view(), {steps, lengths});
  return rows;
}

/// Calls use(steps of a row [length, F], padding) for each row.
template <class Use>
void for_each_sequence(Matrix<double>& rows, const Use& use) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto row = rows.view().row(i);
    use(MatrixView<double>(row.data(), length_of(i), width), row.subspan(length_of(i) * width));
  }
}

double original(std::size_t t, std::size_t f) { return 1.0 + static_cast<double>(t * width + f); }

TEST(SequenceAugmentation, ShiftsWholeStepsWithinTheSequence) {
  auto rows = changed("timeshift:2");
  std::map<std::ptrdiff_t, std::size_t> shifts;
  for_each_sequence(rows, [&](MatrixView<double> sequence, auto padding) {
    EXPECT_THAT(padding, Each(-1.0));
    if (sequence.rows() < steps) {
      return;
    }
    // The last or the first step is not 0 and says by how much.
    std::size_t t = 0;
    while (sequence(t, 0) == 0.0) {
      ++t;
    }
    const auto from = static_cast<std::ptrdiff_t>((sequence(t, 0) - 1.0) / width);
    const std::ptrdiff_t shift = static_cast<std::ptrdiff_t>(t) - from;
    ++shifts[shift];
    for (std::size_t s = 0; s < steps; ++s) {
      const std::ptrdiff_t source = static_cast<std::ptrdiff_t>(s) - shift;
      for (std::size_t f = 0; f < width; ++f) {
        const bool exists = source >= 0 && source < static_cast<std::ptrdiff_t>(steps);
        EXPECT_EQ(sequence(s, f), exists ? original(static_cast<std::size_t>(source), f) : 0.0);
      }
    }
  });
  ASSERT_EQ(shifts.size(), 5U);
  for (const auto& [shift, times] : shifts) {
    EXPECT_LE(std::abs(shift), 2);
    EXPECT_GT(times, 20U);  // of 250, 50 expected
  }
}

/// The runs of zeros that `is_zero(place)` has among `places`: their number and length.
template <class IsZero>
std::pair<std::size_t, std::size_t> zeros(std::size_t places, const IsZero& is_zero) {
  std::size_t runs = 0;
  std::size_t all = 0;
  for (std::size_t k = 0; k < places; ++k) {
    all += is_zero(k) ? 1 : 0;
    runs += is_zero(k) && (k == 0 || !is_zero(k - 1)) ? 1 : 0;
  }
  return {runs, all};
}

TEST(SequenceAugmentation, MasksARunOfStepsOrOfFeatures) {
  std::map<std::size_t, std::size_t> lengths;
  auto rows = changed("timemask:3");
  for_each_sequence(rows, [&](MatrixView<double> sequence, auto padding) {
    EXPECT_THAT(padding, Each(-1.0));
    const auto [runs, all] =
        zeros(sequence.rows(), [&](std::size_t t) { return sequence(t, 0) == 0.0; });
    EXPECT_LE(runs, 1U);
    EXPECT_LE(all, 3U);
    ++lengths[all];
    for (std::size_t t = 0; t < sequence.rows(); ++t) {
      for (std::size_t f = 0; f < width; ++f) {
        EXPECT_EQ(sequence(t, f), sequence(t, 0) == 0.0 ? 0.0 : original(t, f));
      }
    }
  });
  EXPECT_EQ(lengths.size(), 4U);

  rows = changed("featuremask:2");
  lengths.clear();
  for_each_sequence(rows, [&](MatrixView<double> sequence, auto padding) {
    EXPECT_THAT(padding, Each(-1.0));
    if (sequence.rows() == 0) {
      return;
    }
    const auto [runs, all] = zeros(width, [&](std::size_t f) { return sequence(0, f) == 0.0; });
    EXPECT_LE(runs, 1U);
    ++lengths[all];
    for (std::size_t t = 0; t < sequence.rows(); ++t) {
      for (std::size_t f = 0; f < width; ++f) {
        EXPECT_EQ(sequence(t, f), sequence(0, f) == 0.0 ? 0.0 : original(t, f));
      }
    }
  });
  EXPECT_EQ(lengths.size(), 3U);
}

TEST(SequenceAugmentation, MasksTokensWithTheirProbability) {
  auto rows = changed("tokenmask:0.25");
  std::size_t masked = 0;
  std::size_t all = 0;
  for_each_sequence(rows, [&](MatrixView<double> sequence, auto padding) {
    EXPECT_THAT(padding, Each(-1.0));
    for (std::size_t t = 0; t < sequence.rows(); ++t, ++all) {
      masked += sequence(t, 0) == 0.0 ? 1 : 0;
    }
  });
  EXPECT_NEAR(static_cast<double>(masked) / static_cast<double>(all), 0.25, 0.02);
}

TEST(SequenceAugmentation, LeavesPaddingToNoOtherChange) {
  auto rows = changed("noise:1,scale:0.5,mask:0.5");
  for_each_sequence(rows, [&](MatrixView<double> /*sequence*/, auto padding) {
    EXPECT_THAT(padding, Each(-1.0));
  });
}

TEST(SequenceAugmentation, IsAFunctionOfKeyAndSample) {
  const auto one = changed("timeshift:2,timemask:2,tokenmask:0.1");
  const auto again = changed("timeshift:2,timemask:2,tokenmask:0.1");
  const auto other = changed("timeshift:2,timemask:2,tokenmask:0.1", 6);
  EXPECT_TRUE(std::ranges::equal(one.span(), again.span()));
  EXPECT_FALSE(std::ranges::equal(one.span(), other.span()));
}

TEST(SequenceAugmentation, RefusesWrongNumbers) {
  for (const char* words : {"timeshift", "timeshift:", "timeshift:-1", "timemask:1.5",
                            "featuremask:x", "tokenmask:1", "tokenmask:-0.1", "time:3"}) {
    EXPECT_THROW(Augmentation(words, std::nullopt), UsageError) << words;
  }
  EXPECT_FALSE(Augmentation("timeshift:2,timemask:2,mask:0.1", std::nullopt).changes_numbers());
  EXPECT_TRUE(Augmentation("timeshift:2,noise:0.1", std::nullopt).changes_numbers());
}

}  // namespace
}  // namespace infomax::data
