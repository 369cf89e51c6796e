// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/analysis/output_statistics.hpp"

#include <algorithm>
#include <cmath>

#include "infomax/core/error.hpp"
#include "infomax/stats/histogram.hpp"
#include "infomax/stats/summation.hpp"

namespace infomax::analysis {

template <math::Real T>
OutputStatistics measure_outputs(const mpi::Communicator& communicator,
                                 const stats::RowSource<T>& a, const stats::RowSource<T>& b) {
  using stats::Extent;
  const bool narrow_a = a.columns() <= most_covariance_columns;
  const bool narrow_b = b.columns() <= most_covariance_columns;
  stats::MeanPass<T> mean_pass;
  stats::MomentPass<T> moment_pass({narrow_a ? Extent::full : Extent::diagonal,
                                    narrow_a && narrow_b ? Extent::full : Extent::none,
                                    narrow_b ? Extent::full : Extent::diagonal, true});
  const auto& means = mean_pass.measure(communicator, {a, b});
  return {means, moment_pass.measure(communicator, {a, b}, means)};
}

template <math::Real T>
Matrix<double> column_histograms(const mpi::Communicator& communicator,
                                 const stats::RowSource<T>& side, double samples,
                                 std::span<const double> mean, std::span<const double> variance,
                                 std::size_t bins, const stats::HistogramRange& range) {
  stats::SoftHistogram histogram(bins, range);
  histogram.begin(samples, mean, variance, false);
  Buffer<double> message(histogram.message_size());
  Buffer<T> scratch;
  stats::Summation summation;
  summation.over(communicator, nullptr, side.rows(), std::span<double>(message),
                 [&](std::size_t first, std::size_t count) {
                   histogram.template count<T>(side, first, count, scratch, message);
                 });
  histogram.finish(message);
  const auto counted = histogram.probabilities();
  Matrix<double> probabilities(counted.rows(), counted.columns());
  std::ranges::copy(std::span(counted.data(), counted.size()), probabilities.data());
  return probabilities;
}

std::vector<double> bin_centres(std::size_t bins, const stats::HistogramRange& range) {
  const double width = (range.high - range.low) / static_cast<double>(bins - 3);
  std::vector<double> centres(bins);
  for (std::size_t k = 0; k < bins; ++k) {
    centres[k] = range.low + (static_cast<double>(k) - 1.0) * width;
  }
  return centres;
}

Matrix<double> correlation_matrix(MatrixView<const double> covariance,
                                  std::span<const double> row_variance,
                                  std::span<const double> column_variance, std::size_t most) {
  Matrix<double> correlations(std::min(most, covariance.rows()),
                              std::min(most, covariance.columns()), 0.0);
  for (std::size_t i = 0; i < correlations.rows(); ++i) {
    for (std::size_t j = 0; j < correlations.columns(); ++j) {
      const double variances = row_variance[i] * column_variance[j];
      if (variances > 0.0) {
        correlations(i, j) = covariance(i, j) / std::sqrt(variances);
      }
    }
  }
  return correlations;
}

std::optional<std::vector<double>> canonical_correlations(const stats::SecondMoments& moments,
                                                          const objective::Ridge& ridge) {
  if (moments.aa.empty() || moments.ab.empty() || moments.bb.empty()) {
    return std::nullopt;
  }
  try {
    const objective::CanonicalSpectrum spectrum(moments, ridge);
    return std::vector<double>(spectrum.values().begin(), spectrum.values().end());
  } catch (const NumericError&) {
    return std::nullopt;
  }
}

#define INFOMAX_INSTANTIATE(T)                                                               \
  template OutputStatistics measure_outputs<T>(                                              \
      const mpi::Communicator&, const stats::RowSource<T>&, const stats::RowSource<T>&);     \
  template Matrix<double> column_histograms<T>(                                              \
      const mpi::Communicator&, const stats::RowSource<T>&, double, std::span<const double>, \
      std::span<const double>, std::size_t, const stats::HistogramRange&);
INFOMAX_INSTANTIATE(float)
INFOMAX_INSTANTIATE(double)
#undef INFOMAX_INSTANTIATE

}  // namespace infomax::analysis
