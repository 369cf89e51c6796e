// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <span>

namespace infomax::nn {

/// How sums over all rows of a batch are made, wherever the rows are. The executor calls begin(),
/// then adds to the sums and calls end_part() once for each range of rows, then finish(). Every
/// process that takes part makes the same calls but for the number of parts.
class Reduction {
 public:
  Reduction() = default;
  virtual ~Reduction() = default;
  Reduction(const Reduction&) = delete;
  Reduction& operator=(const Reduction&) = delete;

  /// Sets the sums to zero.
  virtual void begin(std::span<double> sums) = 0;
  /// After the rows of one range have been added.
  virtual void end_part(std::span<double> sums) = 0;
  /// The sums become those of all rows. May be collective.
  virtual void finish(std::span<double> sums) = 0;
};

/// Of a batch that is all here.
class LocalReduction final : public Reduction {
 public:
  void begin(std::span<double> sums) override { std::ranges::fill(sums, 0.0); }
  void end_part(std::span<double> /*sums*/) override {}
  void finish(std::span<double> /*sums*/) override {}
};

}  // namespace infomax::nn
