#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/core/logging.hpp"
#include "infomax/math/blas.hpp"
#include "infomax/objective/canonical.hpp"
#include "infomax/objective/moment_function.hpp"

namespace infomax::objective {
namespace {

using stats::Extent;
using stats::MomentGradient;
using stats::MomentNeeds;
using stats::SecondMoments;

/// to = factor * from.
void scaled_copy(double factor, const Matrix<double>& from, Matrix<double>& to) {
  std::ranges::transform(from.span(), to.data(), [factor](double x) { return factor * x; });
}

}  // namespace

MomentNeeds Pearson::needs() const {
  return {Extent::diagonal, Extent::diagonal, Extent::diagonal};
}

double Pearson::evaluate(const SecondMoments& moments, MomentGradient* gradient) {
  const std::size_t p = moments.covariance.size();
  const double weight = 1.0 / static_cast<double>(p);
  double value = 0.0;
  for (std::size_t j = 0; j < p; ++j) {
    const double variance_a = moments.variance_a[j];
    const double variance_b = moments.variance_b[j];
    if (variance_a == 0.0 || variance_b == 0.0) {
      continue;
    }
    // Roots first: the product of two small variances may not be representable.
    const double deviations = std::sqrt(variance_a) * std::sqrt(variance_b);
    const double r = moments.covariance[j] / deviations;
    value += weight * r;
    if (gradient != nullptr) {
      gradient->covariance[j] = weight / deviations;
      gradient->variance_a[j] = -0.5 * weight * r / variance_a;
      gradient->variance_b[j] = -0.5 * weight * r / variance_b;
    }
  }
  return value;
}

MomentNeeds RvCoefficient::needs() const { return {Extent::full, Extent::full, Extent::full}; }

double RvCoefficient::evaluate(const SecondMoments& moments, MomentGradient* gradient) {
  const double norm_aa = math::norm<double>(moments.aa.span());
  const double norm_bb = math::norm<double>(moments.bb.span());
  const double norm_ab = math::norm<double>(moments.ab.span());
  const double scale = std::sqrt(norm_aa) * std::sqrt(norm_bb);
  if (scale == 0.0 || norm_ab == 0.0) {
    return 0.0;
  }
  const double value = norm_ab / scale;
  if (gradient != nullptr) {
    scaled_copy(1.0 / norm_ab / scale, moments.ab, gradient->ab);
    if (gradient->wanted_a) {
      scaled_copy(-0.5 * value / norm_aa / norm_aa, moments.aa, gradient->aa);
    }
    if (gradient->wanted_b) {
      scaled_copy(-0.5 * value / norm_bb / norm_bb, moments.bb, gradient->bb);
    }
  }
  return value;
}

CanonicalCorrelation::CanonicalCorrelation(std::size_t components, double ridge,
                                           std::optional<double> ridge_absolute)
    : components_(components), ridge_(ridge), ridge_absolute_(ridge_absolute) {}

MomentNeeds CanonicalCorrelation::needs() const {
  return {Extent::full, Extent::full, Extent::full};
}

double CanonicalCorrelation::evaluate(const SecondMoments& moments, MomentGradient* gradient) {
  const std::size_t p = moments.variance_a.size();
  const std::size_t q = moments.variance_b.size();
  if (!warned_ && moments.samples < 10.0 * static_cast<double>(p + q)) {
    warned_ = true;
    log::warning_once(
        fmt::format("canonical correlations of {} and {} columns from {} rows are biased towards "
                    "1; use batches "
                    "of {} rows or more, or fewer columns",
                    p, q, moments.samples, 10 * (p + q)));
  }
  const CanonicalSpectrum spectrum(moments, {ridge_, ridge_absolute_});
  const std::span<const double> sigma = spectrum.values();
  const std::size_t k = components_ == 0 ? sigma.size() : std::min(components_, sigma.size());
  const double weight = 1.0 / static_cast<double>(k);
  if (gradient != nullptr) {
    std::vector<double> derivative(sigma.size(), 0.0);
    std::fill_n(derivative.begin(), k, weight);
    spectrum.differentiate(derivative, *gradient);
  }
  const auto largest = sigma.first(k);
  return weight * std::accumulate(largest.begin(), largest.end(), 0.0);
}

std::unique_ptr<MomentFunction> make_dependence(const ObjectiveOptions& options) {
  if (options.rho == "pearson") {
    return std::make_unique<Pearson>();
  }
  if (options.rho == "rv") {
    return std::make_unique<RvCoefficient>();
  }
  if (options.rho == "cca") {
    return std::make_unique<CanonicalCorrelation>(options.components, options.ridge,
                                                  options.ridge_absolute);
  }
  throw UsageError(fmt::format("rho is '{}', expected pearson, rv or cca", options.rho));
}

}  // namespace infomax::objective
