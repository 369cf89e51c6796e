// SPDX-License-Identifier: BSD-3-Clause
#include "infomax/objective/make.hpp"

#include <optional>

#include <fmt/format.h>

#include "infomax/core/error.hpp"
#include "infomax/objective/barlow.hpp"
#include "infomax/objective/coding_rate.hpp"
#include "infomax/objective/histogram_information.hpp"
#include "infomax/objective/moment_objective.hpp"
#include "infomax/objective/mse.hpp"
#include "infomax/objective/vicreg.hpp"

namespace infomax::objective {
namespace {

std::optional<SpectralForm> spectral_form(const ObjectiveOptions& options) {
  const std::string& name = options.objective;
  if (name == "infomax" && options.rho == "cca") {
    return SpectralForm::mean;
  }
  if (name == "dcca") {
    return SpectralForm::sum;
  }
  if (name == "vamp1") {
    return SpectralForm::vamp1;
  }
  if (name == "vamp2") {
    return SpectralForm::vamp2;
  }
  if (name == "gaussian-mi") {
    return SpectralForm::mutual_information;
  }
  return std::nullopt;
}

}  // namespace

std::unique_ptr<SpectralFunction> make_spectral_function(const ObjectiveOptions& options) {
  validate(options);
  const auto form = spectral_form(options);
  if (!form) {
    return nullptr;
  }
  return std::make_unique<SpectralFunction>(*form, options.components,
                                            Ridge{options.ridge, options.ridge_absolute});
}

std::unique_ptr<MomentFunction> make_moment_function(const ObjectiveOptions& options) {
  if (auto spectral = make_spectral_function(options)) {
    return spectral;
  }
  const std::string& name = options.objective;
  if (name == "infomax") {
    if (options.rho == "pearson") {
      return std::make_unique<Pearson>();
    }
    return std::make_unique<RvCoefficient>();
  }
  if (name == "barlow") {
    return std::make_unique<BarlowTwins>(options.barlow_lambda);
  }
  if (name == "vicreg") {
    return std::make_unique<VarianceCovariance>(options.vicreg_variance, options.vicreg_covariance);
  }
  if (name == "coding-rate") {
    return std::make_unique<CodingRate>(options.distortion);
  }
  throw UsageError(fmt::format("objective {} is no function of second moments alone", name));
}

template <math::Real T>
std::unique_ptr<Objective<T>> make_objective(const ObjectiveOptions& options) {
  validate(options);
  if (options.objective == "mse") {
    return std::make_unique<MeanSquaredError<T>>(options);
  }
  if (options.objective == "histogram-mi") {
    return std::make_unique<HistogramInformation<T>>(options);
  }
  const double similarity = options.objective == "vicreg" ? options.vicreg_similarity : 0.0;
  return std::make_unique<MomentObjective<T>>(make_moment_function(options),
                                              with_own_entropies(options), similarity);
}

template std::unique_ptr<Objective<float>> make_objective<float>(const ObjectiveOptions&);
template std::unique_ptr<Objective<double>> make_objective<double>(const ObjectiveOptions&);

}  // namespace infomax::objective
