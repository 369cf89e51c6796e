// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/lag_timescales.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>

#include "infomax/analysis/held_out_correlations.hpp"
#include "infomax/core/error.hpp"
#include "infomax/core/random.hpp"
#include "infomax/stats/means.hpp"
#include "infomax/stats/moments.hpp"

namespace infomax::analysis {
namespace {

constexpr std::size_t pairs_at_once = 256;

/// Sums over the pairs of each piece, about a shift that all share.
class PieceSums {
 public:
  PieceSums(std::size_t pieces, std::size_t q, const stats::Means& shift)
      : q_(q), shift_(shift), sums_(pieces, 1 + 2 * q + 3 * q * q, 0.0) {}

  /// Adds pairs [n, q] of one piece.
  template <math::Real T>
  void add(std::size_t piece, MatrixView<const T> a, MatrixView<const T> b) {
    const auto sums = sums_.view().row(piece);
    sums[0] += static_cast<double>(a.rows());
    const Matrix<double> x = centre(a, shift_.a, sums.subspan(1, q_));
    const Matrix<double> y = centre(b, shift_.b, sums.subspan(1 + q_, q_));
    add_product(x, x, sums.subspan(products(0)));
    add_product(x, y, sums.subspan(products(1)));
    add_product(y, y, sums.subspan(products(2)));
  }

  /// Collective. Over the pairs of all ranks.
  void reduce(const mpi::Communicator& communicator) { communicator.sum(sums_.span()); }

  /// The moments of a sample in which piece m stands weights[m] times; none if it has no pair.
  [[nodiscard]] std::optional<stats::SecondMoments> moments(std::span<const double> weights) const {
    Buffer<double> total(sums_.columns());
    math::gemv_transposed<double>(1.0, sums_.view(), weights, 0.0, total);
    const double n = total[0];
    if (n < 2.0) {
      return std::nullopt;
    }
    const auto mean_a = std::span(total).subspan(1, q_);
    const auto mean_b = std::span(total).subspan(1 + q_, q_);
    stats::SecondMoments moments;
    moments.samples = n;
    moments.aa = covariance(total, 0, mean_a, mean_a);
    moments.ab = covariance(total, 1, mean_a, mean_b);
    moments.bb = covariance(total, 2, mean_b, mean_b);
    moments.variance_a = diagonal(moments.aa);
    moments.variance_b = diagonal(moments.bb);
    return moments;
  }

 private:
  [[nodiscard]] std::size_t products(std::size_t which) const {
    return 1 + 2 * q_ + which * q_ * q_;
  }

  template <math::Real T>
  Matrix<double> centre(MatrixView<const T> rows, std::span<const double> shift,
                        std::span<double> sum) {
    Matrix<double> centred(rows.rows(), q_);
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      for (std::size_t j = 0; j < q_; ++j) {
        centred(i, j) = static_cast<double>(rows(i, j)) - shift[j];
        sum[j] += centred(i, j);
      }
    }
    return centred;
  }

  void add_product(const Matrix<double>& x, const Matrix<double>& y, std::span<double> sum) const {
    math::gemm<double>(math::Transpose::yes, math::Transpose::no, 1.0, x.view(), y.view(), 1.0,
                       MatrixView<double>(sum.data(), q_, q_));
  }

  [[nodiscard]] Matrix<double> covariance(std::span<const double> total, std::size_t which,
                                          std::span<const double> sum_a,
                                          std::span<const double> sum_b) const {
    const double n = total[0];
    const auto sums = total.subspan(products(which));
    Matrix<double> result(q_, q_);
    for (std::size_t i = 0; i < q_; ++i) {
      for (std::size_t j = 0; j < q_; ++j) {
        result(i, j) = sums[i * q_ + j] / n - sum_a[i] / n * (sum_b[j] / n);
      }
    }
    return result;
  }

  static Buffer<double> diagonal(const Matrix<double>& matrix) {
    Buffer<double> values(matrix.rows());
    for (std::size_t j = 0; j < values.size(); ++j) {
      values[j] = matrix(j, j);
    }
    return values;
  }

  std::size_t q_;
  const stats::Means& shift_;
  Matrix<double> sums_;  // [M, 1 + 2 q + 3 q q]: N, sums of a and b, products aa, ab, bb
};

/// How often each of M pieces is drawn in M draws with replacement.
std::vector<double> draw(std::size_t pieces, const TimescaleOptions& options, std::size_t lag,
                         std::size_t replicate) {
  const CounterRandom random(options.seed, RandomStream::held_out, lag, replicate);
  std::vector<double> counts(pieces, 0.0);
  for (std::size_t i = 0; i < pieces; ++i) {
    counts[random.below(pieces, i)] += 1.0;
  }
  return counts;
}

/// The value that a share of sorted values is no larger than.
double quantile(const std::vector<double>& sorted, double share) {
  return sorted[static_cast<std::size_t>(
      std::lround(share * static_cast<double>(sorted.size() - 1)))];
}

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
  PieceSums sums(pieces, pairs.a.columns(), mean_pass.measure(communicator, pairs));
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
    const auto moments = sums.moments(weights);
    if (!moments) {
      return {};
    }
    const objective::CanonicalSpectrum spectrum(*moments, ridge);
    const auto values = spectrum.values().first(k);
    return implied_timescales({values.begin(), values.end()}, lag);
  };
  LagTimescales found{lag, estimate(std::vector<double>(pieces, 1.0)), {}, {}};
  std::vector<std::vector<double>> drawn(k);
  for (std::size_t r = 0; r < options.replicates; ++r) {
    std::vector<double> again;
    try {
      again = estimate(draw(pieces, options, lag, r));
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
    const double median = quantile(values, 0.5);
    // Drawing with replacement adds a bias to each estimate, which the median shows.
    const bool is_finite = std::isfinite(estimated) && std::isfinite(median) && median > 0.0;
    const double unbiased = is_finite ? estimated / median : 1.0;
    found.low.push_back(unbiased * quantile(values, 0.025));
    found.high.push_back(unbiased * quantile(values, 0.975));
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
