// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "infomax/objective/options.hpp"
#include "reference/dense_reference.hpp"
#include "reference/histogram_reference.hpp"
#include "reference/moment_reference.hpp"

/// The reference of the tests: every formula of the objectives, computed from the full data in long
/// double.
namespace infomax::reference {

struct Values {
  Real objective = 0;
  Real dependence = 0;
  Real entropy_a = 0;
  Real entropy_b = 0;
  std::vector<std::pair<std::string, Real>> parts;
};

struct Gradients {
  Table a;
  Table b;
};

/// The weights of both entropies in J.
inline std::pair<double, double> lambdas(const objective::ObjectiveOptions& options) {
  if (options.objective != "infomax") {
    return {0.0, 0.0};
  }
  const auto both = options.number<double>("lambda");
  const auto own = [&](const char* name) {
    return options.text(name) ? options.number<double>(name) : both;
  };
  return {own("lambda-a"), own("lambda-b")};
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
  if (options.objective == "histogram-mi") {
    values.dependence = information(a, b, options, nullptr, nullptr);
    values.objective = values.dependence;
    return values;
  }
  const Dependence measured = dependence(options, a, b);
  values.dependence = measured.value;
  values.parts = measured.parts;
  const auto similarity = options.number<double>("vicreg-similarity");
  if (options.objective == "vicreg" && similarity != 0) {
    const Real size = frobenius(added(a, scaled(b, -1)));
    const Real mean = size * size / static_cast<Real>(a.size() * a[0].size());
    values.dependence -= similarity * mean;
    values.parts.insert(values.parts.begin(), {"similarity", mean});
  }
  const auto [lambda_a, lambda_b] = lambdas(options);
  values.objective = values.dependence - lambda_a * values.entropy_a - lambda_b * values.entropy_b;
  return values;
}

inline Gradients gradients(const objective::ObjectiveOptions& options, const Table& a,
                           const Table& b) {
  const Real n = static_cast<Real>(a.size());
  if (options.objective == "mse") {
    const Table difference = added(b, scaled(a, -1));
    return {scaled(difference, 1 / n), scaled(difference, -1 / n)};
  }
  if (options.objective == "histogram-mi") {
    Gradients gradients;
    information(a, b, options, &gradients.a, &gradients.b);
    return gradients;
  }
  const Dependence d = dependence(options, a, b);
  const Table ca = centred(a);
  const Table cb = centred(b);
  Table moments_a =
      added(product(ca, scaled(d.aa, 2 / n)), product(cb, transposed(scaled(d.ab, 1 / n))));
  Table moments_b = added(product(cb, scaled(d.bb, 2 / n)), product(ca, scaled(d.ab, 1 / n)));
  if (options.objective == "vicreg") {
    const Real weight =
        2 * options.number<double>("vicreg-similarity") / (n * static_cast<Real>(a[0].size()));
    const Table difference = added(b, scaled(a, -1));
    moments_a = added(moments_a, scaled(difference, weight));
    moments_b = added(moments_b, scaled(difference, -weight));
  }
  const auto [lambda_a, lambda_b] = lambdas(options);
  return {added(moments_a, scaled(entropy_gradient(a, options), -lambda_a)),
          added(moments_b, scaled(entropy_gradient(b, options), -lambda_b))};
}

}  // namespace infomax::reference
