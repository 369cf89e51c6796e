#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "infomax/objective/options.hpp"
#include "reference/dense_reference.hpp"

/// Soft histograms and what they measure, value by value, in long double.
namespace infomax::reference {

inline Real beta3(Real t) {
  t = std::abs(t);
  if (t < 1) {
    return (4 - 6 * t * t + 3 * t * t * t) / 6;
  }
  return t < 2 ? (2 - t) * (2 - t) * (2 - t) / 6 : 0;
}

inline Real beta3_slope(Real t) {
  const Real sign = t < 0 ? -1 : 1;
  t = std::abs(t);
  if (t < 1) {
    return sign * (-12 * t + 9 * t * t) / 6;
  }
  return t < 2 ? -sign * (2 - t) * (2 - t) / 2 : 0;
}

/// One column's histogram: z before the clamp, u after it, p_k.
struct ColumnHistogram {
  std::vector<Real> z;
  std::vector<Real> u;
  std::vector<Real> p;
  Real deviation = 0;
  Real du_dz = 0;

  ColumnHistogram(const Table& x, std::size_t j, const objective::ObjectiveOptions& options) {
    const stats::HistogramRange& range = options.histogram_range;
    const auto bins = static_cast<Real>(options.bins);
    const Real mean = column_means(x)[j];
    deviation = std::sqrt(covariance(x, x)[j][j]);
    du_dz = (bins - 3) / (static_cast<Real>(range.high) - range.low);
    p.assign(options.bins, 0);
    for (const auto& row : x) {
      const Real standardised = deviation == 0 ? 0 : (row[j] - mean) / deviation;
      z.push_back(range.standardised ? standardised : row[j]);
      const Real clamped = std::clamp<Real>(z.back(), range.low, range.high);
      u.push_back(1 + du_dz * (clamped - range.low));
      for (std::size_t k = 0; k < options.bins; ++k) {
        p[k] += beta3(u.back() - static_cast<Real>(k)) / static_cast<Real>(x.size());
      }
    }
  }
};

inline Real entropy(const Table& x, const objective::ObjectiveOptions& options) {
  Real sum = 0;
  for (std::size_t j = 0; j < x[0].size(); ++j) {
    const ColumnHistogram histogram(x, j, options);
    for (const Real p : histogram.p) {
      sum -= histogram.deviation == 0 || p == 0 ? 0 : p * std::log(p);
    }
  }
  return sum / static_cast<Real>(x[0].size());
}

inline Table entropy_gradient(const Table& x, const objective::ObjectiveOptions& options) {
  Table gradient = zeros(x.size(), x[0].size());
  const auto n = static_cast<Real>(x.size());
  const stats::HistogramRange& range = options.histogram_range;
  for (std::size_t j = 0; j < x[0].size(); ++j) {
    const ColumnHistogram h(x, j, options);
    if (h.deviation == 0) {
      continue;
    }
    std::vector<Real> g(x.size(), 0);
    Real mean_g = 0;
    Real mean_gz = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (h.z[i] >= range.low && h.z[i] <= range.high) {
        for (std::size_t k = 0; k < options.bins; ++k) {
          const Real slope = beta3_slope(h.u[i] - static_cast<Real>(k));
          g[i] -= slope == 0 ? 0 : slope * std::log(h.p[k]) / n * h.du_dz;
        }
      }
      mean_g += g[i] / n;
      mean_gz += g[i] * h.z[i] / n;
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
      const Real through_z = (g[i] - mean_g - h.z[i] * mean_gz) / h.deviation;
      gradient[i][j] = (range.standardised ? through_z : g[i]) / static_cast<Real>(x[0].size());
    }
  }
  return gradient;
}

}  // namespace infomax::reference
