// SPDX-License-Identifier: BSD-3-Clause
#include "objective/canonical_maps.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include <fmt/format.h>

#include "infomax/core/logging.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/math/lapack.hpp"
#include "infomax/objective/canonical.hpp"
#include "objective/description.hpp"
#include "objective/linear_scale.hpp"
#include "objective/transposed.hpp"
#include "objective/variance_shares.hpp"
#include "objective/whitening.hpp"

namespace infomax::objective {
namespace {

using math::Transpose;

/// The standard deviations of the outputs of either side, one for each direction that there is.
struct Deviations {
  std::vector<double> a;
  std::vector<double> b;
};

std::vector<double> deviations_of(std::span<const double> shares, std::size_t count) {
  const auto active = std::ranges::count_if(shares, [](double share) { return share > 0.0; });
  std::vector<double> deviations(count, 0.0);
  for (std::size_t i = 0; i < std::min(count, shares.size()); ++i) {
    deviations[i] = std::sqrt(shares[i] * static_cast<double>(active));
  }
  return deviations;
}

/// Of either side; side a has none where alpha_a is 0.
SharesOfBoth best_shares_of(SpectralForm form, std::span<const double> mu, double alpha_a,
                            double alpha_b) {
  return alpha_a == 0.0 ? SharesOfBoth{{}, best_shares(form, mu, alpha_b)}
                        : best_shares_of_both(form, mu, alpha_a, alpha_b);
}

/// How many of the leading components have a correlation of the outputs that gradients heed.
std::size_t heeded(std::span<const double> mu, const SharesOfBoth& shares, double alpha_a,
                   double alpha_b) {
  std::size_t count = 0;
  while (count < mu.size()) {
    const double x = shares.a.empty() ? 1.0 : shares.a[count];
    const double y = shares.b[count];
    const double squared = x / (x + alpha_a) * (y / (y + alpha_b));
    if (!(mu[count] * std::sqrt(squared) > negligible_correlation)) {
      break;
    }
    ++count;
  }
  return count;
}

/// For directions of these correlations, of which `counted` at most enter J.
Deviations best_deviations(const ObjectiveOptions& options, std::span<const double> correlations,
                           std::size_t counted, std::size_t outputs_a, std::size_t outputs_b) {
  const Ridge& ridge = options.of<CanonicalOptions>().ridge;
  const std::size_t directions = correlations.size();
  if (ridge.absolute || ridge.relative == 0.0) {
    const std::vector<double> all(directions, deviation_above(ridge));
    return {all, all};
  }
  const auto first_negligible = std::ranges::find_if(
      correlations, [](double value) { return value <= negligible_correlation; });
  counted = std::min(counted, static_cast<std::size_t>(first_negligible - correlations.begin()));
  const SpectralForm form = description_of(options).spectral(options).value();
  const double alpha_a = outputs_a == 0 ? 0.0 : ridge.relative / static_cast<double>(outputs_a);
  const double alpha_b = ridge.relative / static_cast<double>(outputs_b);
  while (counted > 0) {
    const auto mu = correlations.first(counted);
    const SharesOfBoth shares = best_shares_of(form, mu, alpha_a, alpha_b);
    const std::size_t useful = heeded(mu, shares, alpha_a, alpha_b);
    if (useful == counted) {
      return {deviations_of(shares.a, directions), deviations_of(shares.b, directions)};
    }
    // Gradients would take the variance from an output that they find without correlation.
    counted = useful;
  }
  const std::vector<double> all(directions, 1.0);  // J is 0 whatever the outputs are
  return {all, all};
}

/// Warns where fewer outputs vary than there are.
void report_constant_outputs(std::span<const double> deviations, std::size_t outputs,
                             const char* side) {
  const auto varying = static_cast<std::size_t>(
      std::ranges::count_if(deviations.first(std::min(outputs, deviations.size())),
                            [](double deviation) { return deviation > 0.0; }));
  if (varying < outputs) {
    log::warning_once(
        std::string("constant linear outputs of ") + side,
        fmt::format(
            "only {} of the {} linear outputs of side {} vary: J has no use for more, because it "
            "counts no more `components` or there are no more correlations, and its ridge would "
            "grow "
            "with their variance; ask for {} outputs",
            varying, outputs, side, varying));
  }
}

}  // namespace

CanonicalMaps canonical_maps(const stats::SecondMoments& moments, const ObjectiveOptions& options,
                             std::size_t outputs_a, std::size_t outputs_b) {
  const auto& canonical = options.of<CanonicalOptions>();
  const Whitening inputs_b = whitening_of_inputs(moments.bb, moments.variance_b, "b");
  Whitening inputs_a;
  Matrix<double> k;
  if (outputs_a > 0) {
    inputs_a = whitening_of_inputs(moments.aa, moments.variance_a, "a");
    k = between(inputs_a, moments.ab, inputs_b);
  } else {
    require_variance(moments.variance_a);
    const auto l =
        regular_factor(moments.aa, moments.variance_a, moments.columns_a(), canonical.ridge, "a");
    k = Matrix<double>(moments.ab.rows(), inputs_b.rank());
    math::gemm<double>(Transpose::no, Transpose::no, 1.0, moments.ab.view(), inputs_b.map.view(),
                       0.0, k.view());
    math::solve_lower(math::Side::left, Transpose::no, l.view(), k.view());
  }
  const auto parts = math::singular_values(k.view());
  const std::size_t pairs = outputs_a > 0 ? std::min(outputs_a, outputs_b) : outputs_b;
  const std::size_t counted =
      canonical.components == 0 ? pairs : std::min(canonical.components, pairs);
  const auto deviations = best_deviations(options, parts.values, counted, outputs_a, outputs_b);
  CanonicalMaps maps;
  if (outputs_a > 0) {
    report_constant_outputs(deviations.a, outputs_a, "a");
    maps.a = inputs_a.back(parts.u.view(), deviations.a, outputs_a);
  }
  report_constant_outputs(deviations.b, outputs_b, "b");
  maps.b = inputs_b.back(transposed(parts.vt).view(), deviations.b, outputs_b);
  maps.correlations = parts.values;
  maps.correlations.resize(pairs, 0.0);
  return maps;
}

CanonicalMaps regularised_maps(const stats::SecondMoments& moments, const LinearRidges& ridges,
                               std::size_t outputs_a, std::size_t outputs_b) {
  const auto root = [](const Matrix<double>& covariance, std::span<const double> variance,
                       std::optional<double> ridge, const char* side) {
    require_variance(variance);
    return ridge.value_or(0.0) > 0.0 ? whitening(covariance, *ridge)
                                     : whitening_of_inputs(covariance, variance, side);
  };
  const Whitening inputs_a = root(moments.aa, moments.variance_a, ridges.a, "a");
  const Whitening inputs_b = root(moments.bb, moments.variance_b, ridges.b, "b");
  const auto parts = math::singular_values(between(inputs_a, moments.ab, inputs_b).view());
  const std::vector<double> ones(parts.values.size(), 1.0);
  CanonicalMaps maps;
  if (outputs_a > 0) {
    maps.a = inputs_a.back(parts.u.view(), ones, outputs_a);
  }
  maps.b = inputs_b.back(transposed(parts.vt).view(), ones, outputs_b);
  maps.correlations = parts.values;
  maps.correlations.resize(outputs_a > 0 ? std::min(outputs_a, outputs_b) : outputs_b, 0.0);
  return maps;
}

}  // namespace infomax::objective
