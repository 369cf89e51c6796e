// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "infomax/objective/canonical.hpp"
#include "infomax/objective/options.hpp"
#include "reference/dense_reference.hpp"

/// Functions of second moments, with derivatives, from the definitions in long double.
namespace infomax::reference {

/// A function of second moments: its value, dJ/dC_aa, dJ/dC_ab, dJ/dC_bb and what it reports.
struct Dependence {
  Real value = 0;
  Table aa;
  Table ab;
  Table bb;
  std::vector<std::pair<std::string, Real>> parts;
};

inline Dependence pearson(const Table& caa, const Table& cab, const Table& cbb) {
  const std::size_t p = caa.size();
  Dependence d{0, zeros(p, p), zeros(p, p), zeros(p, p), {}};
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
    return {0,
            zeros(caa.size(), caa.size()),
            zeros(caa.size(), cbb.size()),
            zeros(cbb.size(), cbb.size()),
            {}};
  }
  return {value,
          scaled(caa, -value / (2 * aa * aa)),
          scaled(cab, value / (ab * ab)),
          scaled(cbb, -value / (2 * bb * bb)),
          {}};
}

/// h(sigma) and h'(sigma) of the objectives sum h(sigma_i), without their constants.
inline Real spectral_term(const objective::ObjectiveOptions& options, Real sigma) {
  if (options.objective == "gaussian-mi") {
    return -std::log(1 - sigma * sigma) / 2;
  }
  return options.objective == "vamp2" ? sigma * sigma : sigma;
}

inline Real spectral_slope(const objective::ObjectiveOptions& options, Real sigma) {
  if (options.objective == "gaussian-mi") {
    return sigma / (1 - sigma * sigma);
  }
  return options.objective == "vamp2" ? 2 * sigma : 1;
}

inline Dependence spectral(const Table& caa, const Table& cab, const Table& cbb,
                           const objective::ObjectiveOptions& options) {
  const std::size_t p = caa.size();
  const std::size_t q = cbb.size();
  Dependence d{0, zeros(p, p), zeros(p, q), zeros(q, q), {}};
  d.parts = {{"canonical_correlation_sum", 0}, {"canonical_correlation_max", 0}};
  Real& sum = d.parts[0].second;
  Real& largest = d.parts[1].second;
  if (trace(caa) == 0 || trace(cbb) == 0) {
    d.value = options.objective.starts_with("vamp") ? 1 : 0;
    return d;
  }
  const std::size_t components = options.of<objective::CanonicalOptions>().components;
  const objective::Ridge& ridge = options.of<objective::CanonicalOptions>().ridge;
  const auto added_to = [&ridge](const Table& c) -> Real {
    return ridge.absolute ? static_cast<Real>(*ridge.absolute)
                          : ridge.relative * trace(c) / static_cast<Real>(c.size());
  };
  const auto whiten = [&](Table c) {
    const Real added = added_to(c);
    for (std::size_t j = 0; j < c.size(); ++j) {
      c[j][j] += added;
    }
    return inverse_square_root(c);
  };
  const Table wa = whiten(caa);
  const Table wb = whiten(cbb);
  const Singular s = singular_values(product(product(wa, cab), wb));
  const std::size_t k = components == 0 ? std::min(p, q) : components;
  Table ug = s.u;
  Table ugs = s.u;
  Table vgs = s.v;
  const Real weight = options.objective == "infomax" ? 1 / static_cast<Real>(k) : 1;
  d.value = options.objective.starts_with("vamp") ? 1 : 0;
  largest = s.values[0];
  for (std::size_t c = 0; c < s.values.size(); ++c) {
    const Real counted = c < k ? weight : 0;
    const Real g = counted * spectral_slope(options, s.values[c]);
    d.value += counted * spectral_term(options, s.values[c]);
    sum += c < k ? s.values[c] : 0;
    for (auto& row : ug) row[c] *= g;
    for (auto& row : ugs) row[c] *= g * s.values[c];
    for (auto& row : vgs) row[c] *= g * s.values[c];
  }
  d.ab = product(product(wa, product(ug, transposed(s.v))), wb);
  const auto own = [&](const Table& w, const Table& weighted, const Table& vectors) {
    Table own_part = scaled(product(product(w, product(weighted, transposed(vectors))), w), -0.5L);
    const Real through_trace =
        ridge.absolute ? 0 : ridge.relative * trace(own_part) / static_cast<Real>(w.size());
    for (std::size_t j = 0; j < w.size(); ++j) {
      own_part[j][j] += through_trace;
    }
    return own_part;
  };
  d.aa = own(wa, ugs, s.u);
  d.bb = own(wb, vgs, s.v);
  return d;
}

