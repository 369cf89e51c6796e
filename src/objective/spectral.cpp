// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/spectral.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "infomax/objective/make.hpp"
#include "objective/description.hpp"

namespace infomax::objective {
namespace {

double total(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

}  // namespace

SpectralFunction::SpectralFunction(SpectralForm form, const CanonicalOptions& options)
    : form_(form), options_(options) {}

stats::MomentNeeds SpectralFunction::needs() const { return canonical_needs(options_.ridge); }

double SpectralFunction::value_of(std::span<const double> sigma) const {
  Buffer<double> unused(sigma.size());
  return sigma.empty() ? 0.0 : form_(sigma, options_.ridge, unused);
}

double SpectralFunction::evaluate(const stats::SecondMoments& moments,
                                  stats::MomentGradient* gradient) {
  // Reversed pairs are no samples of their own.
  batch_size_.require_correlations(options_.reversible ? moments.samples / 2.0 : moments.samples,
                                   moments.columns_a(), moments.columns_b());
  const CanonicalSpectrum spectrum(moments, options_.ridge);
  const std::span<const double> sigma = spectrum.values();
  const std::size_t k =
      options_.components == 0 ? sigma.size() : std::min(options_.components, sigma.size());
  derivative_.assign(sigma.size(), 0.0);
  const double value = form_(sigma.first(k), options_.ridge, std::span(derivative_).first(k));
  if (gradient != nullptr) {
    spectrum.differentiate(derivative_, *gradient);
  }
  sum_ = total(sigma.first(k));
  largest_ = sigma[0];
  intensity_a_ = spectrum.intensity_a();
  intensity_b_ = spectrum.intensity_b();
  return value;
}

void SpectralFunction::append_figures(Figures& figures) const {
  figures.emplace_back("canonical_correlation_sum", sum_);
  figures.emplace_back("canonical_correlation_max", largest_);
  if (options_.ridge.shrinkage == Shrinkage::automatic) {
    figures.emplace_back("shrinkage_a", intensity_a_);
    figures.emplace_back("shrinkage_b", intensity_b_);
  }
}

CanonicalOptions settled_canonical(const ObjectiveOptions& options) {
  CanonicalOptions canonical = options.of<CanonicalOptions>();
  canonical.reversible = is_reversible(options);
  return canonical;
}

Description spectral_description(std::string name, std::string help, SpectralForm form) {
  Description description{.name = std::move(name), .help = std::move(help)};
  description.options = {canonical_options(), histogram_options()};
  description.needs = [](const ObjectiveOptions& options) {
    return Needs{.canonical_correlations = options.of<CanonicalOptions>().components};
  };
  description.moments = [form](const ObjectiveOptions& options) {
    return MomentTerms{std::make_unique<SpectralFunction>(form, settled_canonical(options))};
  };
  description.spectral = [form](const ObjectiveOptions&) { return std::optional(form); };
  description.spectral_help = description.name;
  description.linear = [](const ObjectiveOptions& options, LinearSides sides) {
    return canonical_form(options, sides);
  };
  description.linear_help = description.name;
  return description;
}

}  // namespace infomax::objective
