#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "infomax/objective/options.hpp"
#include "reference/dense_reference.hpp"

/// Every formula of the objectives, directly from the full data, in long double: the oracle of the
/// tests.
namespace infomax::reference {

struct Values {
  Real objective = 0;
  Real dependence = 0;
  Real entropy_a = 0;
  Real entropy_b = 0;
};

struct Gradients {
  Table a;
  Table b;
};

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

/// dJ/dC_aa, dJ/dC_ab, dJ/dC_bb with the value.
struct Dependence {
  Real value = 0;
  Table aa;
  Table ab;
  Table bb;
};

inline Dependence pearson(const Table& caa, const Table& cab, const Table& cbb) {
  const std::size_t p = caa.size();
  Dependence d{0, zeros(p, p), zeros(p, p), zeros(p, p)};
  for (std::size_t j = 0; j < p; ++j) {
    if (caa[j][j] == 0 || cbb[j][j] == 0) {
      continue;
    }
    const Real root = std::sqrt(caa[j][j] * cbb[j][j]);
    const Real part = cab[j][j] / root / static_cast<Real>(p);
    d.value += part;
    d.ab[j][j] = 1 / root / static_cast<Real>(p);
    d.aa[j][j] = -part / (2 * caa[j][j]);
    d.bb[j][j] = -part / (2 * cbb[j][j]);
  }
  return d;
}

inline Dependence rv(const Table& caa, const Table& cab, const Table& cbb) {
  const Real aa = frobenius(caa);
  const Real ab = frobenius(cab);
  const Real bb = frobenius(cbb);
  const Real value = aa == 0 || bb == 0 ? 0 : ab / std::sqrt(aa * bb);
  if (value == 0) {
    return {0, zeros(caa.size(), caa.size()), zeros(caa.size(), cbb.size()),
            zeros(cbb.size(), cbb.size())};
  }
  return {value, scaled(caa, -value / (2 * aa * aa)), scaled(cab, value / (ab * ab)),
          scaled(cbb, -value / (2 * bb * bb))};
}

inline Dependence cca(const Table& caa, const Table& cab, const Table& cbb,
                      const objective::ObjectiveOptions& options) {
  const std::size_t p = caa.size();
  const std::size_t q = cbb.size();
  Dependence d{0, zeros(p, p), zeros(p, q), zeros(q, q)};
  if (trace(caa) == 0 || trace(cbb) == 0) {
    return d;
  }
  const auto whiten = [&](Table c) {
    const Real relative = options.ridge * trace(c) / static_cast<Real>(c.size());
    for (std::size_t j = 0; j < c.size(); ++j) {
      c[j][j] += options.ridge_absolute ? static_cast<Real>(*options.ridge_absolute) : relative;
    }
    return inverse_square_root(c);
  };
  const Table wa = whiten(caa);
  const Table wb = whiten(cbb);
  const Singular s = singular_values(product(product(wa, cab), wb));
  const std::size_t k = options.components == 0 ? std::min(p, q) : options.components;
  Table ug = s.u;
  Table ugs = s.u;
  Table vgs = s.v;
  for (std::size_t c = 0; c < s.values.size(); ++c) {
    const Real g = c < k ? 1 / static_cast<Real>(k) : 0;
    d.value += g * s.values[c];
    for (auto& row : ug) row[c] *= g;
    for (auto& row : ugs) row[c] *= g * s.values[c];
    for (auto& row : vgs) row[c] *= g * s.values[c];
  }
  d.ab = product(product(wa, product(ug, transposed(s.v))), wb);
  const auto own = [&](const Table& w, const Table& weighted, const Table& vectors) {
    Table own_part = scaled(product(product(w, product(weighted, transposed(vectors))), w), -0.5L);
    const Real through_trace =
        options.ridge_absolute ? 0 : options.ridge * trace(own_part) / static_cast<Real>(w.size());
    for (std::size_t j = 0; j < w.size(); ++j) {
      own_part[j][j] += through_trace;
    }
    return own_part;
  };
  d.aa = own(wa, ugs, s.u);
  d.bb = own(wb, vgs, s.v);
  return d;
}

inline Dependence dependence(const objective::ObjectiveOptions& options, const Table& a,
                             const Table& b) {
  const Table caa = covariance(a, a);
  const Table cab = covariance(a, b);
  const Table cbb = covariance(b, b);
  if (options.rho == "cca") {
    return cca(caa, cab, cbb, options);
  }
  return options.rho == "pearson" ? pearson(caa, cab, cbb) : rv(caa, cab, cbb);
}

inline Values evaluate(const objective::ObjectiveOptions& options, const Table& a, const Table& b) {
  Values values;
  values.entropy_a = entropy(a, options);
  values.entropy_b = entropy(b, options);
  if (options.objective == "mse") {
    for (std::size_t i = 0; i < a.size(); ++i) {
      for (std::size_t j = 0; j < a[0].size(); ++j) {
        const Real difference = a[i][j] - b[i][j];
        values.objective -= difference * difference / (2 * static_cast<Real>(a.size()));
      }
    }
    values.dependence = values.objective;
    return values;
  }
  values.dependence = dependence(options, a, b).value;
  values.objective =
      values.dependence - options.lambda_a * values.entropy_a - options.lambda_b * values.entropy_b;
  return values;
}

inline Gradients gradients(const objective::ObjectiveOptions& options, const Table& a,
                           const Table& b) {
  const Real n = static_cast<Real>(a.size());
  if (options.objective == "mse") {
    const Table difference = added(b, scaled(a, -1));
    return {scaled(difference, 1 / n), scaled(difference, -1 / n)};
  }
  const Dependence d = dependence(options, a, b);
  const Table ca = centred(a);
  const Table cb = centred(b);
  const Table moments_a =
      added(product(ca, scaled(d.aa, 2 / n)), product(cb, transposed(scaled(d.ab, 1 / n))));
  const Table moments_b = added(product(cb, scaled(d.bb, 2 / n)), product(ca, scaled(d.ab, 1 / n)));
  return {added(moments_a, scaled(entropy_gradient(a, options), -options.lambda_a)),
          added(moments_b, scaled(entropy_gradient(b, options), -options.lambda_b))};
}

}  // namespace infomax::reference
