// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "infomax/math/blas.hpp"

namespace infomax::data {

/// How rows are sequences [T,F].
struct SequenceRows {
  std::size_t steps = 1;                        ///< T
  std::span<const std::uint32_t> lengths = {};  ///< steps of each row; empty where all have T

  /// The steps of row `row`.
  [[nodiscard]] std::size_t length(std::size_t row) const {
    return lengths.empty() ? steps : lengths[row];
  }
};

/// Random changes of sequences [T,F], such as "timeshift:3,timemask:10". Padding stays as it is:
///
///     timeshift:K    by whole steps in [-K, K]; steps that nothing is shifted to become 0
///     timemask:K     a run of 0 to K consecutive steps becomes 0
///     featuremask:K  a run of 0 to K consecutive features becomes 0 in all steps
///     tokenmask:P    each step, such as a token's id, becomes 0 with probability P
///
/// Shifts, and lengths and places of runs, are uniformly distributed. They are functions of (key,
/// sample) alone.
class SequenceAugmentation {
 public:
  /// The words, for messages.
  static constexpr const char* known_words = "timeshift:K, timemask:K, featuremask:K, tokenmask:P";

  /// Takes a word of `text` if it is of a sequence; false if it is not. Throws UsageError if its
  /// number is out of range.
  bool take(std::string_view text, std::string_view word);

  /// Whether nothing is changed.
  [[nodiscard]] bool empty() const {
    return shift_ == 0 && time_ == 0 && features_ == 0 && tokens_ <= 0.0;
  }

  /// Changes the `length` steps, one after another, of the sample of global number `sample`.
  template <math::Real T>
  void apply(std::uint64_t key, std::uint64_t sample, std::size_t length, std::span<T> steps) const;

 private:
  std::size_t shift_ = 0;
  std::size_t time_ = 0;
  std::size_t features_ = 0;
  double tokens_ = 0.0;
};

}  // namespace infomax::data
