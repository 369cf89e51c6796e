// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/lag_timescales.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "analysis/piece_draws.hpp"
#include "analysis/piece_sums.hpp"
#include "infomax/analysis/held_out_correlations.hpp"
#include "infomax/core/error.hpp"
#include "infomax/stats/means.hpp"

namespace infomax::analysis {
namespace {

constexpr std::size_t pairs_at_once = 256;

}  // namespace

template <math::Real T>
LagTimescales estimate_timescales(const mpi::Communicator& communicator,
                                  const stats::RowPairs<T>& pairs, const data::Blocks& blocks,
                                  const data::Shard& shard, std::size_t lag,
                                  const objective::Ridge& ridge, const TimescaleOptions& options) {
  const std::size_t all = blocks.rows();
  const std::size_t pieces = std::max<std::size_t>(1, std::min(options.pieces, all / 2));
  const data::Blocks cut(all, pieces);
  stats::MeanPass<T> mean_pass;
  const stats::Means& means = mean_pass.measure(communicator, pairs);
  // Pairs in both directions need one shift for both sides.
  Buffer<double> shift = means.a;
  if (options.reversible) {
    std::ranges::transform(means.a, means.b, shift.begin(),
                           [](double a, double b) { return 0.5 * (a + b); });
  }
  PieceSums sums(pieces, shift, options.reversible ? shift : means.b);
  Buffer<T> scratch_a;
  Buffer<T> scratch_b;
  for (std::size_t m = 0; m < pieces; ++m) {
    const std::size_t end = std::min(cut.first_row(m + 1), shard.first_row + shard.row_count);
    for (std::size_t i = std::max(cut.first_row(m), shard.first_row); i < end; i += pairs_at_once) {
      const std::size_t count = std::min(pairs_at_once, end - i);
      sums.add<T>(m, pairs.a.tile(i - shard.first_row, count, scratch_a),
                  pairs.b.tile(i - shard.first_row, count, scratch_b));
    }
  }
  sums.reduce(communicator);
  const std::size_t k = std::min(options.count, pairs.a.columns());
  const auto estimate = [&](std::span<const double> weights) -> std::vector<double> {
    const auto moments = sums.moments(weights, options.reversible);
    if (!moments) {
      return {};
    }
    const objective::CanonicalSpectrum spectrum(moments->about_means, ridge);
    const auto values = spectrum.values().first(k);
    return implied_timescales({values.begin(), values.end()}, lag);
  };
  LagTimescales found{lag, estimate(std::vector<double>(pieces, 1.0)), {}, {}};
  std::vector<std::vector<double>> drawn(k);
  for (std::size_t r = 0; r < options.replicates; ++r) {
    std::vector<double> again;
    try {
      const CounterRandom random(options.seed, RandomStream::held_out, lag, r);
      again = estimate(draw_pieces(pieces, random));
    } catch (const NumericError&) {
      continue;  // too few different pieces for this many columns
    }
    for (std::size_t c = 0; c < again.size(); ++c) {
      drawn[c].push_back(again[c]);
    }
  }
  for (auto& values : drawn) {
    if (values.empty()) {
      break;
    }
    std::ranges::sort(values);
    const double estimated = found.timescales[found.low.size()];
    const double median = at_share(values, 0.5);
    // Drawing with replacement adds a bias to each estimate, which the median shows.
    const bool is_finite = std::isfinite(estimated) && std::isfinite(median) && median > 0.0;
    const double unbiased = is_finite ? estimated / median : 1.0;
    found.low.push_back(unbiased * at_share(values, 0.025));
    found.high.push_back(unbiased * at_share(values, 0.975));
  }
  return found;
}

std::vector<std::size_t> lags_about(std::size_t lag) {
  std::vector<std::size_t> lags{lag};
  for (std::size_t power = 1; power <= 5 * lag; power *= 10) {
    for (const std::size_t factor : std::array<std::size_t, 3>{1, 2, 5}) {
      const std::size_t other = factor * power;
      if (10 * other >= lag && other <= 5 * lag && other != lag) {
        lags.push_back(other);
      }
    }
  }
  std::ranges::sort(lags);
  return lags;
}

#define INFOMAX_INSTANTIATE(T)                                                  \
  template LagTimescales estimate_timescales<T>(                                \
      const mpi::Communicator&, const stats::RowPairs<T>&, const data::Blocks&, \
      const data::Shard&, std::size_t, const objective::Ridge&, const TimescaleOptions&);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::analysis
