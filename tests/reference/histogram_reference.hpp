// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "infomax/objective/histogram_options.hpp"
#include "infomax/objective/options.hpp"
#include "reference/dense_reference.hpp"

/// Soft histograms, entropies and mutual information, value by value, in long double.
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
    const std::size_t bin_count = options.of<objective::HistogramOptions>().bins;
    const auto& range = options.of<objective::HistogramOptions>().range;
    const auto bins = static_cast<Real>(bin_count);
    const Real mean = column_means(x)[j];
    deviation = std::sqrt(covariance(x, x)[j][j]);
    du_dz = (bins - 3) / (static_cast<Real>(range.high) - range.low);
    p.assign(bin_count, 0);
    for (const auto& row : x) {
      const Real standardised = deviation == 0 ? 0 : (row[j] - mean) / deviation;
      z.push_back(range.standardised ? standardised : row[j]);
      const Real clamped = std::clamp<Real>(z.back(), range.low, range.high);
      u.push_back(1 + du_dz * (clamped - range.low));
      for (std::size_t k = 0; k < bin_count; ++k) {
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

inline bool is_inside(Real z, const stats::HistogramRange& range) {
  return z >= range.low && z <= range.high;
}

/// Turns dJ/dz of a column into dJ/dx, where mean and deviation depend on the batch.
inline std::vector<Real> through_z(const std::vector<Real>& g, const ColumnHistogram& h,
                                   const stats::HistogramRange& range) {
  if (!range.standardised) {
    return g;
  }
  const auto n = static_cast<Real>(g.size());
  Real mean_g = 0;
  Real mean_gz = 0;
  for (std::size_t i = 0; i < g.size(); ++i) {
    mean_g += g[i] / n;
    mean_gz += g[i] * h.z[i] / n;
  }
  std::vector<Real> result;
  for (std::size_t i = 0; i < g.size(); ++i) {
    result.push_back((g[i] - mean_g - h.z[i] * mean_gz) / h.deviation);
  }
  return result;
}

inline Table entropy_gradient(const Table& x, const objective::ObjectiveOptions& options) {
  Table gradient = zeros(x.size(), x[0].size());
  const auto n = static_cast<Real>(x.size());
  const std::size_t bin_count = options.of<objective::HistogramOptions>().bins;
  const auto& range = options.of<objective::HistogramOptions>().range;
  for (std::size_t j = 0; j < x[0].size(); ++j) {
    const ColumnHistogram h(x, j, options);
    if (h.deviation == 0) {
      continue;
    }
    std::vector<Real> g(x.size(), 0);
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (is_inside(h.z[i], range)) {
        for (std::size_t k = 0; k < bin_count; ++k) {
          const Real slope = beta3_slope(h.u[i] - static_cast<Real>(k));
          g[i] -= slope == 0 ? 0 : slope * std::log(h.p[k]) / n * h.du_dz;
        }
      }
    }
    const std::vector<Real> column = through_z(g, h, range);
    for (std::size_t i = 0; i < x.size(); ++i) {
      gradient[i][j] = column[i] / static_cast<Real>(x[0].size());
    }
  }
  return gradient;
}

/// Returns ln(p_kl / (p_k p_l)) of a pair of columns, 0 where p_kl = 0, and adds its mean to `sum`.
inline Table log_ratios(const ColumnHistogram& ha, const ColumnHistogram& hb, Real& sum) {
  Table joint = zeros(ha.p.size(), hb.p.size());
  for (std::size_t i = 0; i < ha.u.size(); ++i) {
    for (std::size_t k = 0; k < ha.p.size(); ++k) {
      for (std::size_t l = 0; l < hb.p.size(); ++l) {
        joint[k][l] += beta3(ha.u[i] - static_cast<Real>(k)) *
                       beta3(hb.u[i] - static_cast<Real>(l)) / static_cast<Real>(ha.u.size());
      }
    }
  }
  for (std::size_t k = 0; k < ha.p.size(); ++k) {
    for (std::size_t l = 0; l < hb.p.size(); ++l) {
      const Real p = joint[k][l];
      joint[k][l] = p == 0 ? 0 : std::log(p / (ha.p[k] * hb.p[l]));
      sum += p * joint[k][l];
    }
  }
  return joint;
}

/// The mean mutual information of pairs of columns, and its gradients if they are requested.
inline Real information(const Table& a, const Table& b, const objective::ObjectiveOptions& options,
                        Table* da, Table* db) {
  const std::size_t bin_count = options.of<objective::HistogramOptions>().bins;
  const auto& range = options.of<objective::HistogramOptions>().range;
  const std::size_t columns = a[0].size();
  const Real scale = 1 / static_cast<Real>(columns * a.size());
  Real sum = 0;
  for (Table* gradient : {da, db}) {
    if (gradient != nullptr) {
      *gradient = zeros(a.size(), columns);
    }
  }
  for (std::size_t j = 0; j < columns; ++j) {
    const ColumnHistogram ha(a, j, options);
    const ColumnHistogram hb(b, j, options);
    if (ha.deviation == 0 || hb.deviation == 0) {
      continue;
    }
    const Table l = log_ratios(ha, hb, sum);
    if (da == nullptr || db == nullptr) {
      continue;
    }
    std::vector<Real> ga(a.size(), 0);
    std::vector<Real> gb(a.size(), 0);
    for (std::size_t i = 0; i < a.size(); ++i) {
      for (std::size_t k = 0; k < bin_count; ++k) {
        for (std::size_t m = 0; m < bin_count; ++m) {
          const Real ta = ha.u[i] - static_cast<Real>(k);
          const Real tb = hb.u[i] - static_cast<Real>(m);
          ga[i] += is_inside(ha.z[i], range)
                       ? scale * ha.du_dz * beta3_slope(ta) * beta3(tb) * l[k][m]
                       : 0;
          gb[i] += is_inside(hb.z[i], range)
                       ? scale * hb.du_dz * beta3(ta) * beta3_slope(tb) * l[k][m]
                       : 0;
        }
      }
    }
    const std::vector<Real> column_a = through_z(ga, ha, range);
    const std::vector<Real> column_b = through_z(gb, hb, range);
    for (std::size_t i = 0; i < a.size(); ++i) {
      (*da)[i][j] = column_a[i];
      (*db)[i][j] = column_b[i];
    }
  }
  return sum / static_cast<Real>(columns);
}

}  // namespace infomax::reference