inline Dependence barlow(const Table& caa, const Table& cab, const Table& cbb,
                         const objective::ObjectiveOptions& options) {
  const std::size_t p = caa.size();
  const Real lambda = options.number<double>("barlow-lambda");
  Dependence d{0, zeros(p, p), zeros(p, p), zeros(p, p), {{"invariance", 0}, {"redundancy", 0}}};
  for (std::size_t i = 0; i < p; ++i) {
    for (std::size_t j = 0; j < p; ++j) {
      const Real va = caa[i][i] + 1e-5L;
      const Real vb = cbb[j][j] + 1e-5L;
      const Real r = cab[i][j] / std::sqrt(va * vb);
      const Real weight = i == j ? 1 : lambda;
      const Real off = i == j ? r - 1 : r;
      d.parts[i == j ? 0 : 1].second += off * off;
      d.value -= weight * off * off;
      d.ab[i][j] = -2 * weight * off / std::sqrt(va * vb);
      d.aa[i][i] += weight * off * r / va;
      d.bb[j][j] += weight * off * r / vb;
    }
  }
  return d;
}

/// Adds one side's weighted variance and covariance terms of VICReg to d.value, and computes dJ/dC.
inline Table vicreg_side(const Table& biased, Real n, const objective::ObjectiveOptions& options,
                         Dependence& d) {
  const std::size_t p = biased.size();
  const Table c = scaled(biased, n / (n - 1));
  const Real variance = options.number<double>("vicreg-variance");
  const Real covariance = options.number<double>("vicreg-covariance");
  Table slope = zeros(p, p);
  for (std::size_t i = 0; i < p; ++i) {
    const Real deviation = std::sqrt(c[i][i] + 1e-4L);
    const Real hinge = std::max<Real>(0, 1 - deviation) / (2 * static_cast<Real>(p));
    d.parts[0].second += hinge;
    d.value -= variance * hinge;
    slope[i][i] = deviation < 1 ? variance / (4 * static_cast<Real>(p) * deviation) : 0;
    for (std::size_t j = 0; j < p; ++j) {
      if (i != j) {
        const Real square = c[i][j] * c[i][j] / static_cast<Real>(p);
        d.parts[1].second += square;
        d.value -= covariance * square;
        slope[i][j] = -2 * covariance * c[i][j] / static_cast<Real>(p);
      }
    }
  }
  return scaled(slope, n / (n - 1));
}

inline Dependence vicreg(const Table& caa, const Table& cbb, Real n,
                         const objective::ObjectiveOptions& options) {
  Dependence d{0, {}, zeros(caa.size(), caa.size()), {}, {{"variance", 0}, {"covariance", 0}}};
  d.aa = vicreg_side(caa, n, options, d);
  d.bb = vicreg_side(cbb, n, options, d);
  return d;
}

inline Dependence coding_rate(const Table& caa, const Table& cab, const Table& cbb,
                              const objective::ObjectiveOptions& options) {
  const Real factor = static_cast<Real>(cbb.size()) / options.number<double>("distortion");
  Dependence d{0, scaled(caa, 0), scaled(cab, 0), {}, {}};
  Table regular = scaled(cbb, factor);
  for (std::size_t j = 0; j < regular.size(); ++j) {
    regular[j][j] += 1;
  }
  for (const Real eigenvalue : singular_values(regular).values) {
    d.value += std::log(eigenvalue) / 2;
  }
  const Table root = inverse_square_root(regular);
  d.bb = scaled(product(root, root), factor / 2);
  return d;
}

inline Dependence dependence(const objective::ObjectiveOptions& options, const Table& a,
                             const Table& b) {
  const Table caa = covariance(a, a);
  const Table cab = covariance(a, b);
  const Table cbb = covariance(b, b);
  const std::string rho = options.text("rho").value_or("");
  if (options.objective == "infomax" && rho != "cca") {
    return rho == "pearson" ? pearson(caa, cab, cbb) : rv(caa, cab, cbb);
  }
  if (options.objective == "barlow") {
    return barlow(caa, cab, cbb, options);
  }
  if (options.objective == "vicreg") {
    return vicreg(caa, cbb, static_cast<Real>(a.size()), options);
  }
  if (options.objective == "coding-rate") {
    return coding_rate(caa, cab, cbb, options);
  }
  return spectral(caa, cab, cbb, options);
}

}  // namespace infomax::reference
