// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "infomax/analysis/probe.hpp"
#include "infomax/analysis/probe_split.hpp"
#include "infomax/data/sources.hpp"
#include "infomax/data/windows.hpp"
#include "infomax/stats/row_source.hpp"

// B local rows. Subsets of a probe's rows: no row is copied, only its number is kept.
namespace infomax::analysis {

/// Some of the local rows of a probe.
struct Subset {
  std::vector<std::size_t> rows;  ///< local rows, ascending
  stats::RowParts parts;          ///< those of each block of the shard
};

/// These local rows, in ascending order.
[[nodiscard]] Subset subset_of(const mpi::Communicator& communicator, const ProbeRows& all,
                               std::vector<std::size_t> rows);

/// All of them.
[[nodiscard]] Subset whole(const mpi::Communicator& communicator, const ProbeRows& all);

/// The elements of `all` [B] that belong to the rows of a subset; none where there are none.
template <class T>
[[nodiscard]] std::vector<T> of_subset(const std::vector<T>& all, const Subset& subset) {
  std::vector<T> some;
  if (!all.empty()) {
    some.reserve(subset.rows.size());
    for (const std::size_t row : subset.rows) {
      some.push_back(all[row]);
    }
  }
  return some;
}

/// How the features of rows are normalised.
struct Features {
  data::Normalization normalization;
  /// The mean variance of the normalised features that vary, rounded to a power of ten; 1 where
  /// none varies.
  double variance = 1.0;
};

/// Collective. Fits to a subset, by sums of the same bits at any number of ranks. Throws DataError
/// where a column leaves the range of double.
[[nodiscard]] Features measure_features(const mpi::Communicator& communicator,
                                        const data::RowStore& x, const Subset& subset,
                                        data::NormalizeMode mode);

/// Rows of a subset with a class each; owns what ClassifiedRows points to, and refers to its
/// arguments.
class LabelledRows {
 public:
  LabelledRows(const data::RowStore& x, const Subset& subset,
               const std::vector<std::uint32_t>& labels, const data::Normalization& normalization);
  LabelledRows(const LabelledRows&) = delete;
  LabelledRows& operator=(const LabelledRows&) = delete;

  [[nodiscard]] ClassifiedRows rows() const { return {&x_, labels_, tiles_, parts_}; }
  [[nodiscard]] const std::vector<std::uint32_t>& labels() const { return labels_; }

 private:
  data::DatasetRows<double> x_;
  std::vector<std::uint32_t> labels_;
  std::vector<data::Tile> tiles_;
  const stats::RowParts* parts_;
};

/// A subset cut in two.
struct SplitRows {
  Subset fitted;
  Subset held_out;
};

/// A probe's rows as they are dealt to folds.
struct Dealer {
  const mpi::Communicator& communicator;
  const ProbeRows& rows;
  const std::vector<std::uint32_t>& strata;  ///< [B]
  std::size_t stratum_count = 1;
  std::uint64_t seed = 0;

  /// Collective. The part of each row of a subset, as deal_rows() has it.
  [[nodiscard]] std::vector<std::uint32_t> deal(const Subset& subset, std::size_t parts,
                                                std::uint64_t deal) const;
  /// Collective. The rows or groups of a subset that can be dealt.
  [[nodiscard]] std::size_t units(const Subset& subset) const;
  /// The rows of one part, and all others.
  [[nodiscard]] SplitRows split(const Subset& subset, const std::vector<std::uint32_t>& part_of,
                                std::uint32_t part) const;
};

/// Collective. The losses of the held-out rows at each penalty of the path, which descends; where
/// `may_stop`, at no penalty after one for which has_passed_least() holds.
using HeldOutLosses = std::function<std::vector<LossSum>(
    const SplitRows& split, std::span<const double> path, bool may_stop)>;

/// Whether the last two losses of a path are above one before: smaller penalties then fit these
/// rows worse still, and take the longest to find.
[[nodiscard]] bool has_passed_least(std::span<const LossSum> losses);

/// Collective. The penalty of a fit to `subset`: the given one; else the one of the path for
/// features of this variance whose loss is least, the largest of equal ones. Where nothing can be
/// held out, a fixed one.
[[nodiscard]] PenaltyChoice choose_penalty(const Dealer& dealer, const Subset& subset,
                                           const Penalty& given, double variance,
                                           std::uint64_t deal, const HeldOutLosses& losses);

}  // namespace infomax::analysis
