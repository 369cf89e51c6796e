// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/data/sequence_augmentation.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/core/random.hpp"

namespace infomax::data {
namespace {

// Indices of the random numbers of a sample, beyond those of the changes of other rows.
constexpr std::uint64_t first_sequence_number = std::uint64_t{1} << 32U;
constexpr std::uint64_t shift_number = first_sequence_number;
constexpr std::uint64_t time_number = first_sequence_number + 1;     // and the one after it
constexpr std::uint64_t feature_number = first_sequence_number + 3;  // and the one after it
constexpr std::uint64_t first_token_number = first_sequence_number + 8;

/// The number after the colon of "name:number". Throws UsageError.
template <class Number>
Number number_of_word(std::string_view text, std::string_view word, Number most, const char* what) {
  const std::size_t colon = std::min(word.find(':'), word.size());
  const std::string_view digits = word.substr(std::min(colon + 1, word.size()));
  Number number{};
  const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (status != std::errc{} || end != digits.data() + digits.size() ||
      !(number >= Number{} && number <= most)) {
    throw UsageError(
        fmt::format("`augment` \"{}\": {} needs {}", text, word.substr(0, colon), what));
  }
  return number;
}

/// A run of consecutive places of `count`.
struct MaskedRun {
  std::size_t first = 0;
  std::size_t count = 0;
};

/// Of 0 to `most` places, anywhere.
MaskedRun draw_run(const CounterRandom& random, std::uint64_t index, std::size_t most,
                   std::size_t count) {
  const auto wide = static_cast<std::size_t>(random.below(std::min(most, count) + 1, index));
  return {static_cast<std::size_t>(random.below(count - wide + 1, index + 1)), wide};
}

template <math::Real T>
void shift_steps(std::span<T> steps, std::size_t by, bool later) {
  const std::size_t kept = steps.size() - by;
  if (later) {
    std::copy_backward(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(kept),
                       steps.end());
    std::ranges::fill(steps.first(by), T{0});
  } else {
    std::copy(steps.begin() + static_cast<std::ptrdiff_t>(by), steps.end(), steps.begin());
    std::ranges::fill(steps.last(by), T{0});
  }
}

}  // namespace

bool SequenceAugmentation::take(std::string_view text, std::string_view word) {
  constexpr std::size_t most_steps = 1'000'000'000;
  constexpr const char* count = "a whole number, as in timemask:5";
  const std::string_view name = word.substr(0, word.find(':'));
  if (name == "timeshift") {
    shift_ = number_of_word(text, word, most_steps, count);
  } else if (name == "timemask") {
    time_ = number_of_word(text, word, most_steps, count);
  } else if (name == "featuremask") {
    features_ = number_of_word(text, word, most_steps, count);
  } else if (name == "tokenmask") {
    tokens_ = number_of_word(text, word, 0.999, "a number from 0 to 0.999, as in tokenmask:0.1");
  } else {
    return false;
  }
  return true;
}

template <math::Real T>
void SequenceAugmentation::apply(std::uint64_t key, std::uint64_t sample, std::size_t length,
                                 std::span<T> steps) const {
  if (length == 0 || empty()) {
    return;
  }
  const CounterRandom random(key, RandomStream::augmentation, sample);
  const std::size_t width = steps.size() / length;
  if (shift_ > 0) {
    const auto drawn = static_cast<std::size_t>(random.below(2 * shift_ + 1, shift_number));
    const bool later = drawn > shift_;
    const std::size_t by = std::min(later ? drawn - shift_ : shift_ - drawn, length);
    shift_steps(steps, by * width, later);
  }
  if (time_ > 0) {
    const MaskedRun run = draw_run(random, time_number, time_, length);
    std::ranges::fill(steps.subspan(run.first * width, run.count * width), T{0});
  }
  if (features_ > 0) {
    const MaskedRun run = draw_run(random, feature_number, features_, width);
    for (std::size_t t = 0; t < length; ++t) {
      std::ranges::fill(steps.subspan(t * width + run.first, run.count), T{0});
    }
  }
  for (std::size_t t = 0; t < length && tokens_ > 0.0; ++t) {
    if (random.uniform(first_token_number + t) < tokens_) {
      std::ranges::fill(steps.subspan(t * width, width), T{0});
    }
  }
}

template void SequenceAugmentation::apply<float>(std::uint64_t, std::uint64_t, std::size_t,
                                                 std::span<float>) const;
template void SequenceAugmentation::apply<double>(std::uint64_t, std::uint64_t, std::size_t,
                                                  std::span<double>) const;

}  // namespace infomax::data
