// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <span>

namespace infomax::nn {

/// Sums over all rows of a batch, also if the rows are on several processes. The executor calls
/// begin(); then it adds to the sums and calls end_part() for each range of rows; then it calls
/// finish(). All processes make the same calls, except that their numbers of parts may differ.
class Reduction {
 public:
  Reduction() = default;
  virtual ~Reduction() = default;
  Reduction(const Reduction&) = delete;
  Reduction& operator=(const Reduction&) = delete;

  /// Sets the sums to zero.
  virtual void begin(std::span<double> sums) = 0;
  /// Called when the rows of one range have been added.
  virtual void end_part(std::span<double> sums) = 0;
  /// Replaces the sums by those of all rows. May be collective.
  virtual void finish(std::span<double> sums) = 0;
};

/// The reduction of a batch that one process holds.
class LocalReduction final : public Reduction {
 public:
  void begin(std::span<double> sums) override { std::ranges::fill(sums, 0.0); }
  void end_part(std::span<double> /*sums*/) override {}
  void finish(std::span<double> /*sums*/) override {}
};

}  // namespace infomax::nn
