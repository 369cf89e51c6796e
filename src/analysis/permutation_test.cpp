// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/permutation_test.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "infomax/analysis/permuted_rows.hpp"
#include "infomax/core/error.hpp"

namespace infomax::analysis {
namespace {

bool is_as_large(double value, double observed) {
  return value >= observed - 1e-10 * std::abs(observed);
}

void require_finite(const Statistic& statistic) {
  if (!std::isfinite(statistic.objective) ||
      !std::ranges::all_of(statistic.correlations, [](double r) { return std::isfinite(r); })) {
    throw NumericError(
        "`permutations`: the objective of samples that are paired at random is not finite; check "
        "the scale of the data, or train with a larger `ridge`");
  }
}

/// Counts and sums over orders.
class Tally {
 public:
  explicit Tally(Statistic observed)
      : observed_(std::move(observed)),
        as_large_(observed_.correlations.size() + 1, 1.0),
        sums_(as_large_.size(), 0.0) {}

  void add(const Statistic& found, Rival rival) {
    add(0, found.objective, found.objective, observed_.objective);
    for (std::size_t i = 0; i < found.correlations.size(); ++i) {
      const double value = found.correlations[i];
      add(i + 1, value, rival == Rival::largest ? found.correlations.front() : value,
          observed_.correlations[i]);
    }
  }

  /// Collective. Ranks on unlike processors may have rounded apart.
  PermutationTest result(const mpi::Communicator& communicator, std::size_t permutations) {
    communicator.broadcast(std::span<double>(as_large_), 0);
    communicator.broadcast(std::span<double>(sums_), 0);
    const auto orders = static_cast<double>(permutations);
    for (std::size_t i = 0; i < sums_.size(); ++i) {
      as_large_[i] /= orders + 1.0;
      sums_[i] /= orders;
    }
    return {permutations,
            as_large_.front(),
            {as_large_.begin() + 1, as_large_.end()},
            sums_.front(),
            {sums_.begin() + 1, sums_.end()}};
  }

 private:
  void add(std::size_t i, double value, double rival, double observed) {
    sums_[i] += value;
    as_large_[i] += is_as_large(rival, observed) ? 1.0 : 0.0;
  }

  Statistic observed_;
  std::vector<double> as_large_;  // the data's own order is one of them
  std::vector<double> sums_;
};

}  // namespace

template <math::Real T>
PermutationTest test_by_permutation(const mpi::Communicator& communicator,
                                    const stats::RowPairs<T>& rows,
                                    const PermutationOptions& options, Rival rival,
                                    const StatisticOf<T>& statistic) {
  Statistic observed = statistic(rows);
  require_finite(observed);
  Tally tally(std::move(observed));
  const bool moves_a = rows.a.columns() < rows.b.columns();
  PermutedRows<T> moved(communicator, moves_a ? rows.a : rows.b);
  const SampleOrders orders(moved.samples(), options.block, options.seed);
  for (std::size_t k = 0; k < options.count; ++k) {
    const stats::RowSource<T>& permuted = moved.permute(orders.order(k));
    const Statistic found = moves_a ? statistic({permuted, rows.b}) : statistic({rows.a, permuted});
    require_finite(found);
    tally.add(found, rival);
  }
  return tally.result(communicator, options.count);
}

template PermutationTest test_by_permutation<float>(const mpi::Communicator&,
                                                    const stats::RowPairs<float>&,
                                                    const PermutationOptions&, Rival,
                                                    const StatisticOf<float>&);
template PermutationTest test_by_permutation<double>(const mpi::Communicator&,
                                                     const stats::RowPairs<double>&,
                                                     const PermutationOptions&, Rival,
                                                     const StatisticOf<double>&);

}  // namespace infomax::analysis
