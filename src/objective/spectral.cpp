// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/spectral.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "infomax/core/error.hpp"

namespace infomax::objective {
namespace {

double total(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

double squares(std::span<const double> sigma, std::span<double> derivative) {
  std::ranges::transform(sigma, derivative.begin(), [](double s) { return 2.0 * s; });
  return std::inner_product(sigma.begin(), sigma.end(), sigma.begin(), 0.0);
}

double mutual_information(std::span<const double> sigma, const Ridge& ridge,
                          std::span<double> derivative) {
  // Within so much of 1 a correlation is 1 but for rounding, and its information is noise.
  const double rounding =
      64.0 * static_cast<double>(sigma.size()) * std::numeric_limits<double>::epsilon();
  double value = 0.0;
  for (std::size_t i = 0; i < sigma.size(); ++i) {
    if (std::abs(sigma[i]) >= 1.0 - rounding) {
      throw NumericError(fmt::format(
          "the mutual information is infinite: canonical correlation {} of {} is {:.0f}, "
          "so a side determines part of the other; give more rows, or train with a "
          "larger {}",
          i + 1, sigma.size(), sigma[i], describe(ridge)));
    }
    value -= 0.5 * std::log1p(-sigma[i] * sigma[i]);
    derivative[i] = sigma[i] / ((1.0 - sigma[i]) * (1.0 + sigma[i]));
  }
  return value;
}

}  // namespace

SpectralFunction::SpectralFunction(SpectralForm form, std::size_t components, const Ridge& ridge)
    : form_(form), components_(components), ridge_(ridge) {}

stats::MomentNeeds SpectralFunction::needs() const {
  return {stats::Extent::full, stats::Extent::full, stats::Extent::full, true};
}

double SpectralFunction::apply(std::span<const double> sigma, std::span<double> derivative) const {
  std::ranges::fill(derivative, 1.0);
  switch (form_) {
    case SpectralForm::mean: {
      const double weight = 1.0 / static_cast<double>(sigma.size());
      std::ranges::fill(derivative, weight);
      return weight * total(sigma);
    }
    case SpectralForm::sum:
      return total(sigma);
    case SpectralForm::vamp1:
      return 1.0 + total(sigma);
    case SpectralForm::vamp2:
      return 1.0 + squares(sigma, derivative);
    case SpectralForm::mutual_information:
      return mutual_information(sigma, ridge_, derivative);
  }
  return 0.0;
}

double SpectralFunction::value_of(std::span<const double> sigma) const {
  Buffer<double> unused(sigma.size());
  return sigma.empty() ? 0.0 : apply(sigma, unused);
}

double SpectralFunction::evaluate(const stats::SecondMoments& moments,
                                  stats::MomentGradient* gradient) {
  batch_size_.require_correlations(moments.samples, moments.variance_a.size(),
                                   moments.variance_b.size());
  const CanonicalSpectrum spectrum(moments, ridge_);
  const std::span<const double> sigma = spectrum.values();
  const std::size_t k = components_ == 0 ? sigma.size() : std::min(components_, sigma.size());
  derivative_.assign(sigma.size(), 0.0);
  const double value = apply(sigma.first(k), std::span(derivative_).first(k));
  if (gradient != nullptr) {
    spectrum.differentiate(derivative_, *gradient);
  }
  sum_ = total(sigma.first(k));
  largest_ = sigma[0];
  return value;
}

void SpectralFunction::append_parts(Parts& parts) const {
  parts.emplace_back("canonical_correlation_sum", sum_);
  parts.emplace_back("canonical_correlation_max", largest_);
}

}  // namespace infomax::objective
